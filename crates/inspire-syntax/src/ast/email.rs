//! `email { … }`: how mail is sent.

use inspire_diagnostics::Span;

use super::Block;

/// `email { … }`
#[derive(Debug, Clone, Copy)]
pub struct Email<'a> {
    /// The word `email`.
    pub keyword: Span,
    /// What stands between the braces.
    pub body: Block<'a>,
}
