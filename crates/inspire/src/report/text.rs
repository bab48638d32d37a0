//! The report as text of 80 columns: what belongs to something stands below it, further to the right.
//!
//! A line that goes on below does so further to the right than any line of its kind begins, and hidden characters are
//! shown as escapes: so no text of a schema can pass for a line of the report.

use inspire_diagnostics::table::Table;
use inspire_diagnostics::{Long, visible, wrap};

use super::page::{Block, Item, Part, Phrase};

const WIDTH: usize = 80;

/// A page as text.
pub(super) fn render(page: &[Block<'_>]) -> String {
    let mut text = String::new();
    let mut above: Option<&Block<'_>> = None;
    for block in page {
        let is_joined = match block {
            Block::Items(_) => !matches!(above, Some(Block::Section(_))),
            Block::Text(_) => matches!(above, Some(Block::Heading(_))),
            _ => above.is_none(),
        };
        if !is_joined {
            text.push('\n');
        }
        push(&mut text, block);
        above = Some(block);
    }
    text
}

fn push(text: &mut String, block: &Block<'_>) {
    match block {
        Block::Title(words) => underlined(text, words, '='),
        Block::Section(words) => underlined(text, words, '-'),
        Block::Heading(phrase) => wrapped(text, "", "    ", phrase),
        Block::Text(words) => broken(text, "", "", words),
        Block::Items(items) => items.iter().for_each(|one| item(text, one)),
        Block::Table(head, rows) => table(text, head, rows),
    }
}

fn underlined(text: &mut String, words: &str, line: char) {
    text.push_str(words);
    text.push('\n');
    text.extend(words.chars().map(|_| line));
    text.push('\n');
}

fn item(text: &mut String, item: &Item<'_>) {
    wrapped(text, "  ", "    ", &item.phrase);
    for note in &item.notes {
        wrapped(text, "      ", "        ", note);
    }
}

fn table(text: &mut String, head: &[&str], rows: &[Vec<Phrase<'_>>]) {
    let mut table = Table::default();
    table.row(head.iter().map(|word| word.to_uppercase()));
    rows.iter().for_each(|row| table.row(row.iter().map(plain)));
    for line in table.lines(Some(WIDTH)) {
        text.push_str(&line);
        text.push('\n');
    }
}

fn wrapped(text: &mut String, first: &str, indent: &str, phrase: &Phrase<'_>) {
    broken(text, first, indent, &visible(&plain(phrase)));
}

fn broken(text: &mut String, first: &str, indent: &str, line: &str) {
    for line in wrap(first, indent, line, WIDTH, Long::Break) {
        text.push_str(&line);
        text.push('\n');
    }
}

pub(crate) fn plain(phrase: &Phrase<'_>) -> String {
    phrase.parts().map(Part::text).collect()
}
