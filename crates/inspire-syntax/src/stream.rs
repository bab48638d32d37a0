//! From the lexer's tokens to the grammar's: what a word is depends on its neighbours.
//!
//! - A word with a colon after it is a `Key` in braces and a `Label` in parentheses or square brackets, whatever the
//!   word; the colon is swallowed. A word with a path after it is a `Method`.
//! - Declaration keywords are keywords outside all brackets only; `routes` also where a `(` follows, `password` and
//!   `principal` where a `{` follows; `plan` where a name and a `{` follow; `grant` in a system's body before an action.
//! - A word that stands first on its line outside all brackets and starts no declaration is a `Stray`, where a
//!   misspelt declaration shows.
//! - A number with the word of a unit after it is one malformed duration.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};

use crate::layout::MAX_DEPTH;
use crate::lexer::CleanLexer;
use crate::token::{Kind, Token};

/// Where tokens come from.
pub enum Source<'a, 't> {
    /// From a list that is known to be balanced; [`layout`](crate::layout) sees to that.
    List(std::slice::Iter<'t, Token>),
    /// From the text itself, as long as nothing is wrong with it.
    Text(CleanLexer<'a>),
}

impl Source<'_, '_> {
    fn next(&mut self) -> Option<Token> {
        match self {
            Self::List(tokens) => tokens.next().copied(),
            Self::Text(lexer) => lexer.next(),
        }
    }
}

/// The tokens as the grammar takes them.
pub struct Stream<'a, 't> {
    file: FileId,
    text: &'a str,
    source: Source<'a, 't>,
    previous: Option<Token>,
    current: Option<Token>,
    /// The two tokens after the current one.
    ahead: [Option<Token>; 2],
    open: Vec<Open>,
    /// Whether the parentheses that were closed last are those of `@system(…)`.
    after_system: bool,
    is_balanced: bool,
    diagnostics: Vec<Diagnostic>,
}

/// A bracket that is open at the current token.
#[derive(Clone, Copy)]
struct Open {
    bracket: Kind,
    /// Whether it belongs to `@system`: its arguments or its body.
    system: bool,
}

impl<'a, 't> Stream<'a, 't> {
    pub fn new(file: FileId, text: &'a str, mut source: Source<'a, 't>) -> Self {
        let current = source.next();
        let ahead = [source.next(), source.next()];
        Self {
            file,
            text,
            source,
            previous: None,
            current,
            ahead,
            open: Vec::new(),
            after_system: false,
            is_balanced: true,
            diagnostics: Vec::new(),
        }
    }

    /// What was noticed on the way.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The lexer and what was noticed on the way, if the whole text was read and nothing was wrong with its
    /// characters and brackets.
    pub fn into_clean(self) -> Option<(CleanLexer<'a>, Vec<Diagnostic>)> {
        let is_whole = self.is_balanced && self.open.is_empty() && self.current.is_none();
        match self.source {
            Source::Text(lexer) if is_whole && lexer.is_clean => Some((lexer, self.diagnostics)),
            _ => None,
        }
    }

    fn advance(&mut self) {
        let [next, after] = self.ahead;
        self.previous = self.current;
        self.current = next;
        self.ahead = [after, self.source.next()];
    }

    /// The kind of the token that stands `n` after the current one, `n` being 1 or 2.
    fn ahead(&self, n: usize) -> Option<Kind> {
        self.ahead.get(n - 1).copied().flatten().map(|token| token.kind)
    }

    /// Keeps the open brackets up to date with the current token.
    fn track(&mut self, kind: Kind) {
        match kind {
            Kind::LeftBrace => self.open.push(Open { bracket: kind, system: self.after_system }),
            Kind::LeftParen => {
                let system = self.previous.is_some_and(|token| token.kind == Kind::AtSystem);
                self.open.push(Open { bracket: kind, system });
            }
            Kind::LeftBracket => self.open.push(Open { bracket: kind, system: false }),
            _ if kind.is_closing() => {
                let closed = self.open.pop();
                self.is_balanced &= closed.is_some_and(|open| open.bracket.closing() == Some(kind));
                self.after_system = kind == Kind::RightParen && closed.is_some_and(|open| open.system);
                return;
            }
            _ => {}
        }
        self.after_system = false;
    }

    /// What the current word is, given what stands after it.
    fn word(&self, kind: Kind) -> Kind {
        let next = self.ahead(1);
        match (next, self.open.last()) {
            (Some(Kind::Colon), Some(open)) if open.bracket == Kind::LeftBrace => Kind::Key,
            (Some(Kind::Colon), Some(_)) => Kind::Label,
            (Some(Kind::Path), Some(open)) if open.bracket == Kind::LeftBrace => Kind::Method,
            (_, None) if kind == Kind::Word && self.starts_line() => Kind::Stray,
            (_, None) => match kind {
                Kind::Principal | Kind::Password | Kind::Plan | Kind::Grant => Kind::Word,
                other => other,
            },
            (next, Some(open)) => match kind {
                Kind::Routes if next == Some(Kind::LeftParen) => kind,
                Kind::Password | Kind::Principal if next == Some(Kind::LeftBrace) => kind,
                Kind::Grant if open.system && self.is_action() => kind,
                Kind::Plan if next.is_some_and(Kind::is_word) && self.ahead(2) == Some(Kind::LeftBrace) => {
                    kind
                }
                Kind::Grant | Kind::Routes | Kind::Password | Kind::Principal | Kind::Plan => Kind::Word,
                other if other.is_declaration() => Kind::Word,
                other => other,
            },
        }
    }

    fn is_action(&self) -> bool {
        let word = self.ahead[0].and_then(|token| self.text.get(token.span.range()));
        matches!(word, Some("read" | "write" | "insert" | "update" | "delete"))
    }

    /// Whether the current token is the first on its line.
    fn starts_line(&self) -> bool {
        self.breaks_line(self.previous, self.current)
    }

    fn breaks_line(&self, before: Option<Token>, after: Option<Token>) -> bool {
        let (Some(before), Some(after)) = (before, after) else { return true };
        let between = self.text.get(before.span.end as usize..after.span.start as usize);
        between.is_some_and(|between| between.contains(['\n', '\r']))
    }

    /// The unit that a number before it, with a blank between them, makes a malformed duration.
    fn separate_unit(&self) -> Option<Span> {
        let unit = self.ahead[0].filter(|token| token.kind == Kind::Word)?;
        let word = self.text.get(unit.span.range())?;
        let is_unit = matches!(
            word,
            "ms" | "s"
                | "m"
                | "h"
                | "d"
                | "w"
                | "sec"
                | "secs"
                | "second"
                | "seconds"
                | "min"
                | "mins"
                | "minute"
                | "minutes"
                | "hour"
                | "hours"
                | "day"
                | "days"
                | "week"
                | "weeks"
        );
        let follows = matches!(self.ahead(2), Some(Kind::Colon | Kind::Path));
        (is_unit && !follows && !self.breaks_line(self.current, self.ahead[0])).then_some(unit.span)
    }

    /// `@entity` for `entity`: reported here, and read as it was meant.
    fn at_declaration(&mut self, span: Span) -> (Kind, Span) {
        let word = self.text.get(span.range()).unwrap_or_default().trim_start_matches('@');
        let kind = match word {
            _ if !self.open.is_empty() => return (Kind::At, span),
            "entity" => Kind::Entity,
            "enum" => Kind::Enum,
            "type" => Kind::Type,
            "auth" => Kind::Auth,
            "namespace" => Kind::Namespace,
            "apiKeys" => Kind::ApiKeys,
            _ => Kind::Routes,
        };
        let at = Location::new(self.file, Span::new(span.start, span.start + 1));
        self.diagnostics.push(
            Diagnostic::new(Code::UnexpectedAt, at, format!("`{word}` is written without `@`"))
                .label("remove this")
                .help(format!(
                    "write `{word}`; of the declarations only `@system` and `@validation` have an `@`"
                ))
                .fix("remove the `@`", at, ""),
        );
        (kind, Span::new(span.start + 1, span.end))
    }
}

impl Iterator for Stream<'_, '_> {
    type Item = Result<(u32, Kind, u32), ()>;

    fn next(&mut self) -> Option<Self::Item> {
        let Token { kind, span } = self.current?;
        if !self.is_balanced || self.open.len() > MAX_DEPTH {
            self.is_balanced = false;
            return None;
        }
        let (kind, span) = match kind {
            kind if kind.is_word() => {
                let kind = self.word(kind);
                self.track(kind);
                if matches!(kind, Kind::Key | Kind::Label) {
                    self.advance();
                }
                (kind, span)
            }
            Kind::At if self.text.get(span.range()) == Some("@unique") => {
                let list = self.ahead(1) == Some(Kind::LeftParen) && self.ahead(2) == Some(Kind::LeftBracket);
                self.track(kind);
                (if list { Kind::UniqueList } else { kind }, span)
            }
            Kind::AtDeclaration => {
                self.track(kind);
                self.at_declaration(span)
            }
            Kind::Int => {
                self.track(kind);
                match self.separate_unit() {
                    Some(unit) => {
                        self.advance();
                        (Kind::Duration, span.to(unit))
                    }
                    None => (kind, span),
                }
            }
            kind => {
                self.track(kind);
                (kind, span)
            }
        };
        self.advance();
        Some(Ok((span.start, kind, span.end)))
    }
}
