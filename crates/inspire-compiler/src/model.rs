//! The model: a schema that was found to be right, every name replaced by what it names.
//!
//! INVARIANT: [`Schema`] is made by the checker alone, and only when there was no error; lowering it cannot fail.

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

pub use api_keys::{Scope, System, SystemId, SystemKind};
pub use auth::{Attribute, AttributeId, Auth, Binding, Condition, Linking, Operand, Password, Provider};
pub use email::Email;
pub use entity::{
    Data, Default, Embedded, Entity, EntityId, Enum, EnumId, Field, FieldId, OnDelete, Rule, RuleKind,
    Scalar, Type, TypeId, TypeKind,
};
pub use hook::{EffectOptions, Hook, Schedule};
pub use integrations::Integration;
pub use namespace::Namespace;
pub use network::{Host, Network};
pub use policy::{Audience, Op, Policies, Policy, Tie, Via};
pub use routes::{Access, Method, Rate, Route, ScopeId};
pub use validation::{Validation, ValidationId};

/// A whole schema.
#[derive(Debug)]
pub struct Schema<'a> {
    /// `auth`, if the schema has it.
    pub auth: Option<Auth<'a>>,
    /// Entities, enums and embedded types.
    pub data: Data<'a>,
    /// The policies of entities, system principals and scopes.
    pub policies: Policies<'a>,
    /// The system principals, scopes' ones included, sorted by name.
    pub systems: Vec<System<'a>>,
    /// The scopes, sorted by name; none without `apiKeys`.
    pub scopes: Option<Vec<Scope<'a>>>,
    /// The routes, sorted by path and method.
    pub routes: Vec<Route<'a>>,
    /// The namespaces, sorted by name.
    pub namespaces: Vec<Namespace<'a>>,
    /// The hooks, by entity and then in the order of the text.
    pub hooks: Vec<Hook<'a>>,
    /// The schedules, sorted by name.
    pub schedules: Vec<Schedule<'a>>,
    /// The validation types, sorted by name.
    pub validations: Vec<Validation<'a>>,
    /// `payments`, if the schema has it.
    pub payments: Option<payments::Payments<'a>>,
    /// The integrations, sorted by name; none without `integrations`.
    pub integrations: Option<Vec<Integration<'a>>>,
    /// `network`, if the schema has it.
    pub network: Option<Network>,
    /// `email`, if the schema has it.
    pub email: Option<Email<'a>>,
}
