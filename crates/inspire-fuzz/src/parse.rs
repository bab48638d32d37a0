//! Bytes as the text of one file: lexed and parsed.

use inspire_diagnostics::{Diagnostic, FileId, SourceMap, Span};
use inspire_syntax::{Arena, Parsed, Tokens, lex};

use crate::place::{diagnostic_fits, fits};

const FILE: FileId = FileId(0);

/// A line that is no schema, behind which nothing can be parsed in one clean pass.
const MISTAKE: &str = "\n#\n";

/// Lexes and parses `input`, if it is text.
///
/// # Panics
/// When a place is none of the text, tokens leave something out unreported, diagnostics are out of order, or the one
/// pass over a clean text and the thorough way see different trees.
pub fn parse(input: &[u8]) {
    let Ok(text) = core::str::from_utf8(input) else { return };
    let Ok(sources) = SourceMap::new([("a.inspire", text)]) else { return };
    tokens_tile(text, &lex(FILE, text));

    let arena = Arena::new();
    let parsed = inspire_syntax::parse(FILE, text, &arena);
    places_fit(text, &sources, &parsed);
    let key = |one: &Diagnostic| (one.location, one.code);
    assert!(parsed.diagnostics.is_sorted_by_key(key), "{:?} are out of order", parsed.diagnostics);
    if parsed.diagnostics.is_empty() {
        both_ways_agree(text, &parsed);
    }
}

/// Tokens and comments follow one another, and between them is nothing but blanks and what is reported.
fn tokens_tile(text: &str, lexed: &Tokens) {
    let mut spans: Vec<Span> = lexed.tokens.iter().map(|token| token.span).collect();
    spans.extend(lexed.comments.iter().map(|comment| comment.span));
    spans.sort();
    let mut end = 0;
    for span in spans {
        fits(text, span);
        assert!(end <= span.start && !span.is_empty(), "{span:?} overlaps what is before it, or is empty");
        is_blank_or_reported(text, Span::new(end, span.start), &lexed.diagnostics);
        end = span.end;
    }
    if !lexed.truncated {
        is_blank_or_reported(text, Span::new(end, text.len() as u32), &lexed.diagnostics);
    }
}

fn is_blank_or_reported(text: &str, gap: Span, diagnostics: &[Diagnostic]) {
    let between = text.get(gap.range()).unwrap_or_default();
    let odd = between.char_indices().find(|(_, c)| !matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{feff}'));
    let Some((at, _)) = odd else { return };
    let at = gap.start + at as u32;
    let covers = |one: &Diagnostic| one.location.is_some_and(|it| it.span.start <= at && at < it.span.end);
    assert!(diagnostics.iter().any(covers), "the byte at {at} is in no token and unreported");
}

fn places_fit(text: &str, sources: &SourceMap, parsed: &Parsed<'_>) {
    fits(text, parsed.longest);
    parsed.comments.iter().for_each(|comment| fits(text, comment.span));
    parsed.diagnostics.iter().for_each(|one| diagnostic_fits(sources, one));
    // A text that looks like the debug form of a place would be taken for one.
    if !text.contains("Span {") {
        spans_of(&format!("{:?}", parsed.schema)).for_each(|span| fits(text, span));
    }
}

/// The places in the debug form of a tree, which shows every one of its nodes.
fn spans_of(debug: &str) -> impl Iterator<Item = Span> {
    debug.split("Span { start: ").skip(1).filter_map(|rest| {
        let (start, rest) = rest.split_once(", end: ")?;
        let (end, _) = rest.split_once(' ')?;
        Some(Span::new(start.parse().ok()?, end.parse().ok()?))
    })
}

/// A mistake behind the text makes the parser go the thorough way, on which it must see what it saw in one pass.
fn both_ways_agree(text: &str, clean: &Parsed<'_>) {
    let longer = format!("{text}{MISTAKE}");
    let arena = Arena::new();
    let thorough = inspire_syntax::parse(FILE, &longer, &arena);
    assert!(thorough.diagnostics.len() == 1, "of one mistake there is to say {:?}", thorough.diagnostics);
    assert_eq!(clean.comments, thorough.comments);
    assert_eq!(clean.longest, thorough.longest);
    assert_eq!(format!("{:?}", clean.schema), format!("{:?}", thorough.schema));
}
