//! The nodes of hooks, schedules, validation types and the platform blocks.

use inspire_diagnostics::{Code, Diagnostic, Span};

use super::Builder;
use crate::ast::{
    Argument, Block, Declaration, Derived, Email, Hook, Integrations, Joiner, Name, Network, Part, Payments,
    Schedule, Shape, Validation, ValidationBody, Value, ValueKind,
};
use crate::members::{IntegrationsBody, PaymentsBody, ShapeBody};

impl<'a> Builder<'a, '_> {
    pub fn hook(
        &self,
        keyword: Span,
        (arguments, arguments_span): (&'a [Argument<'a>], Span),
        kind: Name<'a>,
        handler: Name<'a>,
        options: Option<Block<'a>>,
    ) -> &'a Hook<'a> {
        let span = keyword.to(options.map_or(handler.span, |block| block.span));
        self.alloc(Hook { keyword, arguments, arguments_span, kind, handler, options, span })
    }

    pub fn schedule(&self, keyword: Span, name: Name<'a>, body: Block<'a>) -> Declaration<'a> {
        Declaration::Schedule(self.alloc(Schedule { keyword, name, body }))
    }

    pub fn validation(&self, keyword: Span, name: Name<'a>, body: ValidationBody<'a>) -> Declaration<'a> {
        let end = match body {
            ValidationBody::Shape(shape) => shape.span,
            ValidationBody::Parts(_, parts) => parts.last().map_or(name.span, Part::span),
        };
        Declaration::Validation(self.alloc(Validation { keyword, name, body, span: keyword.to(end) }))
    }

    pub fn shape(&self, start: u32, body: Box<ShapeBody<'a>>, close: Span) -> &'a Shape<'a> {
        self.alloc(Shape {
            fields: self.slice(body.fields),
            constants: self.slice(body.constants),
            span: Span::new(start, close.end),
            partial: body.partial || close.is_empty(),
        })
    }

    pub fn derived(&self, operator: Name<'a>, arguments: Vec<Value<'a>>, close: Span) -> Part<'a> {
        let span = operator.span.to(close);
        Part::Derived(self.alloc(Derived { operator, arguments: self.slice(arguments), span }))
    }

    pub fn parts(&self, joiner: Joiner, first: Part<'a>, rest: Vec<Part<'a>>) -> ValidationBody<'a> {
        let mut parts = vec![first];
        parts.extend(rest);
        ValidationBody::Parts(joiner, self.slice(parts))
    }

    pub fn payments(&self, keyword: Span, body: Box<PaymentsBody<'a>>, close: Span) -> Declaration<'a> {
        Declaration::Payments(self.alloc(Payments {
            keyword,
            settings: self.slice(body.settings),
            secrets: self.slice(body.secrets),
            plans: self.slice(body.plans),
            hooks: self.slice(body.hooks),
            span: keyword.to(close),
            partial: body.partial || close.is_empty(),
        }))
    }

    pub fn integrations(
        &self,
        keyword: Span,
        body: Box<IntegrationsBody<'a>>,
        close: Span,
    ) -> Declaration<'a> {
        Declaration::Integrations(self.alloc(Integrations {
            keyword,
            integrations: self.slice(body.integrations),
            span: keyword.to(close),
            partial: body.partial || close.is_empty(),
        }))
    }

    pub fn network(&self, keyword: Span, body: Block<'a>) -> Declaration<'a> {
        Declaration::Network(self.alloc(Network { keyword, body }))
    }

    pub fn email(&self, keyword: Span, body: Block<'a>) -> Declaration<'a> {
        Declaration::Email(self.alloc(Email { keyword, body }))
    }

    /// `[…]`: a list of values, or of values with labels.
    pub fn bracketed(&self, start: u32, items: Vec<Argument<'a>>, end: u32) -> Value<'a> {
        if items.iter().any(|item| item.label.is_some()) {
            return Value { kind: ValueKind::Labelled(self.slice(items)), span: Span::new(start, end) };
        }
        self.list(start, items.into_iter().map(|item| item.value).collect(), end)
    }

    pub fn secret(
        &self,
        keyword: Span,
        (arguments, arguments_span): (&'a [Argument<'a>], Span),
    ) -> Value<'a> {
        let kind = ValueKind::Secret(self.alloc((keyword, arguments)));
        Value { kind, span: keyword.to(arguments_span) }
    }

    /// `&` or `|` in a condition: reported, and read as it was meant.
    #[cold]
    pub fn single_operator(&mut self, span: Span, meant: &str) {
        let location = self.location(span);
        let source = self.source(span.start, span.end);
        self.diagnostics.push(
            Diagnostic::new(Code::UnexpectedToken, location, format!("`{source}` is no operator"))
                .label(format!("write `{meant}`"))
                .fix(format!("replace with `{meant}`"), location, meant),
        );
    }
}
