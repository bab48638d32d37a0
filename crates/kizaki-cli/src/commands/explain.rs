//! `kizaki explain`: the book's page on a diagnostic, offline.

use inspire_diagnostics::{Code, Kind, Long, wrap};

use super::Session;
use crate::args::ExplainArgs;
use crate::failure::{Exit, Failure};
use crate::markdown::render;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Lines longer than this are hard to read, however wide the terminal is.
const MOST_COLUMNS: usize = 80;

pub(crate) fn run(args: &ExplainArgs, session: &mut Session) -> Result<Exit, Failure> {
    let width = session.output.result_width();
    let text = match args.code {
        Some(code) => render(&page(code), width.min(MOST_COLUMNS), session.output.result_has_color()),
        None => list(session.output.result_is_on_terminal().then_some(width)),
    };
    session.output.result(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Done)
}

/// The page on `code`, or the least there is to say where the book has none.
fn page(code: Code) -> String {
    let found = PAGES.binary_search_by_key(&code.name(), |(name, _)| name);
    match found.ok().and_then(|index| PAGES.get(index)) {
        Some((_, page)) => (*page).to_owned(),
        None => format!("# {code}\n\n{} · {}\n", kind(code), code.title()),
    }
}

/// All codes, one a line, or wrapped where there is a right edge.
fn list(width: Option<usize>) -> String {
    let column = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0) + 2;
    let mut text = String::new();
    for code in Code::ALL {
        let first = format!("{:<column$}{:<9}", code.name(), kind(*code));
        let indent = " ".repeat(column + 9);
        for line in wrap(&first, &indent, code.title(), width.unwrap_or(usize::MAX), Long::Keep) {
            text += &line;
            text.push('\n');
        }
    }
    text
}

fn kind(code: Code) -> &'static str {
    match code.kind() {
        Kind::Error => "error",
        Kind::Warning => "warning",
        Kind::Note => "note",
        Kind::Lint => "lint",
    }
}

#[cfg(test)]
mod tests {
    use inspire_diagnostics::Code;

    use super::PAGES;

    #[test]
    fn every_code_has_its_page_and_every_page_its_code() {
        let pages: Vec<_> = PAGES.iter().map(|(name, _)| *name).collect();
        let mut codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        codes.sort_unstable();
        assert_eq!(pages, codes);
    }
}
