//! The report as GitHub-flavoured Markdown.
//!
//! What comes from a schema stands in code spans, or as prose in which every mark is escaped. A line always begins with
//! a mark or word of this module, and hidden characters, line ends among them, are shown as escapes: so no text of a
//! schema can end a span, begin a block, or pass for a word of the report.

use inspire_diagnostics::visible;

use super::page::{Block, Item, Part, Phrase};

/// A page as Markdown.
pub(super) fn render(page: &[Block<'_>]) -> String {
    let mut out = String::new();
    for block in page {
        if !out.is_empty() {
            out.push('\n');
        }
        push(&mut out, block);
    }
    out
}

fn push(out: &mut String, block: &Block<'_>) {
    match block {
        Block::Title(words) => line(out, &["# ", words]),
        Block::Section(words) => line(out, &["## ", words]),
        Block::Heading(phrase) => line(out, &["### ", &inline(phrase)]),
        Block::Text(words) => line(out, &[words]),
        Block::Items(items) => items.iter().for_each(|one| item(out, one)),
        Block::Table(head, rows) => table(out, head, rows),
    }
}

fn line(out: &mut String, parts: &[&str]) {
    out.extend(parts.iter().copied());
    out.push('\n');
}

fn item(out: &mut String, item: &Item<'_>) {
    line(out, &["- ", &inline(&item.phrase)]);
    for note in &item.notes {
        line(out, &["  - ", &inline(note)]);
    }
}

/// Cells are not padded, so that a new row changes no other line.
fn table(out: &mut String, head: &[&str], rows: &[Vec<Phrase<'_>>]) {
    line(out, &["| ", &head.join(" | "), " |"]);
    line(out, &["|", &"---|".repeat(head.len())]);
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| join(cell, cell_code)).collect();
        line(out, &["| ", &cells.join(" | "), " |"]);
    }
}

fn inline(phrase: &Phrase<'_>) -> String {
    join(phrase, code)
}

fn join(phrase: &Phrase<'_>, code: fn(&str) -> String) -> String {
    phrase
        .parts()
        .map(|part| match part {
            Part::Words(words) => words.to_string(),
            Part::Code(text) => code(&visible(text)),
            Part::Prose(text) => escaped(&visible(text)),
        })
        .collect()
}

/// A code span that holds exactly `text`: its fence is longer than any run of backticks within.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A blank at both ends is taken off again, and one that was there already would be too.
    let edge = |c: Option<char>| matches!(c, Some('`' | ' '));
    let blank = if edge(text.chars().next()) || edge(text.chars().next_back()) { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// A code span in a table, where a bar ends a cell even within a span and a backslash may guard it.
fn cell_code(text: &str) -> String {
    if text.contains(['|', '\\', '`']) { escaped(text) } else { code(text) }
}

/// `text` with a backslash before every character that could be a mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' | '!' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{cell_code, code, escaped};

    #[test]
    fn a_code_span_ends_where_it_should() {
        assert_eq!(code("a.b == \"c\""), "`a.b == \"c\"`");
        assert_eq!(code("a ``b` c"), "```a ``b` c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code(" a"), "`  a `");
    }

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(cell_code("a_b"), "`a_b`");
        assert_eq!(cell_code("a|b"), "a\\|b");
        assert_eq!(cell_code("a\\|b"), "a\\\\\\|b");
    }

    #[test]
    fn prose_has_no_marks() {
        assert_eq!(escaped("*a* <b> [c](d)"), "\\*a\\* \\<b\\> \\[c\\](d)");
    }
}
