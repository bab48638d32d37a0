//! Policies, with conditions in postfix form: an operand is pushed, an operator takes what is on top.

use inspire_diagnostics::Location;
use inspire_syntax::ast::{Decimal, Operator, Verb};

use super::{AttributeId, EntityId, FieldId, SystemId};

/// Bits for the actions of a policy, as in the artifact.
pub mod action {
    pub use inspire_artifact::api_keys::action::{DELETE, INSERT, READ, UPDATE};

    /// `write`: both ways of writing a row.
    pub const WRITE: u8 = INSERT | UPDATE;
}

/// All policies of a schema and the tables they share.
#[derive(Debug, Default)]
pub struct Policies<'a> {
    /// Those of entities sorted by entity, then those of system principals sorted by principal and entity.
    pub policies: Vec<Policy<'a>>,
    /// Field lists, in the order of the policies, each sorted by action and field.
    pub action_fields: Vec<(u8, FieldId)>,
    /// Operations of conditions, in the order of the policies.
    pub ops: Vec<Op<'a>>,
    /// Fields of paths, in the order of the operations.
    pub steps: Vec<FieldId>,
}

/// A grant or deny.
#[derive(Debug)]
pub struct Policy<'a> {
    /// Where it stands.
    pub location: Location,
    /// The entity it is about.
    pub entity: EntityId,
    /// Grant or deny.
    pub effect: Verb,
    /// Bits of [`action`].
    pub actions: u8,
    /// To whom it applies.
    pub audience: Audience<'a>,
    /// Access by membership.
    pub via: Option<Via>,
    /// Its condition in `Policies::ops`: from and up to; empty when it always holds.
    pub condition: (u32, u32),
    /// Its field lists in `Policies::action_fields`: from and up to.
    pub action_fields: (u32, u32),
    /// The text of `@why`; empty without it.
    pub why: &'a str,
}

/// To whom a policy applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience<'a> {
    /// Any signed-in user.
    SignedIn,
    /// Anyone.
    Public,
    /// Users with a role; the principal that declares it, if one does.
    Role(&'a str, Option<SystemId>),
    /// A system principal.
    System(SystemId),
}

/// Access by membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Via {
    /// The junction.
    pub junction: EntityId,
    /// Its field that holds the user's id.
    pub user_field: FieldId,
    /// What ties it to the row.
    pub tie: Tie,
}

/// What ties a membership to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// The policy's condition compares the two.
    Condition,
    /// A field of the junction refers to this field of the entity.
    Reference(FieldId, FieldId),
    /// A field of each refers to the same thing.
    Common(FieldId, FieldId),
    /// The tenant columns of both.
    Tenant(FieldId, FieldId),
}

/// One operation of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op<'a> {
    /// Push null.
    Null,
    /// Push a truth value.
    Bool(bool),
    /// Push a number.
    Number(Decimal),
    /// Push a text or an enum member.
    String(&'a str),
    /// Push the user's id.
    PrincipalId,
    /// The name of the user's plan, or null.
    PrincipalPlan,
    /// The state of the user's subscription, or null.
    PrincipalPlanStatus,
    /// Push an attribute of the principal.
    Principal(&'a str, Option<AttributeId>),
    /// Push the field of the row that these steps lead to.
    Resource(u32, u32),
    /// Push the field of the membership that these steps lead to.
    Junction(u32, u32),
    /// Pop that many values, push their list.
    List(u32),
    /// Pop two, push the outcome.
    Compare(Operator),
    /// Pop a list and a value, push whether the list has it.
    In,
    /// Pop that many truth values, push whether all hold.
    And(u32),
    /// Pop that many truth values, push whether one holds.
    Or(u32),
    /// Pop a truth value, push its opposite.
    Not,
}
