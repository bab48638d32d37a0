//! System principals and the scopes of API keys.

use inspire_diagnostics::Location;

/// A system principal: its place among all, which are sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SystemId(pub u32);

/// A system principal.
#[derive(Debug)]
pub struct System<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is declared.
    pub location: Location,
    /// Where its declaration begins.
    pub start: u32,
    /// What it is.
    pub kind: SystemKind<'a>,
}

/// What a system principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemKind<'a> {
    /// A role that people have, with its display name.
    Role(&'a str),
    /// A principal of the system itself.
    System,
    /// The principal of a scope.
    Scope,
}

/// A scope of API keys.
#[derive(Debug)]
pub struct Scope<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is declared: its name.
    pub location: Location,
    /// Its system principal.
    pub system: SystemId,
    /// Its policies in `Policies::policies`, sorted by entity: from and up to.
    pub policies: (u32, u32),
}
