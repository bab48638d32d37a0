//! `apiKeys { … }` and `@system(…) { … }`: who acts without a person.

use inspire_diagnostics::Span;

use super::{Argument, Block, Policy, Setting};

/// `apiKeys { scopes: { … } }`
#[derive(Debug, Clone, Copy)]
pub struct ApiKeys<'a> {
    /// The word `apiKeys`.
    pub keyword: Span,
    /// What stands between the braces.
    pub body: Block<'a>,
}

/// `@system("name") { … }`, as a declaration or as the value of a scope.
#[derive(Debug, Clone, Copy)]
pub struct System<'a> {
    /// The word `@system`.
    pub keyword: Span,
    /// What stands in the parentheses.
    pub arguments: &'a [Argument<'a>],
    /// The parentheses.
    pub arguments_span: Span,
    /// The settings in the order of the text.
    pub settings: &'a [Setting<'a>],
    /// The policies in the order of the text.
    pub policies: &'a [&'a Policy<'a>],
    /// The whole node.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}
