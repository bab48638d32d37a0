//! Renders the Markdown of the book's pages for a terminal: headings, paragraphs, lists, and code, which is indented.

use inspire_diagnostics::{Long, wrap};
use unicode_width::UnicodeWidthStr as _;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// `page` as lines of at most `width` columns, save for code, which keeps its own.
pub(crate) fn render(page: &str, width: usize, color: bool) -> String {
    let mut writer = Writer { out: String::new(), width, color };
    let mut blocks = Blocks { lines: page.lines() };
    while let Some(block) = blocks.next() {
        if !writer.out.is_empty() {
            writer.out.push('\n');
        }
        writer.block(&block);
    }
    writer.out
}

/// A piece of a page between blank lines.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Heading(String),
    Paragraph(String),
    /// Items of a list, each with its marker.
    List(Vec<(String, String)>),
    Code(Vec<String>),
    Table(Vec<String>),
}

struct Blocks<'p> {
    lines: std::str::Lines<'p>,
}

impl Blocks<'_> {
    fn next(&mut self) -> Option<Block> {
        let first = self.lines.by_ref().find(|line| !line.trim().is_empty())?;
        if first.starts_with("```") {
            let code = self.lines.by_ref().take_while(|line| !line.starts_with("```"));
            return Some(Block::Code(code.map(str::to_owned).collect()));
        }
        if first.starts_with('#') {
            return Some(Block::Heading(inline(first.trim_start_matches('#').trim())));
        }
        let rest = self.lines.by_ref().take_while(|line| !line.trim().is_empty());
        let lines: Vec<_> = std::iter::once(first).chain(rest).collect();
        if first.starts_with('|') {
            return Some(Block::Table(lines.into_iter().map(str::to_owned).collect()));
        }
        if marker(first).is_some() {
            return Some(Block::List(items(&lines)));
        }
        Some(Block::Paragraph(inline(&lines.join(" "))))
    }
}

/// Splits the marker of a list item from its text.
fn marker(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    if let Some(text) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some(("-", text));
    }
    let (number, text) = line.split_once(". ")?;
    (!number.is_empty() && number.len() < 4 && number.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some((number, text))
}

fn items(lines: &[&str]) -> Vec<(String, String)> {
    let mut items: Vec<(String, String)> = Vec::new();
    for line in lines {
        match (marker(line), items.last_mut()) {
            (Some(("-", text)), _) => items.push(("- ".to_owned(), text.to_owned())),
            (Some((number, text)), _) => items.push((format!("{number}. "), text.to_owned())),
            (None, Some((_, text))) => *text = format!("{text} {}", line.trim()),
            (None, None) => {}
        }
    }
    items.into_iter().map(|(marker, text)| (marker, inline(&text))).collect()
}

/// Text without the marks of emphasis and with links as their text; code keeps its backticks.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (taken, shown) = match c {
            '`' => code(rest),
            '[' => link(rest),
            '*' if !out.ends_with(char::is_alphanumeric) => emphasis(rest),
            '\\' => escape(rest),
            _ => None,
        }
        .unwrap_or_else(|| (c.len_utf8(), c.to_string()));
        out.push_str(&shown);
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

/// What a mark at the start of `text` takes, and what it shows.
type Mark = Option<(usize, String)>;

fn code(text: &str) -> Mark {
    let end = text.get(1..)?.find('`')? + 2;
    Some((end, text.get(..end)?.to_owned()))
}

fn link(text: &str) -> Mark {
    let middle = text.find("](")?;
    let end = middle + text.get(middle..)?.find(')')? + 1;
    Some((end, inline(text.get(1..middle)?)))
}

fn emphasis(text: &str) -> Mark {
    let mark = if text.starts_with("**") { "**" } else { "*" };
    let inner = text.get(mark.len()..)?;
    let end = inner.find(mark)?;
    let inner = inner.get(..end).filter(|inner| !inner.is_empty() && !inner.starts_with(' '))?;
    Some((end + 2 * mark.len(), inline(inner)))
}

fn escape(text: &str) -> Mark {
    let c = text.chars().nth(1).filter(char::is_ascii_punctuation)?;
    Some((1 + c.len_utf8(), c.to_string()))
}

struct Writer {
    out: String,
    width: usize,
    color: bool,
}

impl Writer {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => self.styled("", text, BOLD),
            Block::Paragraph(text) => self.wrapped("", "", text),
            Block::List(items) => {
                for (marker, text) in items {
                    self.wrapped(marker, &" ".repeat(marker.width()), text);
                }
            }
            Block::Code(lines) => lines.iter().for_each(|line| self.styled("    ", line, DIM)),
            Block::Table(rows) => rows.iter().filter(|row| !row.contains("---")).for_each(|row| {
                let cells: Vec<_> =
                    row.trim_matches('|').split('|').map(|cell| inline(cell.trim())).collect();
                self.wrapped("", "    ", cells.join("  ").trim());
            }),
        }
    }

    fn styled(&mut self, indent: &str, text: &str, style: &str) {
        if self.color && !text.is_empty() {
            self.out += &format!("{indent}{style}{text}{RESET}");
        } else {
            self.out += format!("{indent}{text}").trim_end();
        }
        self.out.push('\n');
    }

    fn wrapped(&mut self, first: &str, indent: &str, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for line in wrap(first, indent, &text, self.width, Long::Keep) {
            self.out += &line;
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{inline, render};

    #[test]
    fn marks_go_and_code_stays() {
        assert_eq!(inline("a *b* **c `*d*`** [`e`](e.md), f*g, \\*h"), "a b c `*d*` `e`, f*g, *h");
    }

    #[test]
    fn a_page_is_wrapped_and_its_code_is_not() {
        let page = "# x\n\none two three four\nfive\n\n```inspire\nauth { providers: [email, google] }\n\nx\n```\n\n- a b c d e f g h i j\n- k\n";
        assert_eq!(
            render(page, 12, false),
            "x\n\none two\nthree four\nfive\n\n    auth { providers: [email, google] }\n\n    x\n\n- a b c d e\n  f g h i j\n- k\n"
        );
    }
}
