//! `network { … }`: which hosts the app's code may reach.

use inspire_diagnostics::Span;

use super::Block;

/// `network { … }`
#[derive(Debug, Clone, Copy)]
pub struct Network<'a> {
    /// The word `network`.
    pub keyword: Span,
    /// What stands between the braces.
    pub body: Block<'a>,
}
