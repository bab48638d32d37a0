//! Texts to numbers for the writer, and offsets back to texts for the reader.
//!
//! Each text is stored once. The writer hands out numbers in the order of interning; the encoder replaces them
//! by offsets in the order in which the tables first use them, so that the bytes do not depend on how the tables
//! were filled.

use crate::record::{Text, index};

/// The texts of one section while it is written.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    bytes: String,
    /// End of each text in `bytes`; it starts where the one before ends.
    ends: Vec<u32>,
    slots: Slots,
}

impl Strings {
    /// The cell of `text`, which is copied when it is new.
    pub fn intern(&mut self, text: &str) -> Text {
        if text.is_empty() {
            return Text::EMPTY;
        }
        let hash = hash(0, text.as_bytes());
        let found = self.slots.find(hash, |number| self.get(number) == Some(text));
        let number = found.unwrap_or_else(|| {
            let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
            self.bytes.push_str(text);
            self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
            self.slots.insert(hash, number);
            number
        });
        Text { offset: number.into(), len: index(text.len()) }
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all texts.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was interned.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a cell that [`Strings::intern`] returned.
    pub fn text(&self, text: Text) -> &str {
        if text.is_empty() { "" } else { self.get(text.offset.get()).unwrap_or_default() }
    }

    fn get(&self, number: u32) -> Option<&str> {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.bytes.get(start as usize..*self.ends.get(number)? as usize)
    }
}

/// The order in which the tables of one section first use its texts.
pub(crate) struct FirstUse<'a> {
    strings: &'a Strings,
    /// Offset of each text in the file, by number; `u32::MAX` while it was not met.
    offsets: Vec<u32>,
    order: Vec<u32>,
    len: u32,
}

impl<'a> FirstUse<'a> {
    pub(crate) fn new(strings: &'a Strings) -> Self {
        let count = strings.len();
        Self { strings, offsets: vec![u32::MAX; count], order: Vec::with_capacity(count), len: 0 }
    }

    pub(crate) fn meet(&mut self, text: Text) {
        let number = text.offset.get();
        if let Some(offset) = self.offsets.get_mut(number as usize)
            && *offset == u32::MAX
            && !text.is_empty()
        {
            *offset = self.len;
            self.len = self.len.saturating_add(text.len.get());
            self.order.push(number);
        }
    }

    /// Bytes of all texts that were met.
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for &number in &self.order {
            out.extend_from_slice(self.strings.get(number).unwrap_or_default().as_bytes());
        }
    }

    pub(crate) fn place(&self, text: Text) -> Text {
        if text.is_empty() {
            return Text::EMPTY;
        }
        let offset = self.offsets.get(text.offset.get() as usize).copied().unwrap_or_default();
        Text { offset: offset.into(), len: text.len }
    }
}

/// The texts of one section of a file that was decoded.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a>(pub(crate) &'a str);

impl<'a> Texts<'a> {
    /// The bytes of a text; none at all if the cell is out of range, which validation rules out.
    #[inline]
    pub(crate) fn bytes(self, text: Text) -> &'a [u8] {
        let start = text.offset.get() as usize;
        self.0.as_bytes().get(start..start.saturating_add(text.len.get() as usize)).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn get(self, text: Text) -> &'a str {
        let start = text.offset.get() as usize;
        self.0.get(start..start.saturating_add(text.len.get() as usize)).unwrap_or_default()
    }

    /// A text where an empty one stands for none.
    pub(crate) fn present(self, text: Text) -> Option<&'a str> {
        (!text.is_empty()).then(|| self.get(text))
    }
}

/// An open-addressing table of numbers; at most two thirds full.
///
/// While it grows, the old slots and the new ones take 36 bytes a number. A number stands for a text, which takes 8
/// bytes in its record and, where there are many, more than 3 in the strings: so the loader stays below four times the
/// file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    /// Number and upper half of its hash; `u32::MAX` is free. The length is a power of two.
    slots: Vec<(u32, u32)>,
    used: usize,
}

impl Slots {
    pub(crate) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let tag = tag(hash);
        let mut at = start(tag, mask);
        loop {
            let &(number, other) = self.slots.get(at)?;
            if number == u32::MAX {
                return None;
            }
            if other == tag && is(number) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }

    pub(crate) fn insert(&mut self, hash: u64, number: u32) {
        if self.used * 3 >= self.slots.len() * 2 {
            let doubled = vec![(u32::MAX, 0); (self.slots.len() * 2).max(64)];
            for (number, tag) in core::mem::replace(&mut self.slots, doubled) {
                if number != u32::MAX {
                    self.put(number, tag);
                }
            }
        }
        self.used += 1;
        self.put(number, tag(hash));
    }

    fn put(&mut self, number: u32, tag: u32) {
        let mask = self.slots.len().saturating_sub(1);
        let mut at = start(tag, mask);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.0 == u32::MAX {
                *slot = (number, tag);
                return;
            }
            at = (at + 1) & mask;
        }
    }
}

/// Hashes `bytes`. With a seed that depends on the bytes, nobody can choose texts that collide.
#[inline]
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut hash = fold(seed ^ 0x9E37_79B9_7F4A_7C15, bytes.len() as u64 ^ 0xD6E8_FEB8_6659_FD93);
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        hash = fold(hash ^ u64::from_le_bytes(*word), seed ^ 0xA076_1D64_78BD_642F);
        rest = after;
    }
    fold(hash ^ last_word(rest), 0xE703_7ED1_A0B4_28DB ^ seed)
}

/// Up to seven bytes as a number, with zeros behind them.
#[inline]
pub(crate) fn last_word(bytes: &[u8]) -> u64 {
    let shift = |bytes_before: usize| 8 * bytes_before as u32;
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
        (Some(first), Some(last), _) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            // Where they overlap they agree.
            u64::from(first) | u64::from(last) << shift(bytes.len() - 4)
        }
        (_, _, [first, .., last]) => {
            let middle = bytes.get(1).copied().unwrap_or_default();
            u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << shift(bytes.len() - 1)
        }
        (_, _, [only]) => u64::from(*only),
        _ => 0,
    }
}

/// The two halves of the 128-bit product, combined.
#[inline]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32 ^ hash as u32
}

fn start(tag: u32, mask: usize) -> usize {
    (tag.wrapping_mul(0x9E37_79B1).rotate_left(15)) as usize & mask
}
