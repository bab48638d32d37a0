//! `auth { … }`: settings, and the nested blocks for passwords and the principal.

use inspire_diagnostics::Span;

use super::{Block, Fields, Name, Setting};

/// `auth { … }`
#[derive(Debug, Clone, Copy)]
pub struct Auth<'a> {
    /// The word `auth`.
    pub keyword: Span,
    /// The settings in the order of the text.
    pub settings: &'a [Setting<'a>],
    /// The `password { … }` blocks; one is allowed.
    pub passwords: &'a [(Name<'a>, Block<'a>)],
    /// The `principal { … }` blocks; one is allowed.
    pub principals: &'a [(Name<'a>, Fields<'a>)],
    /// The whole declaration.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}
