//! `PLCY`: who may do what to which rows, with conditions as postfix operations.
//!
//! Policies for people come first, sorted by entity; then those of system principals, sorted by principal and
//! entity. Both keep the writer's order within one entity. `__User` (NONE) stands behind all entities.

use zerocopy::little_endian::{I64, U32};

use crate::record::{Code, List, Text, codes, records};
use crate::table::tables;

mod check;
mod view;
mod write;

pub use view::{ActionField, Condition, Policy, Scene, System, Via};

pub use crate::api_keys::action;

codes! {
    /// Whether a policy gives or takes.
    pub enum Effect {
        /// Gives.
        Grant = 0 "grant",
        /// Takes, whatever was given.
        Deny = 1 "deny",
        => Deny
    }

    /// To whom a policy applies.
    pub enum Audience {
        /// Any signed-in user.
        SignedIn = 0 "signed_in",
        /// Anyone.
        Public = 1 "public",
        /// The users who have the role `role_name`.
        Role = 2 "role",
        /// The system principal `system`.
        System = 3 "system",
        => System
    }

    /// What a system principal is.
    pub enum SystemKind {
        /// A role that people have (it has a display name).
        Role = 0 "role",
        /// A principal of the system itself.
        System = 1 "system",
        /// The principal of an API key's scope.
        Scope = 2 "scope",
        => System
    }

    /// How a membership is tied to the row.
    pub enum TieKind {
        /// The policy's condition compares the two.
        Condition = 0 "condition",
        /// A field of the junction refers to the entity.
        Reference = 1 "reference",
        /// A field of each refers to the same thing.
        CommonReference = 2 "common_reference",
        /// The tenant column of both.
        Tenant = 3 "tenant",
        /// Not tied: no row is reached.
        Unresolved = 4 "unresolved",
        => Unresolved
    }

    /// One operation of a condition in postfix form.
    pub enum Op {
        /// Push null.
        Null = 0 "null",
        /// Push `number`, 0 or 1, as a truth value.
        Bool = 1 "bool",
        /// Push `number` / 10^`scale`.
        Number = 2 "number",
        /// Push `text`; enum members too.
        String = 3 "string",
        /// Push the user's id.
        PrincipalId = 4 "principal_id",
        /// Push the principal attribute `attribute`, called `text`.
        Principal = 5 "principal",
        /// Push the field of the row that `steps` lead to.
        Resource = 6 "resource",
        /// Push the field of the membership that `steps` lead to.
        Junction = 7 "junction",
        /// Pop `number` values, push their list; only ever before `In`.
        List = 8 "list",
        /// Pop two, push whether they are equal.
        Eq = 9 "==",
        /// Pop two, push whether they differ.
        Ne = 10 "!=",
        /// Pop right, then left; push whether left < right.
        Lt = 11 "<",
        /// Pop right, then left; push whether left <= right.
        Le = 12 "<=",
        /// Pop right, then left; push whether left > right.
        Gt = 13 ">",
        /// Pop right, then left; push whether left >= right.
        Ge = 14 ">=",
        /// Pop a list, then a value; push whether the list has it.
        In = 15 "in",
        /// Pop `number` truth values, push whether all hold; at least two.
        And = 16 "&&",
        /// Pop `number` truth values, push whether one holds; at least two.
        Or = 17 "||",
        /// Pop a truth value, push its opposite.
        Not = 18 "!",
        /// Push the name of the user's plan, or null.
        PrincipalPlan = 19 "principal_plan",
        /// Push the state of the user's subscription, or null.
        PrincipalPlanStatus = 20 "principal_plan_status",
        => Null
    }
}

records! {
    /// One grant or deny.
    pub struct PolicyRecord {
        /// The entity in `DATA`; NONE for `__User`.
        pub entity: U32,
        /// Whether it gives or takes.
        pub effect: Code<Effect>,
        /// Bits of [`action`]; never 0.
        pub actions: u8,
        /// To whom it applies.
        pub audience: Code<Audience>,
        /// Into `systems`: the principal of `System`; the declared role of `Role`, NONE if it is undeclared; else NONE.
        pub system: U32,
        /// The role as written in `role(…)`, else empty.
        pub role_name: Text,
        /// Into `vias`, or NONE; the present ones count up from 0.
        pub via: U32,
        /// Into `ops`; empty if it applies to all rows.
        pub condition: List,
        /// Into `action_fields`, sorted by action and field; an action that is not there covers all fields.
        pub action_fields: List,
        /// The text of `@why`, else empty.
        pub why: Text,
    }

    /// A field to which an action of a policy is restricted.
    pub struct ActionFieldRecord {
        /// One bit of [`action`].
        pub action: u8,
        /// Into `fields` of `DATA`; NONE never occurs.
        pub field: U32,
    }

    /// One system principal; the table is sorted by `name`.
    pub struct SystemRecord {
        /// Its name.
        pub name: Text,
        /// Its display name; empty if it is no role.
        pub display_name: Text,
        /// Its name in `role(…)`; empty if it is no role.
        pub role_name: Text,
        /// What it is.
        pub kind: Code<SystemKind>,
    }

    /// Access by membership.
    pub struct ViaRecord {
        /// The junction, an entity in `DATA`.
        pub junction: U32,
        /// Its field that holds the user's id, in `fields` of `DATA`.
        pub user_field: U32,
        /// How it is tied to the row.
        pub tie: Code<TieKind>,
        /// The junction's side of the tie, in `fields` of `DATA`, or NONE.
        pub junction_field: U32,
        /// The row's side of the tie, in `fields` of `DATA`, or NONE.
        pub entity_field: U32,
    }

    /// One operation of a condition.
    pub struct OpRecord {
        /// The operation.
        pub op: Code<Op>,
        /// Decimal places of a number, else 0.
        pub scale: u8,
        /// Mantissa, truth value or number of operands, else 0.
        pub number: I64,
        /// The string or attribute name, else empty.
        pub text: Text,
        /// The attribute in `AUTH`, or NONE (`plan` and `planStatus` too).
        pub attribute: U32,
        /// Into `steps`, for paths, else empty.
        pub steps: List,
    }

    /// One step of a path: foreign keys first, the field itself last.
    pub struct StepRecord {
        /// Into `fields` of `DATA`; NONE is `__User.id`, `__User.email`… by the step before, named in `name`.
        pub field: U32,
        /// The field's name.
        pub name: Text,
    }
}

tables! {
    /// The `PLCY` section of a file.
    pub struct Policies = Policies {
        /// People's by entity, then system principals' by principal and entity.
        policies: PolicyRecord,
        /// Tiled by `policies.action_fields`.
        action_fields: ActionFieldRecord,
        /// Sorted by name.
        systems: SystemRecord,
        /// One for each policy that has one, in the order of the policies.
        vias: ViaRecord,
        /// Tiled by `policies.condition`.
        ops: OpRecord,
        /// Tiled by `ops.steps`.
        steps: StepRecord,
    }
}
