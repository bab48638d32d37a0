//! Parsing: tokens → syntax tree, with recovery at the next member or declaration.

use bumpalo::Bump;
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use lalrpop_util::lalrpop_mod;

use crate::ast::Schema;
use crate::builder::Builder;
use crate::layout::{self, Hole};
use crate::lexer::{Comment, Docs, Tokens, lex};
use crate::stream::Stream;

lalrpop_mod!(
    #[allow(warnings, clippy::all, clippy::pedantic, clippy::restriction, reason = "generated")]
    inspire,
    "/inspire.rs"
);

/// What became of one source file.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The tree.
    pub schema: Schema<'a>,
    /// The doc comments, by the start of the node they belong to.
    pub docs: Docs<'a>,
    /// All comments in order.
    pub comments: Vec<Comment>,
    /// The longest token or block of doc comments, for whoever has a limit on texts.
    pub longest: Span,
    /// What is wrong with the text, in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one source file into nodes that live in `arena`.
///
/// Takes the file's number in its source map and its text; gives the tree of everything that could be read, and a
/// diagnostic for everything that could not.
#[must_use]
pub fn parse<'a>(file: FileId, text: &'a str, arena: &'a Bump) -> Parsed<'a> {
    let lexed = lex(file, text);
    let docs = Docs::new(text, &lexed);
    let longest = if docs.longest().len() > lexed.longest.len() { docs.longest() } else { lexed.longest };
    let Tokens { tokens, comments, mut diagnostics, .. } = lexed;
    let mut repair = layout::balance(file, text, &tokens);
    repair.holes.extend(broken_lines(text, &diagnostics));
    let balanced = repair.tokens.as_deref().unwrap_or(&tokens);
    let mut builder = Builder::new(file, text, arena, balanced, &repair.holes);
    let mut stream = Stream::new(file, text, balanced);
    if let Err(error) = inspire::SchemaParser::new().parse(&mut builder, stream.by_ref()) {
        builder.give_up(error);
    }
    for index in builder.silenced() {
        if let Some(diagnostic) = repair.diagnostics.get_mut(*index) {
            diagnostic.fixes.clear();
        }
    }
    repair.diagnostics.retain(|diagnostic| !follows_from_a_string(text, diagnostic, &diagnostics));
    diagnostics.extend(repair.diagnostics);
    diagnostics.extend(stream.into_diagnostics());
    let schema = builder.finish(repair.truncated, &mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.location, diagnostic.code));
    Parsed { schema, docs, comments, longest, diagnostics }
}

/// Whether a bracket is unclosed on the line of an unclosed string, which swallowed what would have closed it.
fn follows_from_a_string(text: &str, diagnostic: &Diagnostic, lexical: &[Diagnostic]) -> bool {
    let Some(opened) = diagnostic.location.filter(|_| diagnostic.code == Code::UnclosedDelimiter) else {
        return false;
    };
    let strings = lexical.iter().filter(|other| other.code == Code::UnterminatedString);
    strings.filter_map(|string| string.location).any(|string| {
        let between = text.get(opened.span.end as usize..string.span.start as usize);
        between.is_some_and(|between| !between.contains(['\n', '\r']))
    })
}

/// The lines with characters that are no part of a schema: what they do to the words around them is not the author's
/// second mistake.
fn broken_lines(text: &str, diagnostics: &[Diagnostic]) -> Vec<Hole> {
    let broken = |diagnostic: &&Diagnostic| {
        matches!(diagnostic.code, Code::HiddenCharacter | Code::UnexpectedToken | Code::BlockComment)
    };
    let line = |location: Location| {
        let at = location.span.start as usize;
        let start = text.get(..at).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |end| end + 1);
        let end =
            text.get(at..).and_then(|after| after.find(['\n', '\r'])).map_or(text.len(), |end| at + end);
        Hole { span: Span::new(start as u32, end as u32), diagnostic: None }
    };
    let mut lines: Vec<Hole> =
        diagnostics.iter().filter(broken).filter_map(|diagnostic| diagnostic.location).map(line).collect();
    lines.dedup_by_key(|hole| hole.span);
    lines
}
