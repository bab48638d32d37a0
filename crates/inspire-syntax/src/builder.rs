//! What the grammar's actions call: each method builds one node in the arena.

#![expect(clippy::boxed_local, reason = "small symbols keep the stack of the parser small")]

mod blocks;

use bumpalo::Bump;
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use lalrpop_util::{ErrorRecovery, ParseError};

use crate::ast::entity::Binding as Node;
use crate::ast::{Action, Clause};
use crate::ast::{
    Annotation, ApiKeys, Argument, Auth, Block, Comparison, Cond, Declaration, Entity, Enum, Field, Fields,
    Name, Namespace, Operator, Path, Policy, Route, RouteGroup, RouteMember, Schema, System, Tail, Type,
    TypeBase, TypeDeclaration, Value, ValueKind, Verb, Via,
};
use crate::expected;
use crate::layout::Hole;
use crate::lexer::MAX_DIAGNOSTICS;
use crate::literal;
use crate::members::{AuthBody, EntityBody, FieldsBody, RoutesBody, Settings, SystemBody};
use crate::token::{Kind, Token};

/// The state of one parse: the arena and everything that is collected on the way.
pub struct Builder<'a, 't> {
    file: FileId,
    text: &'a str,
    bump: &'a Bump,
    tokens: &'t [Token],
    /// Places about which no syntax error is to be reported.
    holes: [&'t [Hole]; 2],
    diagnostics: Vec<Diagnostic>,
    declarations: Vec<Declaration<'a>>,
    lost_names: Vec<Name<'a>>,
    /// The repairs in whose place a syntax error stayed silent.
    silenced: Vec<usize>,
    /// How many syntax errors there were, silent ones included.
    errors: usize,
    given_up: bool,
}

impl<'a, 't> Builder<'a, 't> {
    pub fn new(
        file: FileId,
        text: &'a str,
        bump: &'a Bump,
        tokens: &'t [Token],
        holes: [&'t [Hole]; 2],
    ) -> Self {
        Self {
            file,
            text,
            bump,
            tokens,
            holes,
            diagnostics: Vec::new(),
            declarations: Vec::new(),
            lost_names: Vec::new(),
            silenced: Vec::new(),
            errors: 0,
            given_up: false,
        }
    }

    /// Whether the grammar accepted everything.
    pub fn is_clean(&self) -> bool {
        self.errors == 0
    }

    /// The repairs of brackets in whose place there is another mistake, so that closing the bracket is not enough.
    pub fn silenced(&self) -> &[usize] {
        &self.silenced
    }

    /// The tree; what was reported goes to `diagnostics`.
    pub fn finish(self, truncated: bool, diagnostics: &mut Vec<Diagnostic>) -> Schema<'a> {
        diagnostics.extend(self.diagnostics);
        Schema {
            declarations: self.bump.alloc_slice_copy(&self.declarations),
            lost_names: self.bump.alloc_slice_copy(&self.lost_names),
            truncated: truncated || self.given_up,
        }
    }

    /// An error from which the parser could not recover: reported, and the rest of the file counts as unread.
    #[cold]
    pub fn give_up(&mut self, error: &ParseError<u32, Kind, ()>) {
        self.given_up = true;
        self.syntax_error(error, true);
    }

    pub fn alloc<T: Copy>(&self, value: T) -> &'a T {
        self.bump.alloc(value)
    }

    #[expect(clippy::needless_pass_by_value, reason = "the grammar gives its lists away")]
    pub fn slice<T: Copy>(&self, list: Vec<T>) -> &'a [T] {
        if list.is_empty() { &[] } else { self.bump.alloc_slice_copy(&list) }
    }

    fn source(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    fn location(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    // ---- words, literals, values

    pub fn name(&self, start: u32, end: u32) -> Name<'a> {
        Name { text: self.source(start, end), span: Span::new(start, end) }
    }

    pub fn path(&self, names: Vec<Name<'a>>) -> Path<'a> {
        Path { names: self.slice(names) }
    }

    fn literal(
        &mut self,
        read: fn(&'a str) -> Result<ValueKind<'a>, literal::Malformed>,
        start: u32,
        end: u32,
    ) -> Value<'a> {
        literal::value(read, self.file, self.source(start, end), Span::new(start, end), &mut self.diagnostics)
    }

    pub fn int(&mut self, start: u32, end: u32) -> Value<'a> {
        self.literal(literal::int, start, end)
    }

    pub fn decimal(&mut self, start: u32, end: u32) -> Value<'a> {
        self.literal(literal::decimal, start, end)
    }

    pub fn duration(&mut self, start: u32, end: u32) -> Value<'a> {
        self.literal(literal::duration, start, end)
    }

    pub fn rate(&mut self, start: u32, end: u32) -> Value<'a> {
        self.literal(literal::rate, start, end)
    }

    pub fn string(&mut self, start: u32, end: u32) -> Value<'a> {
        let source = self.source(start, end);
        let span = Span::new(start, end);
        // The lexer has reported what is not closed or stands in other quotes; nothing is known of its text.
        if !crate::lexer::is_closed(source) || !source.starts_with('"') {
            return Value { kind: ValueKind::Malformed, span };
        }
        let inner = source.get(1..source.len() - 1).unwrap_or_default();
        let text = if inner.contains('\\') {
            let mut text = String::with_capacity(inner.len());
            literal::unescape(self.file, start + 1, inner, &mut text, &mut self.diagnostics);
            self.bump.alloc_str(&text)
        } else {
            inner
        };
        Value { kind: ValueKind::String(text), span }
    }

    pub fn list(&self, start: u32, values: Vec<Value<'a>>, end: u32) -> Value<'a> {
        Value { kind: ValueKind::List(self.slice(values)), span: Span::new(start, end) }
    }

    pub fn block(&self, start: u32, body: Box<Settings<'a>>, close: Span) -> Block<'a> {
        let partial = body.partial || close.is_empty();
        Block { settings: self.slice(body.settings), span: Span::new(start, close.end), partial }
    }

    // ---- declarations

    pub fn declaration(&mut self, declaration: Declaration<'a>) {
        self.declarations.push(declaration);
    }

    pub fn auth(&self, keyword: Span, body: Box<AuthBody<'a>>, close: Span) -> Declaration<'a> {
        Declaration::Auth(self.alloc(Auth {
            keyword,
            settings: self.slice(body.settings),
            passwords: self.slice(body.passwords),
            principals: self.slice(body.principals),
            span: keyword.to(close),
            partial: body.partial || close.is_empty(),
        }))
    }

    pub fn entity(
        &self,
        keyword: Span,
        name: Name<'a>,
        body: Box<EntityBody<'a>>,
        close: Span,
    ) -> Declaration<'a> {
        Declaration::Entity(self.alloc(Entity {
            name,
            fields: self.slice(body.fields),
            uniques: self.slice(body.uniques),
            policies: self.slice(body.policies),
            hooks: self.slice(body.hooks),
            span: keyword.to(close),
            partial: body.partial || close.is_empty(),
        }))
    }

    pub fn enumeration(
        &self,
        keyword: Span,
        name: Name<'a>,
        (members, partial): (Vec<Name<'a>>, bool),
        close: Span,
    ) -> Declaration<'a> {
        let partial = partial || close.is_empty();
        Declaration::Enum(self.alloc(Enum {
            name,
            members: self.slice(members),
            span: keyword.to(close),
            partial,
        }))
    }

    pub fn type_declaration(&self, keyword: Span, name: Name<'a>, body: Fields<'a>) -> Declaration<'a> {
        Declaration::Type(self.alloc(TypeDeclaration { keyword, name, body }))
    }

    pub fn namespace(&self, keyword: Span, name: Name<'a>, body: Block<'a>) -> Declaration<'a> {
        Declaration::Namespace(self.alloc(Namespace { keyword, name, body }))
    }

    pub fn api_keys(&self, keyword: Span, body: Block<'a>) -> Declaration<'a> {
        Declaration::ApiKeys(self.alloc(ApiKeys { keyword, body }))
    }

    pub fn system(
        &self,
        keyword: Span,
        (arguments, arguments_span): (&'a [Argument<'a>], Span),
        body: Box<SystemBody<'a>>,
        close: Span,
    ) -> &'a System<'a> {
        self.alloc(System {
            keyword,
            arguments,
            arguments_span,
            settings: self.slice(body.settings),
            policies: self.slice(body.policies),
            span: keyword.to(close),
            partial: body.partial || close.is_empty(),
        })
    }

    // ---- fields

    pub fn fields(&self, start: u32, body: Box<FieldsBody<'a>>, close: Span) -> Fields<'a> {
        Fields {
            fields: self.slice(body.fields),
            uniques: self.slice(body.uniques),
            span: Span::new(start, close.end),
            partial: body.partial || close.is_empty(),
        }
    }

    pub fn field(&self, name: Name<'a>, ty: Type<'a>, tails: Vec<Tail<'a>>) -> Field<'a> {
        Field { name, ty, tails: self.slice(tails) }
    }

    pub fn field_type(
        &self,
        (base, span): (TypeBase<'a>, Span),
        arrays: &[Span],
        question: Option<Span>,
    ) -> Type<'a> {
        let end = question.or(arrays.last().copied()).unwrap_or(span);
        let count = u8::try_from(arrays.len()).unwrap_or(u8::MAX);
        Type { base, arrays: count, nullable: question.is_some(), end: end.end }
    }

    pub fn annotation(&self, name: Name<'a>, arguments: Option<(&'a [Argument<'a>], Span)>) -> Tail<'a> {
        let span = arguments.map_or(name.span, |(_, span)| name.span.to(span));
        Tail::Annotation(self.alloc(Annotation { name, arguments: arguments.map(|(list, _)| list), span }))
    }

    /// A binding whose span so far is its closing parenthesis.
    pub fn binding(&self, keyword: Span, binding: Node<'a>) -> &'a Node<'a> {
        self.alloc(Node { span: keyword.to(binding.span), ..binding })
    }

    // ---- policies and conditions

    pub fn policy(
        &self,
        (verb, verb_span): (Verb, Span),
        actions: Vec<Action<'a>>,
        clauses: Vec<(Clause<'a>, u32)>,
    ) -> &'a Policy<'a> {
        let last = actions.last().map_or(verb_span.end, |action| action.span().end);
        let end = clauses.last().map_or(last, |(_, end)| *end);
        let clauses = match clauses.is_empty() {
            true => &[],
            false => &*self.bump.alloc_slice_fill_iter(clauses.into_iter().map(|(clause, _)| clause)),
        };
        let span = Span::new(verb_span.start, end);
        self.alloc(Policy { verb, actions: self.slice(actions), clauses, span })
    }

    pub fn via(
        &self,
        keyword: Span,
        junction: Name<'a>,
        arguments: Option<&'a [Argument<'a>]>,
    ) -> Clause<'a> {
        Clause::Via(self.alloc(Via { keyword, junction, arguments }))
    }

    pub fn any(&self, mut list: Vec<Cond<'a>>) -> Cond<'a> {
        match list.pop() {
            Some(only) if list.is_empty() => only,
            last => {
                list.extend(last);
                Cond::Any(self.slice(list))
            }
        }
    }

    pub fn all(&self, mut list: Vec<Cond<'a>>) -> Cond<'a> {
        match list.pop() {
            Some(only) if list.is_empty() => only,
            last => {
                list.extend(last);
                Cond::All(self.slice(list))
            }
        }
    }

    /// `!condition`. Three negations are one, so that a row of them has no depth.
    pub fn not(&self, bang: Span, inner: Cond<'a>) -> Cond<'a> {
        match inner {
            Cond::Not(_, Cond::Not(_, inner)) => Cond::Not(bang, inner),
            inner => Cond::Not(bang, self.alloc(inner)),
        }
    }

    pub fn compare(
        &self,
        left: Cond<'a>,
        (operator, operator_span): (Operator, Span),
        right: Cond<'a>,
    ) -> Cond<'a> {
        Cond::Compare(self.alloc(Comparison { left, operator, operator_span, right }))
    }

    /// `=` for `==`: reported, and read as it was meant.
    #[cold]
    pub fn single_equals(&mut self, span: Span) {
        let location = self.location(span);
        self.diagnostics.push(
            Diagnostic::new(Code::UnexpectedToken, location, "two values are compared with `==`")
                .label("write `==`")
                .fix("replace with `==`", location, "=="),
        );
    }

    #[cold]
    pub fn word_operator(&mut self, span: Span, symbol: &str) {
        let location = self.location(span);
        let word = self.source(span.start, span.end);
        self.diagnostics.push(
            Diagnostic::new(
                Code::WordOperator,
                location,
                format!("the operator `{word}` is written `{symbol}`"),
            )
            .label(format!("write `{symbol}`"))
            .fix(format!("replace with `{symbol}`"), location, symbol),
        );
    }

    // ---- routes

    pub fn route_group(
        &self,
        keyword: Span,
        (arguments, arguments_span): (&'a [Argument<'a>], Span),
        body: Box<RoutesBody<'a>>,
        close: Span,
    ) -> &'a RouteGroup<'a> {
        self.alloc(RouteGroup {
            keyword,
            arguments,
            arguments_span,
            members: self.slice(body.members),
            span: keyword.to(close),
            partial: body.partial || close.is_empty(),
        })
    }

    pub fn route(
        &self,
        method: Name<'a>,
        path: Name<'a>,
        handler: Name<'a>,
        arguments: &'a [Argument<'a>],
    ) -> RouteMember<'a> {
        RouteMember::Route(self.alloc(Route { method, path, handler, arguments }))
    }

    // ---- recovery

    /// Reports what the grammar could not accept, unless the place is known to be broken; `start` is where what was
    /// given up begins. Gives the place of an error that directly follows a whole member.
    #[cold]
    #[expect(clippy::needless_pass_by_value, reason = "the grammar gives its errors away")]
    pub fn error(&mut self, start: u32, recovery: ErrorRecovery<u32, Kind, ()>) -> Option<u32> {
        self.syntax_error(&recovery.error, false);
        // Otherwise a member was begun and given up, and the one before it is whole.
        match recovery.error {
            ParseError::UnrecognizedToken { token: (at, ..), .. } => (at == start).then_some(at),
            _ => None,
        }
    }

    fn syntax_error(&mut self, error: &ParseError<u32, Kind, ()>, is_declaration: bool) {
        self.errors += 1;
        if self.errors > MAX_DIAGNOSTICS {
            return;
        }
        let diagnostic = expected::report(self.file, self.text, self.tokens, error, is_declaration);
        let span = diagnostic.location.map_or(Span::default(), |location| location.span);
        let known = |hole: &&Hole| hole.span.start <= span.start && span.start <= hole.span.end;
        let [repairs, lines] = self.holes;
        let line = lines.partition_point(|line| line.span.start <= span.start).checked_sub(1);
        let on_broken_line = line.and_then(|line| lines.get(line)).filter(known).is_some();
        let silenced = self.silenced.len();
        self.silenced.extend(repairs.iter().filter(known).filter_map(|hole| hole.diagnostic));
        if !on_broken_line && self.silenced.len() == silenced {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Takes the last member away if it ends on the line of the error at `at`: it was not read to its end.
    #[cold]
    pub fn drop_unfinished<T>(&self, list: &mut Vec<T>, at: Option<u32>, span: impl Fn(&T) -> Span) {
        let (Some(at), Some(end)) = (at, list.last().map(|last| span(last).end)) else { return };
        let between = self.text.get(end as usize..at as usize);
        if between.is_some_and(|between| !between.contains(['\n', '\r'])) {
            list.pop();
        }
    }

    /// A declaration that could not be read: reported, and its words kept as possible names.
    #[cold]
    #[expect(clippy::needless_pass_by_value, reason = "the grammar gives its errors away")]
    pub fn lost_declaration(&mut self, recovery: ErrorRecovery<u32, Kind, ()>, start: u32, end: u32) {
        self.syntax_error(&recovery.error, true);
        let first = self.tokens.partition_point(|token| token.span.start < start);
        let words = self.tokens.iter().skip(first).take_while(|token| token.span.end <= end);
        let mut depth = 0usize;
        for token in words {
            if token.kind.closing().is_some() {
                depth += 1;
            } else if token.kind.is_closing() {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && token.kind.is_word() {
                self.lost_names.push(self.name(token.span.start, token.span.end));
            }
        }
    }
}
