//! Lexing: text → tokens, comments on the side, and what is wrong with the characters themselves.
//!
//! Never fails: a malformed literal is reported and still comes out as its token; characters that start no token are
//! reported and left out.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use logos::Logos;
use rustc_hash::FxHashMap;

use crate::characters;
use crate::token::{Kind, Token};

/// A comment, outside the stream of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From its first slash to the end of its line, without the line end.
    pub span: Span,
    /// How many tokens stand before it.
    pub tokens_before: u32,
}

/// What the lexer makes of one file.
#[derive(Debug, Default)]
pub struct Tokens {
    /// The tokens in order.
    pub tokens: Vec<Token>,
    /// The comments in order.
    pub comments: Vec<Comment>,
    /// The longest token or block of doc comments.
    pub longest: Span,
    /// Whether the text was not read to its end, because too much was wrong with it.
    pub truncated: bool,
    /// What is wrong with characters and comments.
    pub diagnostics: Vec<Diagnostic>,
}

/// Tokens straight from the text, for a file in which nothing is wrong; at the first thing that is they end.
pub(crate) struct CleanLexer<'a> {
    text: &'a str,
    lexer: logos::Lexer<'a, Kind>,
    count: u32,
    pub(crate) comments: Vec<Comment>,
    pub(crate) docs: Docs<'a>,
    /// The longest token.
    pub(crate) longest: Span,
    /// Whether nothing wrong was met so far.
    pub(crate) is_clean: bool,
}

impl<'a> CleanLexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut lexer = Kind::lexer(text);
        lexer.bump(start_of(text));
        Self {
            text,
            lexer,
            count: 0,
            comments: Vec::new(),
            docs: Docs::default(),
            longest: Span::default(),
            is_clean: true,
        }
    }
}

impl Iterator for CleanLexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let kind = self.lexer.next()?;
            let range = self.lexer.span();
            let span = Span::new(range.start as u32, range.end as u32);
            match kind {
                Ok(Kind::Comment) => {
                    self.comments.push(Comment { span, tokens_before: self.count });
                    self.docs.comment(self.text, span);
                }
                Err(()) | Ok(Kind::BlockComment | Kind::OpenString | Kind::SingleQuoted | Kind::Slip) => {
                    self.is_clean = false;
                    return None;
                }
                Ok(kind) => {
                    self.docs.token(span.start);
                    self.count += 1;
                    if span.len() > self.longest.len() {
                        self.longest = span;
                    }
                    return Some(Token { kind, span });
                }
            }
        }
    }
}

/// Where the text begins: behind a byte order mark, if there is one.
fn start_of(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { 3 } else { 0 }
}

/// How many things may be wrong with the characters of one file before the rest of it is not read.
pub(crate) const MAX_DIAGNOSTICS: usize = 10_000;

/// Splits `text` into tokens.
#[must_use]
pub fn lex(file: FileId, text: &str) -> Tokens {
    let mut out = Tokens { tokens: Vec::with_capacity(text.len() / 4), ..Tokens::default() };
    let start = start_of(text);
    let mut lexer = Kind::lexer(text);
    lexer.bump(start);
    while let Some(kind) = lexer.next() {
        let range = lexer.span();
        let span = Span::new(range.start as u32, range.end as u32);
        match kind {
            Ok(Kind::Comment) => {
                out.comments.push(Comment { span, tokens_before: out.tokens.len() as u32 });
            }
            Ok(Kind::BlockComment) => out.diagnostics.push(block_comment(file, text, span)),
            Ok(Kind::OpenString) => {
                let span = without_closers(text, span);
                out.diagnostics.push(open_string(Location::new(file, span)));
                out.tokens.push(Token { kind: Kind::String, span });
                lexer = Kind::lexer(text);
                lexer.bump(span.end as usize);
            }
            Ok(Kind::Slip) => {
                let after_path = out.tokens.last().is_some_and(|token| token.kind == Kind::Path);
                let (kind, diagnostic) = slip(Location::new(file, span), text, after_path);
                out.diagnostics.push(diagnostic);
                out.tokens.push(Token { kind, span });
            }
            Ok(Kind::SingleQuoted) => {
                out.diagnostics.push(single_quoted(Location::new(file, span), text));
                out.tokens.push(Token { kind: Kind::String, span });
            }
            Ok(kind) => {
                if span.len() > out.longest.len() {
                    out.longest = span;
                }
                out.tokens.push(Token { kind, span });
            }
            Err(()) => junk(&mut out, file, text, span),
        }
        if out.diagnostics.len() >= MAX_DIAGNOSTICS {
            out.truncated = true;
            out.diagnostics.push(too_many(Location::new(file, Span::at(span.end))));
            break;
        }
    }
    characters::check(file, text, start, &out.comments, &out.tokens, &mut out.diagnostics);
    out
}

#[cold]
fn too_many(location: Location) -> Diagnostic {
    Diagnostic::new(Code::UnexpectedToken, location, "too much is wrong with this file")
        .help("the rest of it was not read; is it an Inspire schema?")
}

/// An unclosed string without the brackets and commas at its end, which hardly belong to it.
#[cold]
fn without_closers(text: &str, span: Span) -> Span {
    let source = text.get(span.range()).unwrap_or_default();
    let kept = source.trim_end_matches([')', ']', '}', '{', ',', ' ', '\t']).len().max(1);
    Span::new(span.start, span.start + kept as u32)
}

/// What an operator that does not exist was meant to be.
#[cold]
fn slip(location: Location, text: &str, after_path: bool) -> (Kind, Diagnostic) {
    let source = text.get(location.span.range()).unwrap_or_default();
    let (kind, meant) = if after_path { (Kind::Arrow, "->") } else { (Kind::GreaterOrEqual, ">=") };
    let diagnostic = Diagnostic::new(Code::UnexpectedToken, location, format!("`{source}` is no operator"))
        .label(format!("write `{meant}`"))
        .fix(format!("replace with `{meant}`"), location, meant);
    (kind, diagnostic)
}

#[cold]
fn single_quoted(location: Location, text: &str) -> Diagnostic {
    let source = text.get(location.span.range()).unwrap_or_default();
    let inner = source.trim_matches('\'');
    let new = Diagnostic::new(Code::UnexpectedToken, location, "a string stands in double quotes")
        .label("in single quotes");
    if inner.contains(['"', '\\']) {
        return new.help("write it between `\"`");
    }
    let quoted = format!("\"{inner}\"");
    new.help(format!("write `{quoted}`")).fix(format!("replace with `{quoted}`"), location, quoted)
}

#[cold]
fn open_string(location: Location) -> Diagnostic {
    Diagnostic::new(Code::UnterminatedString, location, "this string has no closing quote")
        .label("starts here and runs to the end of the line")
        .help("a string stands on one line; close it with `\"`, and write a line break as `\\n`")
}

/// Whether the text of a string token ends with its closing quote, and not with the end of its line.
pub(crate) fn is_closed(source: &str) -> bool {
    let slashes = source.strip_suffix('"').map(|inner| inner.len() - inner.trim_end_matches('\\').len());
    source.len() > 1 && slashes.is_some_and(|count| count % 2 == 0)
}

#[cold]
fn block_comment(file: FileId, text: &str, span: Span) -> Diagnostic {
    let source = text.get(span.range()).unwrap_or_default();
    let location = Location::new(file, span);
    let closed = source.len() >= 4 && source.ends_with("*/");
    let inner = source.trim_start_matches("/*").trim_end_matches("*/");
    let lines: Vec<_> = inner.lines().map(|line| line.trim().trim_start_matches('*').trim()).collect();
    let follows = text.get(span.end as usize..).unwrap_or_default();
    let more_on_line = follows.lines().next().is_some_and(|rest| !rest.trim().is_empty());
    let comment = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| format!("// {line}"))
        .collect::<Vec<_>>()
        .join("\n");
    let replacement = match (comment.is_empty(), more_on_line) {
        (true, _) => String::new(),
        (false, true) => format!("{comment}\n"),
        (false, false) => comment,
    };
    let diagnostic = Diagnostic::new(Code::BlockComment, location, "Inspire has no block comments")
        .label(if closed { "a comment between `/*` and `*/`" } else { "this comment is not closed, either" })
        .help("start each line of the comment with `//`");
    if closed { diagnostic.fix("write it with `//`", location, replacement) } else { diagnostic }
}

/// Reports characters that start no token; a run of them is one mistake.
#[cold]
fn junk(out: &mut Tokens, file: FileId, text: &str, span: Span) {
    let source = text.get(span.range()).unwrap_or_default();
    if source.chars().all(|c| characters::hidden(c).is_some()) {
        return; // The pass over all characters reports it.
    }
    if let Some(last) = out.diagnostics.last_mut()
        && last.code == Code::UnexpectedToken
        && let Some(location) = &mut last.location
        && location.span.end == span.start
    {
        location.span.end = span.end;
        let whole = text.get(location.span.range()).unwrap_or_default();
        last.message = junk_message(whole);
        return;
    }
    let location = Location::new(file, span);
    let help = match source {
        "'" | "`" => Some("strings are written with double quotes"),
        "#" => Some("comments start with `//`"),
        ";" => Some("nothing ends with a semicolon here; a comma or a line break will do"),
        "@" => Some("an annotation's name follows its `@` directly"),
        _ => None,
    };
    let mut diagnostic =
        Diagnostic::new(Code::UnexpectedToken, location, junk_message(source)).label("means nothing here");
    diagnostic.help = help.map(str::to_owned);
    out.diagnostics.push(diagnostic);
}

fn junk_message(source: &str) -> String {
    let short: String = source.chars().take(12).collect();
    let more = if short.len() < source.len() { "…" } else { "" };
    let are = if source.chars().nth(1).is_some() { "are no part" } else { "is no part" };
    format!("`{short}{more}` {are} of the language")
}

/// The `///` comments, by the token they document.
#[derive(Debug, Default)]
pub struct Docs<'a> {
    lines: FxHashMap<u32, Vec<&'a str>>,
    /// The lines since the last token, and the place from the first of them to the last.
    pending: Vec<&'a str>,
    block: Span,
    /// From the first to the last line of the longest block.
    longest: Span,
}

impl<'a> Docs<'a> {
    /// Collects the doc comments of a file: each block of them belongs to the token after it.
    #[must_use]
    pub fn new(text: &'a str, tokens: &Tokens) -> Self {
        let mut docs = Self::default();
        let mut comments = tokens.comments.iter().peekable();
        while let Some(comment) = comments.next() {
            docs.comment(text, comment.span);
            let next = comments.peek().map(|next| next.tokens_before);
            if next != Some(comment.tokens_before)
                && let Some(token) = tokens.tokens.get(comment.tokens_before as usize)
            {
                docs.token(token.span.start);
            }
        }
        docs
    }

    /// Takes note of the comment at `span`.
    fn comment(&mut self, text: &'a str, span: Span) {
        if let Some(line) = text.get(span.range()).and_then(doc_line) {
            self.block = if self.pending.is_empty() { span } else { self.block.to(span) };
            self.pending.push(line);
        }
    }

    /// Gives the comments since the last token to the token at `start`.
    #[inline]
    fn token(&mut self, start: u32) {
        if !self.pending.is_empty() {
            self.attach(start);
        }
    }

    #[inline(never)]
    fn attach(&mut self, start: u32) {
        if self.block.len() > self.longest.len() {
            self.longest = self.block;
        }
        self.lines.insert(start, std::mem::take(&mut self.pending));
    }

    /// The longest block of doc comments.
    pub(crate) fn longest(&self) -> Span {
        self.longest
    }

    /// The doc comment of the node that starts at the byte `start`, its lines joined by `\n`.
    #[must_use]
    pub fn of(&self, start: u32) -> Option<std::borrow::Cow<'a, str>> {
        if self.lines.is_empty() {
            return None;
        }
        match self.lines.get(&start)?.as_slice() {
            [line] => Some((*line).into()),
            lines => Some(lines.join("\n").into()),
        }
    }
}

/// The text of a doc comment's line; none for a comment of another kind, such as `//` or a rule of `////`.
fn doc_line(comment: &str) -> Option<&str> {
    let line = comment.strip_prefix("///")?;
    (!line.starts_with('/')).then(|| line.strip_prefix(' ').unwrap_or(line).trim_end())
}
