//! Breaks text into lines of so many columns.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What becomes of a word that is wider than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Long {
    /// It stands out, so that it can still be copied as one.
    Keep,
    /// It goes on below, so that nothing lies beyond the edge.
    Break,
}

/// Breaks `text` at blanks; the first line begins with `first` and the others with `indent`.
///
/// Blanks within a line stay as they are.
#[must_use]
pub fn wrap(first: &str, indent: &str, text: &str, width: usize, long: Long) -> Vec<String> {
    let mut lines = Lines { done: Vec::new(), line: first.to_owned(), begun: false, indent, width };
    for word in text.split(' ') {
        lines.word(word, long);
    }
    lines.finish()
}

struct Lines<'t> {
    done: Vec<String>,
    line: String,
    /// Whether the line holds more than its beginning.
    begun: bool,
    indent: &'t str,
    width: usize,
}

impl Lines<'_> {
    fn word(&mut self, word: &str, long: Long) {
        if self.begun && self.line.width() + 1 + word.width() > self.width {
            self.end();
        }
        if self.begun {
            self.line.push(' ');
        }
        self.begun = true;
        let mut rest = word;
        while long == Long::Break && self.line.width() + rest.width() > self.width {
            let (head, tail) = split(rest, self.width.saturating_sub(self.line.width()));
            if tail.is_empty() {
                break;
            }
            self.line.push_str(head);
            rest = tail;
            self.end();
            self.begun = true;
        }
        self.line.push_str(rest);
    }

    fn end(&mut self) {
        let line = std::mem::replace(&mut self.line, self.indent.to_owned());
        self.done.push(line);
        self.begun = false;
    }

    fn finish(mut self) -> Vec<String> {
        self.done.push(self.line);
        for line in &mut self.done {
            line.truncate(line.trim_end_matches(' ').len());
        }
        // Blanks that did not fit any more are no line of their own.
        let mut is_first = true;
        self.done.retain(|line| std::mem::take(&mut is_first) || !line.is_empty());
        self.done
    }
}

/// Splits `text` where `width` columns are full, or before the last slash there, but behind its first character at the
/// earliest.
fn split(text: &str, width: usize) -> (&str, &str) {
    let mut used = 0;
    let mut end = 0;
    let mut slash = None;
    for (at, c) in text.char_indices() {
        if c == '/' && at > 0 {
            slash = Some(at);
        }
        used += c.width().unwrap_or(0);
        if used > width && at > 0 {
            return text.split_at_checked(slash.unwrap_or(end)).unwrap_or((text, ""));
        }
        end = at + c.len_utf8();
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::{Long, wrap};

    #[test]
    fn words_go_below_and_blanks_stay() {
        assert_eq!(wrap("- ", "  ", "one  two three", 10, Long::Keep), ["- one  two", "  three"]);
        assert_eq!(wrap("", "", "", 10, Long::Keep), [""]);
        assert_eq!(wrap("", "  ", "0123456789 ", 10, Long::Keep), ["0123456789"]);
        assert_eq!(wrap("", " ", "01234  0123456789", 5, Long::Break), ["01234", " 0123", " 4567", " 89"]);
    }

    #[test]
    fn a_long_word_stands_out_or_is_broken() {
        let text = "a 0123456789 b";
        assert_eq!(wrap("", " ", text, 6, Long::Keep), ["a", " 0123456789", " b"]);
        assert_eq!(wrap("", " ", text, 6, Long::Break), ["a", " 01234", " 56789", " b"]);
        assert_eq!(wrap("", "", "日本語", 4, Long::Break), ["日本", "語"]);
        assert_eq!(wrap("", "", "/one/two/three", 9, Long::Break), ["/one/two", "/three"]);
    }

    #[test]
    fn there_is_an_end_however_narrow_it_is() {
        assert_eq!(wrap("", "", "日本", 0, Long::Break), ["日", "本"]);
        assert_eq!(wrap("", "   ", "abc", 2, Long::Break), ["ab", "   c"]);
    }
}
