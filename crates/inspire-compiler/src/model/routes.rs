//! Routes, flattened: each with its whole path and its own authentication.

use inspire_diagnostics::Location;
use inspire_syntax::ast::RateUnit;

/// A scope: its place among all scopes, which are sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// A route.
#[derive(Debug)]
pub struct Route<'a> {
    /// The method.
    pub method: Method,
    /// The whole path.
    pub path: &'a str,
    /// Who may call it.
    pub access: Access,
    /// How often it may be called.
    pub rate_limit: Option<Rate>,
    /// What answers.
    pub handler: &'a str,
    /// Where the route stands: its path.
    pub location: Location,
    /// Where it begins, for its doc comment.
    pub start: u32,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A signed-in user.
    Session,
    /// A key with this scope.
    ApiKey(ScopeId),
    /// Anyone.
    None,
}

/// How often a route may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many calls.
    pub count: u64,
    /// In which time.
    pub unit: RateUnit,
}

/// An HTTP method that a route can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`; it does not imply `HEAD`.
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// `OPTIONS`
    Options,
}

impl Method {
    /// Every method with its word.
    pub const ALL: [(&'static str, Self); 7] = [
        ("GET", Self::Get),
        ("HEAD", Self::Head),
        ("POST", Self::Post),
        ("PUT", Self::Put),
        ("PATCH", Self::Patch),
        ("DELETE", Self::Delete),
        ("OPTIONS", Self::Options),
    ];

    /// The method called `word`, in upper case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, method)| *method)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, method)| *method == self).map_or("", |(word, _)| *word)
    }
}
