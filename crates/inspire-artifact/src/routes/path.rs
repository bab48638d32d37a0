//! Paths to segments: those of routes, which are checked once, and those of requests, which are hostile.
//!
//! A request path is refused rather than repaired: whatever one side could decode and the other not is how gates
//! are passed.

use std::borrow::Cow;

use arrayvec::ArrayVec;

use super::index::bit;
use crate::limits;
use crate::strings::last_word;

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

/// The segments of a checked path.
#[inline]
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.get(1..).filter(|rest| !rest.is_empty()).into_iter().flat_map(|rest| rest.split('/'))
}

/// What stands behind the name of a parameter that a route's path goes on with.
#[inline]
pub(super) fn behind_name(path: &[u8]) -> &[u8] {
    let name = path.iter().position(|&byte| byte == b'/').unwrap_or(path.len());
    path.get(name..).unwrap_or_default()
}

/// A segment of a checked path without escapes.
pub(super) fn decoded(segment: &str) -> Cow<'_, str> {
    if segment.contains('%') {
        Cow::Owned(String::from_utf8(decode(segment.as_bytes()).collect()).unwrap_or_default())
    } else {
        Cow::Borrowed(segment)
    }
}

/// The segments of a request's path, still escaped.
pub(super) struct Segments<'p> {
    /// Without the query.
    path: &'p str,
    /// The byte behind the last of each; no path that is read is longer than 65,535 bytes.
    ends: ArrayVec<u16, { limits::PATH_SEGMENTS }>,
    /// How many there are, those that are too many for any route included.
    len: usize,
}

impl<'p> Segments<'p> {
    /// The segments of what stands before the query, still to be split.
    #[inline]
    pub(super) fn new(target: &'p str) -> Self {
        Self { path: target, ends: ArrayVec::new(), len: 0 }
    }

    /// Splits the path: eight bytes at a time.
    ///
    /// # Errors
    /// When the path is malformed.
    #[inline]
    pub(super) fn split(&mut self) -> Result<(), Malformed> {
        let text = self.path.as_bytes();
        let text = text.get(..=limits::PATH_BYTES).unwrap_or(text);
        let (words, last) = text.strip_prefix(b"/").ok_or(Malformed)?.as_chunks::<8>();
        let (mut start, mut high) = (1, false);
        for number in 0..=words.len() {
            let word = words.get(number).map_or_else(|| ended(last), |word| u64::from_le_bytes(*word));
            let mut special = specials(word);
            while special != 0 {
                let at = 1 + 8 * number + special.trailing_zeros() as usize / 8;
                special &= special - 1;
                let class = text.get(at).map_or(Class::Question, |&byte| class(byte));
                match class {
                    Class::Plain => {}
                    Class::Percent => high |= escape(text.get(at + 1..))?.is_high(),
                    Class::Slash | Class::Question => {
                        if start < at {
                            self.push(start, at, high)?;
                        } else if class == Class::Slash {
                            return Err(Malformed);
                        }
                        if class == Class::Question {
                            return self.end(at);
                        }
                        (start, high) = (at + 1, false);
                    }
                    Class::Refused => return Err(Malformed),
                }
            }
        }
        Err(Malformed)
    }

    /// Takes a segment; `high` says that it has an escape of a byte beyond ASCII.
    #[inline]
    fn push(&mut self, start: usize, end: usize, high: bool) -> Result<(), Malformed> {
        let segment = || self.path.as_bytes().get(start..end).unwrap_or_default();
        if end - start <= 2 && matches!(segment(), b"." | b"..") || high && !decodes_to_utf8(segment()) {
            return Err(Malformed);
        }
        // What does not fit is in no route.
        let _ = self.ends.try_push(end as u16);
        self.len += 1;
        Ok(())
    }

    /// Leaves the query out, which begins at `end`.
    #[inline]
    fn end(&mut self, end: usize) -> Result<(), Malformed> {
        self.path = self.path.get(..end).filter(|path| path.len() <= limits::PATH_BYTES).ok_or(Malformed)?;
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether the path belongs to the platform.
    pub(super) fn is_reserved(&self) -> bool {
        self.path.starts_with("/__")
    }

    /// Whether a slash stands behind the last segment, which is so in no route.
    pub(super) fn ends_with_slash(&self) -> bool {
        self.len > 0 && self.path.ends_with('/')
    }

    /// The path without the query.
    pub(super) fn path(&self) -> &'p str {
        self.path
    }

    /// What stands before, between and behind parameters at these places, where that is not empty.
    #[inline]
    pub(super) fn literals(&self, params: u64) -> impl Iterator<Item = &'p [u8]> {
        let (path, mut left, mut behind) = (self.path.as_bytes(), params, 0);
        let ends = &self.ends;
        core::iter::from_fn(move || {
            if left == 0 {
                let rest = path.get(behind..).filter(|rest| !rest.is_empty());
                behind = path.len();
                return rest;
            }
            let number = left.leading_zeros() as usize;
            left &= !bit(number);
            let start = number
                .checked_sub(1)
                .map_or(Some(1), |before| ends.get(before).map(|end| usize::from(*end) + 1));
            let literal = path.get(behind..start?);
            behind = (*ends.get(number)?).into();
            literal
        })
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

/// Up to seven bytes as eight, with the end behind them as if a query began there.
#[inline]
fn ended(bytes: &[u8]) -> u64 {
    last_word(bytes) | u64::from_le_bytes(*b"?aaaaaaa") << (8 * bytes.len())
}

/// Eight bytes to the places of those that may be more than a plain part of a segment: the highest bit of each.
///
/// These are all below `-`, and `/`, `;`, `?`, `\` and delete. Nothing is carried from byte to byte, because all are cut
/// to seven bits first.
#[inline]
fn specials(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let low = word & !HIGH;
    let differs = |bytes: u64, byte: u8| (bytes ^ (u64::from(byte) * EACH)) + 0x7F * EACH;
    let from_hyphen = low + (0x80 - u64::from(b'-')) * EACH;
    // With these two bits `/` and `;` are `?`.
    let plain = from_hyphen & differs(low | (0x14 * EACH), b'?') & differs(low, b'\\') & differs(low, 0x7F);
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
                            !is_found || one < b'-' || class(one) != Class::Plain,
                            "{one:#x} of {word:x?}"
                        );
                    }
                    assert_eq!(found & !0x8080_8080_8080_8080, 0);
                }
            }
        }
    }
}
