//! `integrations { … }`: other services that users connect their accounts of.

use inspire_diagnostics::Span;

use super::{Block, Name};

/// `integrations { … }`
#[derive(Debug, Clone, Copy)]
pub struct Integrations<'a> {
    /// The word `integrations`.
    pub keyword: Span,
    /// The integrations in the order of the text.
    pub integrations: &'a [Integration<'a>],
    /// The whole declaration.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}

/// `name: provider { … }`
#[derive(Debug, Clone, Copy)]
pub struct Integration<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// The kind of service, as it was written.
    pub provider: Name<'a>,
    /// What stands between the braces.
    pub body: Block<'a>,
}
