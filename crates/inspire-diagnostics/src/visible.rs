//! Makes characters visible that would otherwise act on a terminal, reorder text or hide in it.
//!
//! What is quoted from a source, a file name or an argument may hold anything; it goes through here on its way to a person.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether `c` is a control, bidirectional, zero-width or other invisible character.
///
/// Tab and line ends count as well: in one line of text they have no place.
#[must_use]
pub const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` with every hidden character written as its escape, such as `\u{1b}`.
///
/// ```
/// assert_eq!(inspire_diagnostics::visible("a\u{1b}[31mb"), r"a\u{1b}[31mb");
/// ```
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    replace(text, |_| false)
}

/// Like [`visible`], for text of several lines: line feeds stay.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    replace(text, |c| c == '\n')
}

fn replace(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && !keep(c);
    if !text.chars().any(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hidden(c) { push_escape(&mut shown, c) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// Appends the escape of `c`.
pub(crate) fn push_escape(shown: &mut String, c: char) {
    let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
}

#[cfg(test)]
mod tests {
    use super::{visible, visible_lines};

    #[test]
    fn nothing_that_acts_on_a_terminal_is_left() {
        let text = "a\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\r\n\u{85}b";
        let shown = visible(text);
        assert!(shown.is_ascii() && !shown.bytes().any(|byte| byte.is_ascii_control()), "{shown}");
        assert_eq!(visible_lines("a\nb\r"), "a\nb\\u{d}");
    }

    #[test]
    fn ordinary_text_of_any_language_stays() {
        let text = "größe 日本語 سلام 👍🏽";
        assert_eq!(visible(text), text);
    }
}
