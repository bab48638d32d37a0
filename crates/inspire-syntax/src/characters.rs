//! Characters that no reader can see: refused anywhere, so that what is reviewed is what is compiled.
//!
//! The set follows Unicode Technical Standard 55 (source code handling): controls, bidirectional controls, zero-width
//! and tag characters. The joiners U+200C and U+200D are allowed in comments and strings, where Persian and emoji
//! need them.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};

use crate::lexer::{Comment, MAX_DIAGNOSTICS};
use crate::token::{Kind, Token};

/// What is wrong with a character that must not stand in a schema; none for a harmless one.
pub fn hidden(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' | '\n' | '\r' => return None,
        '\0' => "a NUL character",
        '\u{01}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => "a control character",
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' => {
            "a character that changes the direction of the text"
        }
        '\u{FEFF}' => "a byte order mark in the middle of the text",
        '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{00AD}'
        | '\u{180E}'
        | '\u{034F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{FFA0}' => "a character without width",
        '\u{2028}' | '\u{2029}' => "a line separator that is no line end here",
        '\u{E0000}'..='\u{E007F}' => "a tag character",
        _ => return None,
    })
}

/// Whether `text` has any hidden character, allowed ones included.
pub fn any(text: &str) -> bool {
    !is_all_plain(text.as_bytes()) && text.chars().any(|c| hidden(c).is_some())
}

/// Whether every byte is plain; looked at in blocks without an early end, so that many bytes are compared at once.
fn is_all_plain(text: &[u8]) -> bool {
    text.chunks(256).all(|block| block.iter().fold(true, |plain, byte| plain & is_plain(*byte)))
}

/// Reports every hidden character of `text` from the byte `from`.
pub fn check(
    file: FileId,
    text: &str,
    from: usize,
    comments: &[Comment],
    tokens: &[Token],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(rest) = text.get(from..) else { return };
    if is_all_plain(rest.as_bytes()) {
        return;
    }
    let found = rest.char_indices().filter_map(|(i, c)| Some((from + i, c, hidden(c)?)));
    for (at, c, what) in found {
        let span = Span::new(at as u32, (at + c.len_utf8()) as u32);
        if matches!(c, '\u{200C}' | '\u{200D}') && is_text(span, comments, tokens) {
            continue;
        }
        diagnostics.push(report(Location::new(file, span), c, what));
        if diagnostics.len() > MAX_DIAGNOSTICS {
            return;
        }
    }
}

/// Whether the byte is printable ASCII, a tab or part of a line end: what nearly every schema is made of.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\t' | b'\r')
}

/// Whether `span` lies in a comment or a string.
fn is_text(span: Span, comments: &[Comment], tokens: &[Token]) -> bool {
    let covers = |other: Span| other.start <= span.start && span.end <= other.end;
    let comment = comments.partition_point(|comment| comment.span.start <= span.start);
    let token = tokens.partition_point(|token| token.span.start <= span.start);
    comment.checked_sub(1).and_then(|i| comments.get(i)).is_some_and(|comment| covers(comment.span))
        || token
            .checked_sub(1)
            .and_then(|i| tokens.get(i))
            .is_some_and(|token| token.kind == Kind::String && covers(token.span))
}

#[cold]
fn report(location: Location, c: char, what: &str) -> Diagnostic {
    let code = u32::from(c);
    Diagnostic::new(Code::HiddenCharacter, location, format!("{what} stands here: U+{code:04X}"))
        .label("cannot be seen")
        .help(format!("remove it, or write it as `\\u{{{code:X}}}` if a string needs it"))
        .fix("remove it", location, "")
}
