//! The format is told in the book byte by byte.

#![expect(clippy::disallowed_methods, reason = "the page is written where snapshots are")]

use std::fmt::Write as _;

use inspire_artifact::layout::{CellKind, CodeLayout, FLAGS, sections};

use crate::support::corpus::{read, root};

/// What stands before the part of the page that comes from the declarations.
const MARK: &str = "a test compares it with them. -->\n";

/// The part of the page that lists every record, as it must be.
fn records() -> String {
    let mut text = String::new();
    let mut codes: Vec<&CodeLayout> = Vec::new();
    for section in sections() {
        for table in section.tables {
            let bytes: usize = table.cells.iter().map(|cell| cell.kind.bytes()).sum();
            write!(text, "\n## `{}` `{}`\n\n", section.id, table.name).unwrap();
            let bytes = if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
            write!(text, "{} {} {bytes}.\n\n", sentence(table.record), sentence(table.doc)).unwrap();
            text += "| offset | cell | kind | |\n|---|---|---|---|\n";
            let mut offset = 0;
            for cell in table.cells {
                let kind = cell.kind.name();
                writeln!(text, "| {offset} | `{}` | `{kind}` | {} |", cell.name, plain(cell.doc)).unwrap();
                offset += cell.kind.bytes();
                if let CellKind::Code(code) = cell.kind
                    && !codes.iter().any(|known| known.name == code.name)
                {
                    codes.push(code);
                }
            }
        }
    }
    text += "\n# Bits\n";
    for flags in FLAGS {
        write!(text, "\n## `{}`\n\n| bit | name | |\n|---|---|---|\n", flags.name).unwrap();
        for flag in flags.flags {
            writeln!(text, "| {} | `{}` | {} |", flag.bits, flag.name.to_lowercase(), plain(flag.doc))
                .unwrap();
        }
    }
    text += "\n# Codes\n";
    codes.sort_by_key(|code| code.name);
    for code in codes {
        write!(text, "\n## `{}`\n\n| byte | word | |\n|---|---|---|\n", code.name).unwrap();
        for value in code.values {
            let word = value.word.replace("|", "\\|");
            writeln!(text, "| {} | `{word}` | {} |", value.code, plain(value.doc)).unwrap();
        }
    }
    text
}

/// A doc comment as one line of the book: links become code.
fn plain(doc: &str) -> String {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let doc = doc.replace("crate::entity::", "");
    doc.replace("[`", "`").replace("`]", "`").replace('|', "\\|").trim_end_matches('.').to_owned()
}

fn sentence(doc: &str) -> String {
    plain(doc) + "."
}

#[test]
fn the_book_tells_every_cell() {
    let path = root().join("book/src/format.md");
    let page = read(&path);
    let (prose, told) = page.split_once(MARK).unwrap();
    if told != records() && std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        std::fs::write(&path, format!("{prose}{MARK}{}", records())).unwrap();
        return;
    }
    assert_eq!(told, records(), "INSTA_UPDATE=always writes the page");
}
