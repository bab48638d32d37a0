//! `payments { … }`: plans, their prices, and what happens when somebody stops paying.

use inspire_diagnostics::Span;

use super::{Block, Hook, Name, Setting};

/// `payments { … }`
#[derive(Debug, Clone, Copy)]
pub struct Payments<'a> {
    /// The word `payments`.
    pub keyword: Span,
    /// The settings in the order of the text.
    pub settings: &'a [Setting<'a>],
    /// The names after `@secret`, in the order of the text.
    pub secrets: &'a [Name<'a>],
    /// The plans in the order of the text.
    pub plans: &'a [Plan<'a>],
    /// The hooks in the order of the text.
    pub hooks: &'a [&'a Hook<'a>],
    /// The whole declaration.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}

/// `plan Name { … }`
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// The word `plan`.
    pub keyword: Span,
    /// Its name.
    pub name: Name<'a>,
    /// What stands between the braces.
    pub body: Block<'a>,
}
