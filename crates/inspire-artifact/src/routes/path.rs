//! Paths to segments: those of routes, which are checked once, and those of requests, which are hostile.
//!
//! A request path is refused rather than repaired: whatever one side could decode and the other not is how gates
//! are passed.

use core::ops::Range;
use std::borrow::Cow;

use arrayvec::ArrayVec;

use super::index::{Shape, bit, literal};
use crate::limits;

/// A path that no route can mean, however it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The rule a route's full path breaks, if any.
pub(super) fn broken_rule(path: &str) -> Option<&'static str> {
    if path.len() > limits::PATH_BYTES {
        return Some("the path is too long");
    }
    if path == "/" {
        return None;
    }
    let Some(rest) = path.strip_prefix('/') else { return Some("the path does not start with `/`") };
    if rest.starts_with("__") {
        return Some("the path belongs to the platform");
    }
    let mut params: Vec<&str> = Vec::new();
    for (number, segment) in rest.split('/').enumerate() {
        if number >= limits::PATH_SEGMENTS {
            return Some("the path has too many segments");
        }
        match segment.strip_prefix(':') {
            Some(name) if !is_identifier(name) => return Some("a parameter's name is malformed"),
            Some(name) if params.contains(&name) => return Some("a parameter is there twice"),
            Some(name) => params.push(name),
            None if matches!(segment, "" | "." | "..") => return Some("a segment is empty or all dots"),
            None if !segment.bytes().all(is_unreserved) => return Some("a segment has a reserved character"),
            None => {}
        }
    }
    None
}

/// The segments of a route's path that are parameters' names.
pub(super) fn params(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix(':'))
}

/// The segments of a request's path, still escaped.
pub(super) struct Segments<'p> {
    /// Without the query.
    path: &'p str,
    segments: ArrayVec<Segment, { limits::PATH_SEGMENTS }>,
    /// How many there are, those that are too many for any route included.
    len: usize,
    /// The segment that is being read: its first byte, whether it has an escape, and one of a byte beyond ASCII.
    start: usize,
    escaped: bool,
    high: bool,
    seed: u64,
}

/// One segment of a request's path.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    /// Its first byte.
    start: u16,
    /// The byte behind its last.
    end: u16,
    /// Whether it has an escape, and so is no literal of any route.
    escaped: bool,
    /// The hash it has as a literal.
    hash: u64,
}

impl<'p> Segments<'p> {
    /// The segments of what stands before the query, still to be split; `seed` is that of the routes.
    #[inline]
    pub(super) fn new(target: &'p str, seed: u64) -> Self {
        let segments = ArrayVec::new();
        Self { path: target, segments, len: 0, start: 1, escaped: false, high: false, seed }
    }

    /// Splits the path, and hashes each segment.
    ///
    /// # Errors
    /// When the path is malformed.
    #[inline]
    pub(super) fn split(&mut self) -> Result<(), Malformed> {
        if !self.path.starts_with('/') {
            return Err(Malformed);
        }
        let end = self.read()?.unwrap_or(self.path.len());
        self.path = self.path.get(..end).filter(|path| path.len() <= limits::PATH_BYTES).ok_or(Malformed)?;
        if end == 1 { Ok(()) } else { self.push(end) }
    }

    /// Reads to the query, and tells where that begins.
    #[inline]
    fn read(&mut self) -> Result<Option<usize>, Malformed> {
        let bytes = self.path.as_bytes();
        let bytes = bytes.get(..=limits::PATH_BYTES).unwrap_or(bytes);
        let mut at = 1;
        while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let mut special = specials(u64::from_le_bytes(*word));
            while special != 0 {
                let place = at + special.trailing_zeros() as usize / 8;
                if self.meet(place)? {
                    return Ok(Some(place));
                }
                special &= special - 1;
            }
            at += 8;
        }
        for place in at..bytes.len() {
            if self.meet(place)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Takes the byte at `at`; the answer is whether the query begins there.
    #[inline]
    fn meet(&mut self, at: usize) -> Result<bool, Malformed> {
        let bytes = self.path.as_bytes();
        match bytes.get(at).map_or(Class::Refused, |&byte| class(byte)) {
            Class::Plain => Ok(false),
            Class::Slash if at == self.start => Err(Malformed),
            Class::Slash => self.push(at).map(|()| false),
            Class::Percent => {
                self.escaped = true;
                self.high |= escape(bytes.get(at + 1..))?.is_high();
                Ok(false)
            }
            Class::Question => Ok(true),
            Class::Refused => Err(Malformed),
        }
    }

    /// Takes the segment that ends before `end`.
    #[inline]
    fn push(&mut self, end: usize) -> Result<(), Malformed> {
        let start = self.start;
        let segment = self.path.as_bytes().get(start..end).unwrap_or_default();
        if matches!(segment, b"." | b"..") || (self.high && !decodes_to_utf8(segment)) {
            return Err(Malformed);
        }
        let (hash, escaped) = (literal(self.seed, self.len, segment), self.escaped);
        // What does not fit is in no route; no path that is read is longer than 65,535 bytes.
        let _ = self.segments.try_push(Segment { start: start as u16, end: end as u16, escaped, hash });
        (self.start, self.escaped, self.high) = (end + 1, false, false);
        self.len += 1;
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether the path belongs to the platform.
    pub(super) fn is_reserved(&self) -> bool {
        self.path.starts_with("/__")
    }

    /// Whether the last segment is empty, which is no segment of any route.
    pub(super) fn ends_with_slash(&self) -> bool {
        self.len > 0 && self.path.ends_with('/')
    }

    /// The path without the query.
    pub(super) fn path(&self) -> &'p str {
        self.path
    }

    /// What routes have in common with this path that have parameters at these places.
    #[inline]
    pub(super) fn shape(&self, params: u64) -> Shape {
        let mut literals = 0;
        for (number, segment) in self.segments.iter().enumerate() {
            literals ^= if params & bit(number) == 0 { segment.hash } else { 0 };
        }
        Shape { segments: self.len, params, literals }
    }

    /// Where a segment stands in the path.
    #[inline]
    pub(super) fn span(&self, number: usize) -> Option<Range<usize>> {
        let segment = self.segments.get(number)?;
        Some(segment.start.into()..segment.end.into())
    }

    /// One segment without escapes.
    pub(super) fn decoded(&self, number: usize) -> Cow<'p, str> {
        let Some(segment) = self.segments.get(number) else { return Cow::Borrowed("") };
        let text = self.path.get(segment.start.into()..segment.end.into()).unwrap_or_default();
        if segment.escaped {
            Cow::Owned(String::from_utf8(decode(text.as_bytes()).collect()).unwrap_or_default())
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// A decoded escape.
struct Escaped(u8);

impl Escaped {
    /// Whether it is a part of a character beyond ASCII.
    fn is_high(&self) -> bool {
        self.0 >= 0x80
    }
}

/// The two digits behind a `%`; what need not or must not be escaped is refused.
fn escape(digits: Option<&[u8]>) -> Result<Escaped, Malformed> {
    let Some(&[high, low, ..]) = digits else { return Err(Malformed) };
    let byte = hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low).ok_or(Malformed)?;
    let refused =
        is_unreserved(byte) || byte.is_ascii_control() || matches!(byte, b'/' | b'\\' | b'%' | b';');
    if refused { Err(Malformed) } else { Ok(Escaped(byte)) }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The bytes of a segment whose escapes were checked.
fn decode(segment: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = segment.iter();
    core::iter::from_fn(move || match *rest.next()? {
        b'%' => hex(*rest.next()?).zip(hex(*rest.next()?)).map(|(high, low)| high << 4 | low),
        byte => Some(byte),
    })
}

fn decodes_to_utf8(segment: &[u8]) -> bool {
    let mut decoded = [0; limits::PATH_BYTES];
    let mut len = 0;
    for (to, from) in decoded.iter_mut().zip(decode(segment)) {
        *to = from;
        len += 1;
    }
    decoded.get(..len).is_some_and(|bytes| core::str::from_utf8(bytes).is_ok())
}

fn is_identifier(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-')
}

/// Eight bytes to the places of those that may be more than a plain part of a segment: the highest bit of each.
///
/// These are all below `0`, and `;`, `?`, `\` and delete. Nothing is carried from byte to byte, because all are cut
/// to seven bits first.
#[inline]
fn specials(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let low = word & !HIGH;
    let differs = |bytes: u64, byte: u8| (bytes ^ (u64::from(byte) * EACH)) + 0x7F * EACH;
    let at_least_0 = low + (0x80 - u64::from(b'0')) * EACH;
    let plain = at_least_0 & differs(low | (0x04 * EACH), b'?') & differs(low, b'\\') & differs(low, 0x7F);
    !(plain | word) & HIGH
}

/// What a byte of a request's path is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Slash,
    Percent,
    Question,
    Refused,
}

#[inline]
fn class(byte: u8) -> Class {
    CLASS.get(usize::from(byte)).copied().unwrap_or(Class::Refused)
}

/// The class of every byte. A raw `#` or space cannot stand in a request's path, so it is refused too.
static CLASS: [Class; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler; both counters stay below 256")]
const fn classes() -> [Class; 256] {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0_u8;
    loop {
        classes[byte as usize] = match byte {
            b'/' => Class::Slash,
            b'%' => Class::Percent,
            b'?' => Class::Question,
            b'\\' | b';' | b'#' | b' ' => Class::Refused,
            _ if byte.is_ascii_control() => Class::Refused,
            _ => Class::Plain,
        };
        if byte == u8::MAX {
            return classes;
        }
        byte += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, class, specials};

    /// Every byte beside every other kind of byte, so that a carry from one to the next would be seen.
    #[test]
    fn eight_bytes_at_once_miss_nothing_that_one_by_one_finds() {
        for byte in 0..=u8::MAX {
            for beside in [0, b'/', b'0', b';', b'?', b'a', 0x7F, 0x80, u8::MAX] {
                for place in 0..8 {
                    let mut word = [beside; 8];
                    word[place] = byte;
                    let found = specials(u64::from_le_bytes(word));
                    for (at, &one) in word.iter().enumerate() {
                        let is_found = found >> (8 * at) & 0x80 != 0;
                        assert!(is_found || class(one) == Class::Plain, "{one:#x} at {at} of {word:x?}");
                        assert!(
                            !is_found || one < b'0' || class(one) != Class::Plain,
                            "{one:#x} of {word:x?}"
                        );
                    }
                    assert_eq!(found & !0x8080_8080_8080_8080, 0);
                }
            }
        }
    }
}
