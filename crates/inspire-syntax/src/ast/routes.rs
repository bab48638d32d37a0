//! `routes(…) { … }`: groups of routes, nested as the text nests them.

use inspire_diagnostics::Span;

use super::{Argument, Name};

/// `routes("/prefix", auth: …) { … }`
#[derive(Debug, Clone, Copy)]
pub struct RouteGroup<'a> {
    /// The word `routes`.
    pub keyword: Span,
    /// What stands in the parentheses.
    pub arguments: &'a [Argument<'a>],
    /// The parentheses.
    pub arguments_span: Span,
    /// The routes and groups in the order of the text.
    pub members: &'a [RouteMember<'a>],
    /// The whole node.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}

/// What a group holds.
#[derive(Debug, Clone, Copy)]
pub enum RouteMember<'a> {
    /// A route.
    Route(&'a Route<'a>),
    /// A group in the group.
    Group(&'a RouteGroup<'a>),
}

/// `GET /path -> handler (auth: …)`
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// The method as it was written.
    pub method: Name<'a>,
    /// The path as it was written.
    pub path: Name<'a>,
    /// The handler.
    pub handler: Name<'a>,
    /// What stands in the parentheses; empty without them.
    pub arguments: &'a [Argument<'a>],
}
