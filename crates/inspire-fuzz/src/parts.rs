//! An artifact taken apart into strings and tables, and put together again with every length, count and digest right.
//!
//! Bytes that are changed at random are refused for their lengths. A change of one table, with the lengths made to fit,
//! gets to the rules behind them.

use inspire_artifact::layout::{self, CellLayout};
use inspire_artifact::{Artifact, LANGUAGE_VERSION, MAGIC, SectionId};

use crate::load::seal;

/// Bytes of the header, and of an entry of the section table.
const HEADER: usize = 64;
const ENTRY: usize = 24;

/// What an artifact is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    producer: String,
    sections: Vec<Section>,
}

/// A section other than `META`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    id: SectionId,
    required: bool,
    /// The strings, then the tables, each as its bytes.
    blobs: Vec<Vec<u8>>,
}

/// Changes `size` bytes at the start of a buffer and gives how many there are then; the third is the most it may give.
pub type Mutate<'m> = &'m mut dyn FnMut(&mut [u8], usize, usize) -> usize;

impl Parts {
    /// Takes `file` apart; none if its container or the frame of a section is not in order.
    #[must_use]
    pub fn of(file: &[u8]) -> Option<Self> {
        let mut file = file.to_vec();
        seal(&mut file);
        let artifact = Artifact::from_bytes(&file).ok()?;
        let producer = artifact.meta().ok()?.producer.clone();
        let mut sections = Vec::new();
        for info in artifact.sections() {
            let id = info.known?;
            if id != SectionId::Meta {
                let end = info.offset.checked_add(info.length)?;
                let payload = file.get(usize::try_from(info.offset).ok()?..usize::try_from(end).ok()?)?;
                sections.push(Section { id, required: info.required, blobs: blobs(payload)? });
            }
        }
        Some(Self { producer, sections })
    }

    /// Puts the parts together.
    #[must_use]
    pub fn put_together(&self) -> Vec<u8> {
        self.write(&mut Numbers { written: 0, lie: None })
    }

    /// How many numbers the payloads hold that say how much follows or how much there is: those of `META`, and the
    /// lengths of all strings and tables.
    #[must_use]
    pub fn numbers(&self) -> usize {
        let mut numbers = Numbers { written: 0, lie: None };
        self.write(&mut numbers);
        numbers.written
    }

    /// Puts the parts together, but for one of [`Self::numbers`], which is `value` whatever is right.
    #[must_use]
    pub fn lying(&self, number: usize, value: u64) -> Vec<u8> {
        self.write(&mut Numbers { written: 0, lie: Some((number, value)) })
    }

    fn write(&self, numbers: &mut Numbers) -> Vec<u8> {
        let mut payloads = vec![(SectionId::Meta, true, self.meta(numbers))];
        for section in &self.sections {
            let mut payload = Vec::new();
            section.blobs.iter().for_each(|blob| numbers.put_bytes(&mut payload, blob));
            payloads.push((section.id, section.required, payload));
        }
        file(&payloads)
    }

    /// Every table, with its section, its number there and its bytes.
    pub fn tables(&mut self) -> impl Iterator<Item = (SectionId, usize, &mut Vec<u8>)> {
        self.sections.iter_mut().flat_map(|section| {
            let id = section.id;
            section.blobs.iter_mut().skip(1).enumerate().map(move |(number, blob)| (id, number, blob))
        })
    }

    /// Changes one table or the strings of one section; a whole number of records stays.
    pub fn change(&mut self, seed: u32, mutate: Mutate<'_>) -> Option<()> {
        let seed = seed as usize;
        let count = self.sections.len();
        let section = self.sections.get_mut(seed.checked_rem(count)?)?;
        let seed = seed / count;
        let number = seed.checked_rem(section.blobs.len())?;
        let step = number.checked_sub(1).map_or(1, |table| record_bytes(section.id, table));
        let operation = seed / section.blobs.len();
        let blob = section.blobs.get_mut(number)?;
        match operation % 4 {
            0 => repeat_record(blob, operation / 4, step),
            1 => remove_record(blob, operation / 4, step),
            _ => {
                let (size, room) = (blob.len(), blob.len() + 8 * step);
                blob.resize(room, 0);
                let size = mutate(blob, size, room).min(room);
                blob.truncate(size.next_multiple_of(step).min(room));
            }
        }
        Some(())
    }

    fn meta(&self, numbers: &mut Numbers) -> Vec<u8> {
        let (mut ids, mut tables, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        for section in &self.sections {
            ids.extend_from_slice(section.id.as_str().as_bytes());
            tables.push(u8::try_from(section.blobs.len().saturating_sub(1)).unwrap_or(u8::MAX));
            let records = |(table, blob): (usize, &Vec<u8>)| blob.len() / record_bytes(section.id, table);
            counts.extend(section.blobs.iter().skip(1).enumerate().map(records));
        }
        let mut out = Vec::new();
        numbers.put_bytes(&mut out, self.producer.as_bytes());
        numbers.put(&mut out, LANGUAGE_VERSION as usize);
        numbers.put_bytes(&mut out, &ids);
        numbers.put_bytes(&mut out, &tables);
        numbers.put(&mut out, counts.len());
        counts.into_iter().for_each(|count| numbers.put(&mut out, count));
        out
    }
}

/// A record stands twice, one behind the other.
fn repeat_record(blob: &mut Vec<u8>, number: usize, step: usize) {
    if let Some(at) = number.checked_rem(blob.len() / step) {
        let record: Vec<u8> = blob.iter().skip(at * step).take(step).copied().collect();
        blob.splice(at * step..at * step, record);
    }
}

fn remove_record(blob: &mut Vec<u8>, number: usize, step: usize) {
    if let Some(at) = number.checked_rem(blob.len() / step) {
        blob.drain(at * step..(at + 1) * step);
    }
}

/// The cells of a record of the table with this number.
#[must_use]
pub fn cells(section: SectionId, table: usize) -> &'static [CellLayout] {
    let tables = layout::sections().into_iter().find(|one| one.id == section).map(|one| one.tables);
    tables.and_then(|tables| tables.get(table)).map_or(&[], |table| table.cells)
}

fn record_bytes(section: SectionId, table: usize) -> usize {
    cells(section, table).iter().map(|cell| cell.kind.bytes()).sum::<usize>().max(1)
}

/// A file of these sections.
fn file(sections: &[(SectionId, bool, Vec<u8>)]) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    head.extend([1, 0]);
    head.resize(24, 0);
    head.extend(u32::try_from(sections.len()).unwrap_or(u32::MAX).to_le_bytes());
    head.resize(HEADER, 0);
    let mut body = Vec::new();
    for (id, required, payload) in sections {
        let offset = HEADER + sections.len() * ENTRY + body.len();
        head.extend_from_slice(id.as_str().as_bytes());
        head.extend([1, 0, u8::from(*required), 0]);
        head.extend((offset as u64).to_le_bytes());
        head.extend((payload.len() as u64).to_le_bytes());
        body.extend_from_slice(payload);
        body.resize(body.len().next_multiple_of(8), 0);
    }
    head.extend(body);
    seal(&mut head);
    head
}

/// The byte strings that follow one another in a payload, each behind its length.
fn blobs(mut payload: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    while !payload.is_empty() {
        let (length, rest) = number(payload)?;
        let (blob, rest) = rest.split_at_checked(length)?;
        found.push(blob.to_vec());
        payload = rest;
    }
    Some(found)
}

/// A number in the variable-size form of payloads, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let width = match first {
        251 => 2,
        252 => 4,
        253 => 8,
        254.. => return None,
        small => return Some((usize::from(*small), rest)),
    };
    let (digits, rest) = rest.split_at_checked(width)?;
    let mut word = [0; 8];
    word.iter_mut().zip(digits).for_each(|(to, from)| *to = *from);
    Some((usize::try_from(u64::from_le_bytes(word)).ok()?, rest))
}

/// Writes numbers in the variable-size form of payloads, and counts them; one of them may be another than it should.
struct Numbers {
    written: usize,
    lie: Option<(usize, u64)>,
}

impl Numbers {
    fn put(&mut self, out: &mut Vec<u8>, number: usize) {
        let lie = self.lie.filter(|(at, _)| *at == self.written);
        self.written += 1;
        match lie.map_or(number as u64, |(_, value)| value) {
            number @ 0..=250 => out.push(number as u8),
            number @ 251..=0xFFFF => out.extend([251].into_iter().chain((number as u16).to_le_bytes())),
            number @ 0x1_0000..=0xFFFF_FFFF => {
                out.extend([252].into_iter().chain((number as u32).to_le_bytes()));
            }
            number => out.extend([253].into_iter().chain(number.to_le_bytes())),
        }
    }

    fn put_bytes(&mut self, out: &mut Vec<u8>, bytes: &[u8]) {
        self.put(out, bytes.len());
        out.extend_from_slice(bytes);
    }
}
