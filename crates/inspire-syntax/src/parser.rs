//! Parsing: tokens → syntax tree, with recovery at the next member or declaration.

use bumpalo::Bump;
use inspire_diagnostics::{Diagnostic, FileId, Span};
use lalrpop_util::lalrpop_mod;

use crate::ast::Schema;
use crate::builder::Builder;
use crate::layout;
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
    let repair = layout::balance(file, text, &tokens);
    let balanced = repair.tokens.as_deref().unwrap_or(&tokens);
    let mut builder = Builder::new(file, text, arena, balanced, &repair.holes);
    let mut stream = Stream::new(file, text, balanced);
    if let Err(error) = inspire::SchemaParser::new().parse(&mut builder, stream.by_ref()) {
        builder.give_up(error);
    }
    diagnostics.extend(repair.diagnostics);
    diagnostics.extend(stream.into_diagnostics());
    let schema = builder.finish(repair.truncated, &mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.location, diagnostic.code));
    Parsed { schema, docs, comments, longest, diagnostics }
}
