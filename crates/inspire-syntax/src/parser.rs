//! Parsing: tokens → syntax tree, with recovery at the next member or declaration.

use bumpalo::Bump;
use inspire_diagnostics::{Code, Diagnostic, FileId, Span};
use lalrpop_util::lalrpop_mod;

use crate::ast::Schema;
use crate::builder::Builder;
use crate::characters;
use crate::layout::{self, Hole};
use crate::lexer::{CleanLexer, Comment, Docs, Tokens, lex};
use crate::stream::{Source, Stream};

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
    parse_clean(file, text, arena).unwrap_or_else(|| parse_thoroughly(file, text, arena))
}

/// Parses a file in which nothing is wrong with characters, brackets and grammar, in one pass over the text.
fn parse_clean<'a>(file: FileId, text: &'a str, arena: &'a Bump) -> Option<Parsed<'a>> {
    if characters::any(text) {
        return None;
    }
    let mut builder = Builder::new(file, text, arena, &[], [&[], &[]]);
    let mut stream = Stream::new(file, text, Source::Text(CleanLexer::new(text)));
    inspire::SchemaParser::new().parse(&mut builder, stream.by_ref()).ok()?;
    let (lexer, mut diagnostics) = stream.into_clean().filter(|_| builder.is_clean())?;
    let CleanLexer { comments, docs, longest, .. } = lexer;
    let schema = builder.finish(false, &mut diagnostics);
    sort(&mut diagnostics);
    let longest = if docs.longest().len() > longest.len() { docs.longest() } else { longest };
    Some(Parsed { schema, docs, comments, longest, diagnostics })
}

/// Parses any file: brackets are balanced first, and every mistake is passed over and reported.
#[cold]
fn parse_thoroughly<'a>(file: FileId, text: &'a str, arena: &'a Bump) -> Parsed<'a> {
    let lexed = lex(file, text);
    let docs = Docs::new(text, &lexed);
    let longest = if docs.longest().len() > lexed.longest.len() { docs.longest() } else { lexed.longest };
    let Tokens { tokens, comments, mut diagnostics, truncated, .. } = lexed;
    let mut repair = layout::balance(file, text, &tokens);
    let lines = broken_lines(text, &diagnostics);
    let balanced = repair.tokens.as_deref().unwrap_or(&tokens);
    let mut builder = Builder::new(file, text, arena, balanced, [&repair.holes, &lines]);
    let mut stream = Stream::new(file, text, Source::List(balanced.iter()));
    if let Err(error) = inspire::SchemaParser::new().parse(&mut builder, stream.by_ref()) {
        builder.give_up(&error);
    }
    for index in builder.silenced() {
        if let Some(diagnostic) = repair.diagnostics.get_mut(*index) {
            diagnostic.fixes.clear();
        }
    }
    repair.diagnostics.retain(|diagnostic| !follows_from_a_string(text, diagnostic, &diagnostics));
    diagnostics.extend(repair.diagnostics);
    diagnostics.extend(stream.into_diagnostics());
    let schema = builder.finish(repair.truncated || truncated, &mut diagnostics);
    sort(&mut diagnostics);
    Parsed { schema, docs, comments, longest, diagnostics }
}

fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.location, diagnostic.code));
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
    let mut lines: Vec<Hole> = Vec::new();
    for location in diagnostics.iter().filter(broken).filter_map(|diagnostic| diagnostic.location) {
        let at = location.span.start;
        if lines.last().is_some_and(|line| line.span.start <= at && at <= line.span.end) {
            continue;
        }
        let before = text.get(..at as usize).unwrap_or_default();
        let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let after = text.get(at as usize..).unwrap_or_default();
        let end = after.find(['\n', '\r']).map_or(text.len(), |end| at as usize + end);
        lines.push(Hole { span: Span::new(start as u32, end as u32), diagnostic: None });
    }
    lines.sort_by_key(|line| line.span.start);
    lines
}
