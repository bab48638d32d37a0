//! `@validation type`: what a request has to look like, derived from entities or written out.

use inspire_diagnostics::Span;

use super::{Field, Name, Value};

/// `@validation type Name { … }` or `@validation type Name = …`
#[derive(Debug, Clone, Copy)]
pub struct Validation<'a> {
    /// The word `@validation`.
    pub keyword: Span,
    /// Its name.
    pub name: Name<'a>,
    /// What it is made of.
    pub body: ValidationBody<'a>,
    /// The whole declaration.
    pub span: Span,
}

/// What a validation type is made of.
#[derive(Debug, Clone, Copy)]
pub enum ValidationBody<'a> {
    /// `{ … }`
    Shape(&'a Shape<'a>),
    /// `= part`, `= part & part` or `= part | part`; never empty.
    Parts(Joiner, &'a [Part<'a>]),
}

/// What stands between the parts of a validation type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joiner {
    /// Nothing: there is one part, and no bar before it.
    None,
    /// `&`: the fields of all parts.
    And,
    /// `|`: one of the parts.
    Or,
}

/// One part of a validation type.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// The name of an entity or type.
    Named(Name<'a>),
    /// `Partial<T>`, `Pick<T, [a, b]>`, `Omit<T, [a]>`
    Derived(&'a Derived<'a>),
    /// `{ … }`
    Shape(&'a Shape<'a>),
}

impl Part<'_> {
    /// The whole part.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Named(name) => name.span,
            Self::Derived(derived) => derived.span,
            Self::Shape(shape) => shape.span,
        }
    }
}

/// `Partial<T>`, `Pick<T, [a, b]>`, `Omit<T, [a]>`
#[derive(Debug, Clone, Copy)]
pub struct Derived<'a> {
    /// The operator as it was written.
    pub operator: Name<'a>,
    /// What stands between `<` and `>`.
    pub arguments: &'a [Value<'a>],
    /// The whole part.
    pub span: Span,
}

/// Fields between braces, and keys that have one fixed value.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// The fields in the order of the text.
    pub fields: &'a [Field<'a>],
    /// The keys with a string in the place of a type, in the order of the text.
    pub constants: &'a [Constant<'a>],
    /// The place from brace to brace.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}

/// `key: "value"`: what tells the variants of a union apart.
#[derive(Debug, Clone, Copy)]
pub struct Constant<'a> {
    /// The key.
    pub key: Name<'a>,
    /// The string.
    pub value: Value<'a>,
}
