//! The rules that every section keeps, and the pieces its own rules are made of.
//!
//! A rule names the record that breaks it. All checks are linear in the section, but for looking up long texts.

use crate::container::SectionId;
use crate::error::DecodeError;
use crate::limits;
use crate::meta::Counts;
use crate::record::{List, NONE, Text};
use crate::strings::{Slots, Texts, hash};
use crate::table::{Place, ReadTables};

/// A broken rule of a section.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    pub(crate) rule: &'static str,
}

/// The outcome of a check.
pub(crate) type Check = Result<(), Fault>;

/// The rules of one section, beyond those of every section.
pub(crate) trait Rules {
    /// Proves all that readers rely on; indexes into other sections are held against `counts`.
    fn check(&self, counts: &Counts) -> Check;
}

/// Proves the rules of every section, then those of this one.
///
/// # Errors
/// The first rule that is broken.
pub(crate) fn section<'a, S: ReadTables<'a> + Rules>(
    section: &S,
    counts: &Counts,
    seed: u64,
) -> Result<(), DecodeError> {
    let invalid = |fault: Fault| DecodeError::Invalid {
        section: S::ID,
        table: fault.place.table,
        record: fault.place.record,
        rule: fault.rule,
    };
    every_section(section, counts, seed).and_then(|()| section.check(counts)).map_err(invalid)
}

fn every_section<'a, S: ReadTables<'a>>(section: &S, counts: &Counts, seed: u64) -> Check {
    let own = section.counts();
    for (table, (&name, &count)) in S::TABLES.iter().zip(&own).enumerate() {
        let place = Place { table: name, record: count as usize };
        hold(count as usize <= limits::RECORDS, place, "the table has too many records")?;
        hold(counts.of(S::ID, table) == Some(count), place, "META states another number of records")?;
    }
    if let Some(place) = section.first_unknown() {
        return Err(Fault { place, rule: "a code is unknown" });
    }
    texts(section, seed)?;
    let docs = section.docs();
    for (record, doc) in docs.iter().enumerate() {
        let place = Place { table: "docs", record };
        let table = doc.table.get() as usize;
        let described = own.get(table).is_some_and(|&count| doc.record.get() < count);
        hold(described && table + 1 < own.len(), place, "the record does not exist")?;
        hold(!doc.text.is_empty(), place, "the text is empty")?;
    }
    ascending(docs, "docs", |doc| (doc.table.get(), doc.record.get()))
}

/// Proves that texts are in first-use order, without repeats and gaps, and none is too long.
fn texts<'a, S: ReadTables<'a>>(section: &S, seed: u64) -> Check {
    let mut first_use = FirstUse::new(section.texts(), seed);
    section.each_text(|place, text| first_use.take(text).map_err(|rule| Fault { place, rule })).and_then(
        |()| {
            let place = Place { table: "strings", record: first_use.high as usize };
            hold(first_use.high as usize == section.texts().0.len(), place, "no record uses the rest")
        },
    )
}

/// The texts met so far: each is new and starts where the last new one ended, or is exactly an earlier one.
struct FirstUse<'a> {
    texts: Texts<'a>,
    /// Where the last new text ended.
    high: u32,
    /// One bit for each byte where a text starts.
    starts: Vec<u64>,
    /// Texts longer than [`SHORT`], by offset.
    long: Vec<(u32, u32)>,
    /// Offsets of all texts by hash.
    seen: Slots,
    seed: u64,
}

/// Bytes up to which the end of a text is looked for in the bits of `starts`.
const SHORT: u32 = 256;

impl<'a> FirstUse<'a> {
    fn new(texts: Texts<'a>, seed: u64) -> Self {
        let starts = vec![0; texts.0.len() / 64 + 1];
        Self { texts, high: 0, starts, long: Vec::new(), seen: Slots::default(), seed }
    }

    fn take(&mut self, text: Text) -> Result<(), &'static str> {
        let (offset, len) = (text.offset.get(), text.len.get());
        if len == 0 {
            return if offset == 0 { Ok(()) } else { Err("an empty text is not 0, 0") };
        }
        if offset < self.high {
            return if self.is_earlier(offset, len) { Ok(()) } else { Err("a text is part of others") };
        }
        if offset > self.high {
            return Err("a text is out of order");
        }
        self.take_new(offset, len)
    }

    fn take_new(&mut self, offset: u32, len: u32) -> Result<(), &'static str> {
        let all = self.texts.0.as_bytes();
        let end = (offset as usize).saturating_add(len as usize);
        let Some(bytes) = all.get(offset as usize..end) else { return Err("a text ends behind the strings") };
        if len > limits::STRING_BYTES {
            return Err("a text is too long");
        }
        if all.get(end).is_some_and(|&next| next & 0xC0 == 0x80) {
            return Err("a text ends inside a character");
        }
        let hash = hash(self.seed, bytes);
        let same = |other: u32| {
            self.is_earlier(other, len) && all.get(other as usize..).is_some_and(|at| at.starts_with(bytes))
        };
        if self.seen.find(hash, same).is_some() {
            return Err("a text is there twice");
        }
        self.seen.insert(hash, offset);
        if let Some(word) = self.starts.get_mut(offset as usize / 64) {
            *word |= 1 << (offset % 64);
        }
        if len > SHORT {
            self.long.push((offset, len));
        }
        self.high = offset + len;
        Ok(())
    }

    /// Whether `offset, len` is exactly a text that was met before.
    fn is_earlier(&self, offset: u32, len: u32) -> bool {
        if len > SHORT {
            return self.long.binary_search(&(offset, len)).is_ok();
        }
        let Some(end) = offset.checked_add(len).filter(|&end| end <= self.high) else { return false };
        self.starts_at(offset)
            && (end == self.high || self.starts_at(end))
            && !self.starts_between(offset + 1, end)
    }

    fn starts_at(&self, offset: u32) -> bool {
        self.word(offset / 64) >> (offset % 64) & 1 == 1
    }

    /// Whether a text starts in `from..to`.
    fn starts_between(&self, from: u32, to: u32) -> bool {
        let (mut at, mut found) = (from, false);
        while at < to {
            let bits = (64 - at % 64).min(to - at);
            let mask = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
            found |= self.word(at / 64) >> (at % 64) & mask != 0;
            at += bits;
        }
        found
    }

    fn word(&self, number: u32) -> u64 {
        self.starts.get(number as usize).copied().unwrap_or_default()
    }
}

/// Fails with `rule` unless it holds.
#[inline]
pub(crate) fn hold(holds: bool, place: Place, rule: &'static str) -> Check {
    if holds { Ok(()) } else { Err(Fault { place, rule }) }
}

/// Proves that `lists`, which belong to `table`, cover `0..len` without gap or overlap, in order.
pub(crate) fn tiles(lists: impl IntoIterator<Item = List>, table: &'static str, len: usize) -> Check {
    let mut next: u64 = 0;
    let mut records = 0;
    for (record, list) in lists.into_iter().enumerate() {
        let place = Place { table, record };
        hold(u64::from(list.first.get()) == next, place, "a list leaves a gap or overlaps")?;
        next += u64::from(list.count.get());
        hold(next <= len as u64, place, "a list ends behind its table")?;
        records = record;
    }
    hold(next == len as u64, Place { table, record: records }, "the lists do not cover their table")
}

/// Proves that the keys of `records` ascend, without repeats.
pub(crate) fn ascending<R, K: Ord>(records: &[R], table: &'static str, key: impl Fn(&R) -> K) -> Check {
    match records.is_sorted_by(|a, b| key(a) < key(b)) {
        true => Ok(()),
        false => {
            let record = records.windows(2).position(|pair| match pair {
                [a, b] => key(a) >= key(b),
                _ => false,
            });
            let place = Place { table, record: record.map_or(0, |before| before + 1) };
            Err(Fault { place, rule: "the records are not in order, or one is there twice" })
        }
    }
}

/// Proves that `index` is one of `count` records.
#[inline]
pub(crate) fn within(index: u32, count: u32, place: Place) -> Check {
    hold(index < count, place, "an index is out of range")
}

/// Proves that `index` is NONE or one of `count` records.
#[inline]
pub(crate) fn within_or_none(index: u32, count: u32, place: Place) -> Check {
    hold(index < count || index == NONE, place, "an index is out of range")
}

/// Proves that the present ones of `indexes` count up from 0 to `len`.
pub(crate) fn counts_up(indexes: impl IntoIterator<Item = u32>, table: &'static str, len: usize) -> Check {
    let mut next = 0;
    for (record, index) in indexes.into_iter().enumerate() {
        if index != NONE {
            hold(index == next, Place { table, record }, "an index is out of order")?;
            next += 1;
        }
    }
    hold(next as usize == len, Place { table, record: len }, "not every record is used")
}

/// Proves that no text is there twice; a section holds every text once, so equal texts stand at one place.
pub(crate) fn distinct(texts: impl Iterator<Item = Text>, place: Place, rule: &'static str) -> Check {
    let mut offsets: Vec<u32> = texts.map(|text| text.offset.get()).collect();
    offsets.sort_unstable();
    hold(offsets.is_sorted_by(|a, b| a < b), place, rule)
}

/// Proves that a table has at most `limit` records.
pub(crate) fn at_most(len: usize, limit: usize, table: &'static str) -> Check {
    hold(len <= limit, Place { table, record: len }, "the table has too many records")
}

/// The numbers of records of other sections that indexes are held against.
impl Counts {
    pub(crate) fn entities(&self) -> u32 {
        self.of(SectionId::Data, 0).unwrap_or_default()
    }

    pub(crate) fn fields(&self) -> u32 {
        self.of(SectionId::Data, 1).unwrap_or_default()
    }

    pub(crate) fn enums(&self) -> u32 {
        self.of(SectionId::Data, 6).unwrap_or_default()
    }

    pub(crate) fn types(&self) -> u32 {
        self.of(SectionId::Data, 8).unwrap_or_default()
    }

    pub(crate) fn attributes(&self) -> u32 {
        self.of(SectionId::Auth, 2).unwrap_or_default()
    }

    pub(crate) fn scopes(&self) -> u32 {
        self.of(SectionId::Keys, 0).unwrap_or_default()
    }

    pub(crate) fn payments(&self) -> u32 {
        self.of(SectionId::Payments, 0).unwrap_or_default()
    }

    pub(crate) fn policies(&self) -> u32 {
        self.of(SectionId::Policies, 0).unwrap_or_default()
    }
}
