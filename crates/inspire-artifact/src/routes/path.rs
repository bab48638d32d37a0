//! Paths to segments: those of routes, which are checked once, and those of requests, which are hostile.
//!
//! A request path is refused rather than repaired: whatever one side could decode and the other not is how gates
//! are passed.

use std::borrow::Cow;

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
    path: &'p str,
    /// First byte of each segment and the byte behind its last.
    spans: [(u16, u16); limits::PATH_SEGMENTS],
    /// How many there are; one more than fit is too many for any route.
    len: usize,
}

impl<'p> Segments<'p> {
    /// The segments of what stands before the query, still to be split.
    pub(super) fn new(target: &'p str) -> Self {
        Self { path: target, spans: [(0, 0); limits::PATH_SEGMENTS], len: 0 }
    }

    /// Splits the path.
    ///
    /// # Errors
    /// When it is malformed.
    pub(super) fn split(&mut self) -> Result<(), Malformed> {
        let bytes = self.path.as_bytes();
        let Some((b'/', rest)) = bytes.split_first() else { return Err(Malformed) };
        let rest = rest.get(..limits::PATH_BYTES).unwrap_or(rest);
        let (mut start, mut escaped, mut end, mut at) = (1, false, bytes.len(), 1);
        let mut rest = rest.iter();
        while let Some(plain) = rest.position(|&byte| class(byte) != Class::Plain) {
            at += plain;
            match bytes.get(at).map(|&byte| class(byte)) {
                Some(Class::Slash) => {
                    self.push(start, at, escaped)?;
                    (start, escaped) = (at + 1, false);
                }
                Some(Class::Percent) => escaped |= escape(bytes.get(at + 1..))?.is_high(),
                Some(Class::Question) => {
                    end = at;
                    break;
                }
                _ => return Err(Malformed),
            }
            at += 1;
        }
        self.path = self.path.get(..end).filter(|path| path.len() <= limits::PATH_BYTES).ok_or(Malformed)?;
        if end == 1 { Ok(()) } else { self.push(start, end, escaped) }
    }

    /// Takes one segment; an empty one can only be the last.
    fn push(&mut self, start: usize, end: usize, escaped: bool) -> Result<(), Malformed> {
        let segment = self.path.get(start..end).unwrap_or_default();
        let empty_inside = segment.is_empty() && self.path.as_bytes().get(end) == Some(&b'/');
        if empty_inside || matches!(segment, "." | "..") || (escaped && !decodes_to_utf8(segment)) {
            return Err(Malformed);
        }
        if let (Some(span), Ok(start), Ok(end)) =
            (self.spans.get_mut(self.len), u16::try_from(start), u16::try_from(end))
        {
            *span = (start, end);
        }
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

    #[inline]
    pub(super) fn get(&self, number: usize) -> Option<&'p str> {
        let &(start, end) = self.spans.get(number).filter(|_| number < self.len)?;
        self.path.get(usize::from(start)..usize::from(end))
    }

    /// One segment without escapes.
    pub(super) fn decoded(&self, number: usize) -> Cow<'p, str> {
        let segment = self.get(number).unwrap_or_default();
        if segment.contains('%') {
            Cow::Owned(String::from_utf8(decode(segment).collect()).unwrap_or_default())
        } else {
            Cow::Borrowed(segment)
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
fn decode(segment: &str) -> impl Iterator<Item = u8> {
    let mut rest = segment.as_bytes().iter();
    core::iter::from_fn(move || match *rest.next()? {
        b'%' => hex(*rest.next()?).zip(hex(*rest.next()?)).map(|(high, low)| high << 4 | low),
        byte => Some(byte),
    })
}

fn decodes_to_utf8(segment: &str) -> bool {
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
