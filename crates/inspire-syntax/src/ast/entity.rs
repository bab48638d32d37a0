//! `entity`, `enum` and `type`: fields, their types and what is attached to them.

use inspire_diagnostics::Span;

use super::{Argument, Cond, Hook, Name, Path, Policy, Value};

/// `entity Name { … }`
#[derive(Debug, Clone, Copy)]
pub struct Entity<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// The fields in the order of the text.
    pub fields: &'a [Field<'a>],
    /// The `@unique([…])` members.
    pub uniques: &'a [UniqueList<'a>],
    /// The policies in the order of the text.
    pub policies: &'a [&'a Policy<'a>],
    /// The hooks in the order of the text.
    pub hooks: &'a [&'a Hook<'a>],
    /// The whole declaration.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}

/// `enum Name { A, B }`
#[derive(Debug, Clone, Copy)]
pub struct Enum<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// The members in the order of the text.
    pub members: &'a [Name<'a>],
    /// The whole declaration.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}

/// `type Name { … }`, an embedded type.
#[derive(Debug, Clone, Copy)]
pub struct TypeDeclaration<'a> {
    /// The word `type`.
    pub keyword: Span,
    /// Its name.
    pub name: Name<'a>,
    /// What stands between the braces.
    pub body: Fields<'a>,
}

/// Fields between braces.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    /// The fields in the order of the text.
    pub fields: &'a [Field<'a>],
    /// `@unique([…])` members, which only an entity may have.
    pub uniques: &'a [UniqueList<'a>],
    /// The place from brace to brace.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}

/// `name: type …`: a field of an entity or embedded type, or an attribute of the principal.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// Its type.
    pub ty: Type<'a>,
    /// Annotations, defaults and bindings in the order of the text.
    pub tails: &'a [Tail<'a>],
}

impl Field<'_> {
    /// The place from the name to the last tail.
    #[must_use]
    pub fn span(&self) -> Span {
        self.name.span.to(self.tails.last().map_or(self.ty.span(), Tail::span))
    }
}

/// The type of a field.
#[derive(Debug, Clone, Copy)]
pub struct Type<'a> {
    /// What stands before `[]` and `?`.
    pub base: TypeBase<'a>,
    /// How many `[]` follow.
    pub arrays: u8,
    /// Whether a `?` follows.
    pub nullable: bool,
    /// Where it ends.
    pub end: u32,
}

impl Type<'_> {
    /// The whole type.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.base.span().start, self.end)
    }
}

/// A type without its suffixes.
#[derive(Debug, Clone, Copy)]
pub enum TypeBase<'a> {
    /// `string`, `GuildRank`
    Named(Name<'a>),
    /// `decimal(10, 2)`
    Call(&'a (Name<'a>, &'a [Argument<'a>])),
    /// `Entity.field`
    Reference(&'a (Name<'a>, Name<'a>)),
}

impl TypeBase<'_> {
    /// The place of the base, without arguments.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Named(name) | Self::Call((name, _)) => name.span,
            Self::Reference((entity, field)) => entity.span.to(field.span),
        }
    }
}

/// What may follow a field's type.
#[derive(Debug, Clone, Copy)]
pub enum Tail<'a> {
    /// `@name` or `@name(…)`
    Annotation(&'a Annotation<'a>),
    /// `= value`; the span starts at the `=`.
    Default(&'a (Value<'a>, Span)),
    /// `@from(E.f)` or `@from(E.f, where …)`
    From(&'a Binding<'a>),
    /// `@selectFrom(E.f)` or `@selectFrom(E.f, where …)`
    SelectFrom(&'a Binding<'a>),
}

impl Tail<'_> {
    /// The whole tail.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Annotation(annotation) => annotation.span,
            Self::Default(default) => default.1,
            Self::From(binding) | Self::SelectFrom(binding) => binding.span,
        }
    }
}

/// `@name(…)` on a field.
#[derive(Debug, Clone, Copy)]
pub struct Annotation<'a> {
    /// The name with its `@`.
    pub name: Name<'a>,
    /// The arguments; none when there are no parentheses.
    pub arguments: Option<&'a [Argument<'a>]>,
    /// The whole annotation.
    pub span: Span,
}

/// What `@from` and `@selectFrom` name.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The path in the parentheses, `E.f` if it is well formed.
    pub path: Path<'a>,
    /// The place of the path.
    pub path_span: Span,
    /// The condition after `where`.
    pub condition: Option<Cond<'a>>,
    /// The whole annotation.
    pub span: Span,
}

/// `@unique([a, b])` as a member.
#[derive(Debug, Clone, Copy)]
pub struct UniqueList<'a> {
    /// The arguments: one list of names if it is well formed.
    pub arguments: &'a [Argument<'a>],
    /// The whole member.
    pub span: Span,
}
