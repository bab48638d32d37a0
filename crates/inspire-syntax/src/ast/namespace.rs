//! `namespace Name { … }`

use inspire_diagnostics::Span;

use super::{Block, Name};

/// `namespace Name { scope: principal.attribute  entities: [A, B] }`
#[derive(Debug, Clone, Copy)]
pub struct Namespace<'a> {
    /// The word `namespace`.
    pub keyword: Span,
    /// Its name.
    pub name: Name<'a>,
    /// What stands between the braces.
    pub body: Block<'a>,
}
