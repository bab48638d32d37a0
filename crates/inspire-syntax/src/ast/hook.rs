//! `@on(…)` and `schedule`: what runs when something happens, or when its time has come.

use inspire_diagnostics::Span;

use super::{Argument, Block, Name};

/// `@on(event, field) trigger handler` or `@on(event) effect handler { … }`, in an entity or in `payments`.
#[derive(Debug, Clone, Copy)]
pub struct Hook<'a> {
    /// The word `@on`.
    pub keyword: Span,
    /// What stands in the parentheses: the event, and the field that it is about.
    pub arguments: &'a [Argument<'a>],
    /// The parentheses.
    pub arguments_span: Span,
    /// `trigger` or `effect`, as it was written.
    pub kind: Name<'a>,
    /// The function that is called.
    pub handler: Name<'a>,
    /// What stands between the braces, if there are any.
    pub options: Option<Block<'a>>,
    /// The whole member.
    pub span: Span,
}

/// `schedule name { … }`
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'a> {
    /// The word `schedule`.
    pub keyword: Span,
    /// Its name.
    pub name: Name<'a>,
    /// What stands between the braces.
    pub body: Block<'a>,
}
