//! The syntax tree: what the text says, in the order in which it says it, before anything is known about names.
//!
//! Every node is `Copy`, borrows its text from the source and lives in an arena, so that dropping a tree costs nothing
//! and no tree, however deep, can overflow the stack on its way out.
//! A node that the parser had to cut short says so in `partial`: nothing is reported as missing from it.

pub mod api_keys;
pub mod auth;
pub mod email;
pub mod entity;
pub mod hook;
pub mod integrations;
pub mod namespace;
pub mod network;
pub mod payments;
pub mod policy;
pub mod routes;
pub mod validation;
pub mod value;

use inspire_diagnostics::Span;

pub use api_keys::{ApiKeys, System};
pub use auth::Auth;
pub use email::Email;
pub use entity::{
    Annotation, Entity, Enum, Field, Fields, Tail, Type, TypeBase, TypeDeclaration, UniqueList,
};
pub use hook::{Hook, Schedule};
pub use integrations::{Integration, Integrations};
pub use namespace::Namespace;
pub use network::Network;
pub use payments::{Payments, Plan};
pub use policy::{Action, Clause, Comparison, Cond, FieldList, Operator, Policy, Verb, Via, Who};
pub use routes::{Route, RouteGroup, RouteMember};
pub use validation::{Constant, Derived, Joiner, Part, Shape, Validation, ValidationBody};
pub use value::{Argument, Block, Decimal, Path, RateUnit, Setting, Value, ValueKind};

/// A word with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// The word.
    pub text: &'a str,
    /// Where it stands.
    pub span: Span,
}

/// One source file.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'a> {
    /// The declarations in the order of the text.
    pub declarations: &'a [Declaration<'a>],
    /// Words of declarations that could not be read. They may be names, so references to them stay silent.
    pub lost_names: &'a [Name<'a>],
    /// Whether the file was not read to its end; then any name may be declared in the rest.
    pub truncated: bool,
}

/// A top-level declaration.
#[derive(Debug, Clone, Copy)]
pub enum Declaration<'a> {
    /// `auth { … }`
    Auth(&'a Auth<'a>),
    /// `entity Name { … }`
    Entity(&'a Entity<'a>),
    /// `enum Name { … }`
    Enum(&'a Enum<'a>),
    /// `type Name { … }`
    Type(&'a TypeDeclaration<'a>),
    /// `namespace Name { … }`
    Namespace(&'a Namespace<'a>),
    /// `apiKeys { … }`
    ApiKeys(&'a ApiKeys<'a>),
    /// `@system("name") { … }`
    System(&'a System<'a>),
    /// `routes("/prefix", …) { … }`
    Routes(&'a RouteGroup<'a>),
    /// `schedule name { … }`
    Schedule(&'a Schedule<'a>),
    /// `@validation type Name …`
    Validation(&'a Validation<'a>),
    /// `payments { … }`
    Payments(&'a Payments<'a>),
    /// `integrations { … }`
    Integrations(&'a Integrations<'a>),
    /// `network { … }`
    Network(&'a Network<'a>),
    /// `email { … }`
    Email(&'a Email<'a>),
    /// `migration "name" { … }`, which belongs in a file of another kind; the place is that of the word.
    Migration(Span),
}
