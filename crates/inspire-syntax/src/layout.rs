//! Brackets: the grammar's tokens are always balanced, whatever the text.
//!
//! Balanced text passes through untouched. Otherwise the layout is taken as a hint for where each unclosed bracket was
//! meant to end, and an empty closing token is put there; a closing bracket that closes nothing is left out.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};

use crate::lexer::MAX_DIAGNOSTICS;
use crate::token::{Kind, Token};

/// How deep brackets may be nested.
pub const MAX_DEPTH: usize = 128;

/// What had to be done to balance the brackets of a file.
#[derive(Debug, Default)]
pub struct Repair {
    /// The balanced tokens, when they differ from the lexer's.
    pub tokens: Option<Vec<Token>>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// Places about which nothing more is to be said.
    pub holes: Vec<Hole>,
    /// Whether the file was given up before its end.
    pub truncated: bool,
}

/// A place about which nothing more is to be said.
#[derive(Debug, Clone, Copy)]
pub struct Hole {
    /// The place.
    pub span: Span,
    /// The diagnostic, among those of the repair, that said what there is to say.
    pub diagnostic: Option<usize>,
}

/// Balances the brackets of `tokens`.
pub fn balance(file: FileId, text: &str, tokens: &[Token]) -> Repair {
    match survey(tokens) {
        Survey::Balanced => Repair::default(),
        Survey::TooDeep(at) => cut(file, tokens, at),
        Survey::Unbalanced => {
            let mut repairer =
                Repairer { file, text, tokens, out: Vec::new(), open: Vec::new(), repair: Repair::default() };
            repairer.run();
            Repair { tokens: Some(repairer.out), ..repairer.repair }
        }
    }
}

enum Survey {
    Balanced,
    Unbalanced,
    TooDeep(usize),
}

fn survey(tokens: &[Token]) -> Survey {
    let mut expected = Vec::with_capacity(16);
    let mut balanced = true;
    for (i, token) in tokens.iter().enumerate() {
        if let Some(closing) = token.kind.closing() {
            if expected.len() == MAX_DEPTH {
                return Survey::TooDeep(i);
            }
            expected.push(closing);
        } else if token.kind.is_closing() && expected.pop() != Some(token.kind) {
            balanced = false;
        }
    }
    if balanced && expected.is_empty() { Survey::Balanced } else { Survey::Unbalanced }
}

/// Ends the file before the declaration whose brackets are nested too deep.
#[cold]
fn cut(file: FileId, tokens: &[Token], at: usize) -> Repair {
    let place = tokens.get(at).map_or(Span::default(), |token| token.span);
    let mut depth = 0usize;
    let mut end = 0;
    for (i, token) in tokens.iter().enumerate().take(at) {
        if token.kind.closing().is_some() {
            depth += 1;
        } else if token.kind.is_closing() {
            depth = depth.saturating_sub(1);
            if depth == 0 && token.kind == Kind::RightBrace {
                end = i + 1;
            }
        }
    }
    Repair {
        tokens: Some(tokens.get(..end).unwrap_or_default().to_vec()),
        diagnostics: vec![too_deep(Location::new(file, place))],
        holes: Vec::new(),
        truncated: true,
    }
}

/// The diagnostic for brackets that are nested too deep.
#[cold]
fn too_deep(location: Location) -> Diagnostic {
    Diagnostic::new(Code::NestingTooDeep, location, format!("this is nested more than {MAX_DEPTH} deep"))
        .label("one level too many")
        .help("nothing after this place was read; name the parts, or spread them over several declarations")
}

/// How many bytes stand before `offset` on its line.
fn column(text: &str, offset: u32) -> usize {
    let before = text.get(..offset as usize).unwrap_or_default();
    before.len() - before.rfind(['\n', '\r']).map_or(0, |at| at + 1)
}

struct Repairer<'t> {
    file: FileId,
    text: &'t str,
    tokens: &'t [Token],
    out: Vec<Token>,
    open: Vec<Open>,
    repair: Repair,
}

#[derive(Clone, Copy)]
struct Open {
    token: Token,
    closing: Kind,
    /// The indentation of the line on which it was opened.
    indent: usize,
}

impl Repairer<'_> {
    fn run(&mut self) {
        let mut indent = 0;
        for (i, token) in self.tokens.iter().enumerate() {
            if self.repair.diagnostics.len() >= MAX_DIAGNOSTICS {
                self.repair.truncated = true;
                break;
            }
            let first = self.is_first_on_line(i);
            if first {
                indent = column(self.text, token.span.start);
                self.close_by_layout(i, indent);
            }
            match token.kind.closing() {
                Some(closing) => {
                    self.close_parens_before_body(i, token.kind);
                    self.open.push(Open { token: *token, closing, indent });
                    self.out.push(*token);
                }
                None if token.kind.is_closing() => self.close(*token, first.then_some(indent)),
                None => self.out.push(*token),
            }
        }
        let end = Span::at(self.text.len() as u32);
        while !self.open.is_empty() {
            self.close_unclosed(end);
        }
    }

    fn is_first_on_line(&self, i: usize) -> bool {
        let Some(token) = self.tokens.get(i) else { return true };
        let before = i.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(0, |token| token.span.end);
        i == 0
            || self
                .text
                .get(before as usize..token.span.start as usize)
                .is_some_and(|between| between.contains(['\n', '\r']))
    }

    /// Closes what cannot go on at the first token of a line.
    fn close_by_layout(&mut self, i: usize, indent: usize) {
        let Some(token) = self.tokens.get(i) else { return };
        if self.is_declaration(i) && self.open.first().is_some_and(|open| indent <= open.indent) {
            while !self.open.is_empty() {
                self.close_unclosed(token.span);
            }
        }
        while let Some(open) = self.open.last()
            && open.token.kind != Kind::LeftBrace
            && self.is_member(i)
        {
            self.close_unclosed(token.span);
        }
        // A member stands further right than the line that opened its block, unless nothing is indented at all.
        while let Some(open) = self.open.last()
            && open.token.kind == Kind::LeftBrace
            && !token.kind.is_closing()
            && open.indent > 0
            && indent <= open.indent
        {
            self.close_unclosed(token.span);
        }
    }

    /// Whether a declaration starts at the token `i`: its keyword, its name where it has one, and a bracket.
    fn is_declaration(&self, i: usize) -> bool {
        let kind = |n: usize| self.tokens.get(i + n).map(|token| token.kind);
        match kind(0) {
            Some(Kind::Entity | Kind::Enum | Kind::Type | Kind::Namespace | Kind::Schedule) => {
                kind(1).is_some_and(Kind::is_word) && kind(2) == Some(Kind::LeftBrace)
            }
            Some(
                Kind::Auth
                | Kind::ApiKeys
                | Kind::Payments
                | Kind::Integrations
                | Kind::Network
                | Kind::Email,
            ) => kind(1) == Some(Kind::LeftBrace),
            Some(Kind::Migration) => kind(2) == Some(Kind::LeftBrace),
            Some(Kind::Routes | Kind::AtSystem) => kind(1) == Some(Kind::LeftParen),
            Some(Kind::AtValidation | Kind::AtDeclaration) => true,
            _ => false,
        }
    }

    /// Whether the token `i` looks like the start of a member, and not like the next item of a list.
    fn is_member(&self, i: usize) -> bool {
        let kind = |n: usize| self.tokens.get(i + n).map(|token| token.kind);
        let before = i.checked_sub(1).and_then(|i| self.tokens.get(i)).map(|token| token.kind);
        if matches!(before, Some(Kind::Comma | Kind::LeftParen | Kind::LeftBracket)) {
            return false;
        }
        match kind(0) {
            Some(Kind::AtGrant | Kind::AtDeny | Kind::AtOn) => true,
            Some(word) if word.is_word() => {
                matches!(kind(1), Some(Kind::Colon | Kind::Path)) || self.is_declaration(i)
            }
            _ => false,
        }
    }

    /// A `{` after something that is complete ends the parentheses before it: `routes("/v1" {`.
    fn close_parens_before_body(&mut self, i: usize, opening: Kind) {
        let before = i.checked_sub(1).and_then(|i| self.tokens.get(i));
        while opening == Kind::LeftBrace
            && self.open.last().is_some_and(|open| open.token.kind == Kind::LeftParen)
            && before.is_some_and(|token| !matches!(token.kind, Kind::Colon | Kind::Comma | Kind::LeftParen))
        {
            let at = self.tokens.get(i).map_or(Span::default(), |token| token.span);
            self.close_unclosed(at);
        }
    }

    /// Closes the bracket that `token` belongs to; `indent` is that of its line, if it stands first there.
    fn close(&mut self, token: Token, indent: Option<usize>) {
        let matches = |open: &Open| open.closing == token.kind;
        let aligned = |open: &Open| matches(open) && indent.is_none_or(|indent| open.indent == indent);
        let outer = self.open.iter().rposition(aligned).or_else(|| self.open.iter().rposition(matches));
        let Some(outer) = outer else {
            match self.open.last().copied().filter(|open| self.is_other_kind_of(open, token)) {
                Some(open) => self.close_by_other(open, token),
                None => self.stray(token),
            }
            return;
        };
        while self.open.len() > outer + 1 {
            self.close_unclosed(token.span);
        }
        self.open.pop();
        self.out.push(token);
    }

    /// Whether `token` was most likely meant to close `open`, which is of another kind: both stand on one line.
    fn is_other_kind_of(&self, open: &Open, token: Token) -> bool {
        let between = self.text.get(open.token.span.end as usize..token.span.start as usize);
        open.token.kind != Kind::LeftBrace && between.is_some_and(|between| !between.contains(['\n', '\r']))
    }

    /// Closes `open` with a bracket of another kind, and says so.
    #[cold]
    fn close_by_other(&mut self, open: Open, token: Token) {
        self.open.pop();
        self.out.push(Token { kind: open.closing, span: token.span });
        let opening = self.text.get(open.token.span.range()).unwrap_or_default();
        let closing = self.text.get(token.span.range()).unwrap_or_default();
        let meant = if open.closing == Kind::RightParen { ")" } else { "]" };
        let location = Location::new(self.file, token.span);
        self.repair.diagnostics.push(
            Diagnostic::new(
                Code::UnclosedDelimiter,
                location,
                format!("`{opening}` is closed by `{closing}`"),
            )
            .label(format!("write `{meant}`"))
            .related(Location::new(self.file, open.token.span), "opened here")
            .suggestion(format!("replace with `{meant}`"), location, meant),
        );
    }

    /// Reports the innermost open bracket as unclosed and closes it before the place `next`.
    fn close_unclosed(&mut self, next: Span) {
        let Some(open) = self.open.pop() else { return };
        let end = self.out.last().map_or(next.start, |token| token.span.end.max(open.token.span.end));
        self.out.push(Token { kind: open.closing, span: Span::at(end) });
        let is_brace = open.token.kind == Kind::LeftBrace;
        let span = if is_brace { Span::at(end) } else { Span::new(open.token.span.start, end) };
        self.repair.holes.push(Hole { span, diagnostic: Some(self.repair.diagnostics.len()) });
        let diagnostic = self.unclosed(open, end, next);
        self.repair.diagnostics.push(diagnostic);
    }

    #[cold]
    fn unclosed(&self, open: Open, end: u32, next: Span) -> Diagnostic {
        let (opening, closing) = match open.token.kind {
            Kind::LeftBrace => ("{", "}"),
            Kind::LeftParen => ("(", ")"),
            _ => ("[", "]"),
        };
        let location = Location::new(self.file, open.token.span);
        let place = Location::new(self.file, if next.is_empty() { Span::at(end) } else { next });
        let inserted =
            if closing == "}" { format!("\n{}}}", " ".repeat(open.indent)) } else { closing.to_owned() };
        let seems = if next.is_empty() { "the file ends here" } else { "it seems to end before this" };
        Diagnostic::new(Code::UnclosedDelimiter, location, format!("this `{opening}` is never closed"))
            .label("opened here")
            .related(place, seems)
            .help(format!("add `{closing}`"))
            .suggestion(format!("add `{closing}`"), Location::new(self.file, Span::at(end)), inserted)
    }

    #[cold]
    fn stray(&mut self, token: Token) {
        let text = self.text.get(token.span.range()).unwrap_or_default();
        let location = Location::new(self.file, token.span);
        self.repair.diagnostics.push(
            Diagnostic::new(Code::UnexpectedToken, location, format!("this `{text}` closes nothing"))
                .label("no bracket is open here")
                .help("remove it, or add the bracket that it was meant to close")
                .suggestion("remove it", location, ""),
        );
    }
}
