//! One policy as the report shows it, with everything that its order in the schema could change put in a fixed order.

use std::collections::HashMap;

use inspire_artifact::api_keys::{ApiKeys, action};
use inspire_artifact::entity::Data;
use inspire_artifact::policy::{self, Audience, Effect, Policies, System, SystemKind, Via};
use serde::Serialize;

/// A grant or a deny.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy<'a> {
    /// The entity's name.
    pub entity: &'a str,
    /// Whether it gives or takes.
    pub effect: Effect,
    /// To whom it applies.
    pub to: Who<'a>,
    /// What it gives or takes, in the order of [`Action`].
    pub actions: Vec<Permission<'a>>,
    /// The membership it goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<Via<'a>>,
    /// Which rows it is about, as it could be written; without it all rows.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The text of `@why`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'a str>,
    /// The entity's number in `DATA`; none for `__User`.
    #[serde(skip)]
    pub(crate) entity_index: Option<u32>,
}

/// To whom a policy applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Who<'a> {
    /// Everybody, signed in or not.
    Anyone,
    /// Every signed-in user.
    SignedIn,
    /// The users who have a role.
    Role {
        /// Its name, as in `role(Name)`.
        name: &'a str,
        /// Whether a `@system` block declares it.
        declared: bool,
    },
    /// A principal of the system itself.
    System {
        /// Its name.
        name: &'a str,
    },
    /// Whoever holds an API key of a scope.
    Scope {
        /// The scope's name.
        name: &'a str,
    },
}

/// An action, and the fields it is restricted to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Permission<'a> {
    /// The action.
    pub action: Action,
    /// The fields it is restricted to, by name; all of them if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<&'a str>,
}

/// What can be done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Read it.
    Read,
    /// Add it.
    Insert,
    /// Change it.
    Update,
    /// Remove it.
    Delete,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 4] = [Self::Read, Self::Insert, Self::Update, Self::Delete];
    /// Those that leave the rows other than they were.
    pub(super) const CHANGES: [Self; 3] = [Self::Insert, Self::Update, Self::Delete];

    /// Its word in a schema.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Read => action::READ,
            Self::Insert => action::INSERT,
            Self::Update => action::UPDATE,
            Self::Delete => action::DELETE,
        }
    }
}

impl Policy<'_> {
    /// Whether it is a grant.
    #[must_use]
    pub fn is_grant(&self) -> bool {
        self.effect == Effect::Grant
    }

    /// Whether it applies to every row.
    #[must_use]
    pub fn covers_all_rows(&self) -> bool {
        self.via.is_none() && self.condition.is_none()
    }

    /// Whether it concerns callers who have no principal attributes, and so no tenant.
    pub(super) fn has_no_tenant(&self) -> bool {
        matches!(self.to, Who::Anyone | Who::System { .. } | Who::Scope { .. })
    }

    /// The same policy about `actions` only; none if it is about none of them.
    #[must_use]
    pub fn about(&self, actions: &[Action]) -> Option<Self> {
        let wanted = |permission: &&Permission<'_>| actions.contains(&permission.action);
        self.actions
            .iter()
            .any(|one| wanted(&one))
            .then(|| Self { actions: self.actions.iter().filter(wanted).cloned().collect(), ..self.clone() })
    }

    /// What puts the policies of an artifact in order, whatever order they were written in.
    fn key(&self) -> impl Ord + '_ {
        // `__User` stands behind all entities.
        let entity = (self.entity_index.is_none(), self.entity_index);
        (entity, !self.is_grant(), self.to, &self.actions, self.via, &self.condition, self.why)
    }
}

/// All policies, by entity, grants first, then by whom they concern.
pub(super) fn all<'a>(
    policies: Policies<'a>,
    data: Option<Data<'a>>,
    keys: Option<ApiKeys<'a>>,
) -> Vec<Policy<'a>> {
    let mut all: Vec<_> = each(policies, data, keys).map(|(policy, _)| policy).collect();
    all.sort_by(|a, b| a.key().cmp(&b.key()));
    all
}

/// All policies in the order of the artifact, each with its condition.
pub(crate) fn each<'a>(
    policies: Policies<'a>,
    data: Option<Data<'a>>,
    keys: Option<ApiKeys<'a>>,
) -> impl Iterator<Item = (Policy<'a>, policy::Condition<'a>)> {
    let systems = policies.systems().iter().map(|system| (system.name, system)).collect();
    let scopes =
        keys.iter().flat_map(|keys| keys.scopes().iter()).map(|one| (one.system, one.name)).collect();
    let all = policies.policies(data).iter();
    all.map(move |policy| (read(&policy, &systems, &scopes), policy.condition))
}

fn read<'a>(
    policy: &policy::Policy<'a>,
    systems: &HashMap<&'a str, System<'a>>,
    scopes: &HashMap<&'a str, &'a str>,
) -> Policy<'a> {
    Policy {
        entity: policy.entity,
        effect: policy.effect,
        to: who(policy, systems, scopes),
        actions: permissions(policy),
        via: policy.via,
        condition: (!policy.condition.is_empty()).then(|| policy.condition.to_string()),
        why: Some(policy.why).filter(|why| !why.is_empty()),
        entity_index: policy.entity_index,
    }
}

fn who<'a>(
    policy: &policy::Policy<'a>,
    systems: &HashMap<&'a str, System<'a>>,
    scopes: &HashMap<&'a str, &'a str>,
) -> Who<'a> {
    let system = policy.system.unwrap_or_default();
    match policy.to {
        Audience::Public => Who::Anyone,
        Audience::SignedIn => Who::SignedIn,
        Audience::Role => {
            Who::Role { name: policy.role.unwrap_or_default(), declared: policy.system.is_some() }
        }
        Audience::System => match (systems.get(system), scopes.get(system)) {
            (Some(System { kind: SystemKind::Role, role_name, .. }), _) => {
                Who::Role { name: role_name, declared: true }
            }
            (Some(System { kind: SystemKind::Scope, .. }), Some(name)) => Who::Scope { name },
            _ => Who::System { name: system },
        },
    }
}

fn permissions<'a>(policy: &policy::Policy<'a>) -> Vec<Permission<'a>> {
    let mut permissions: Vec<_> = Action::ALL
        .into_iter()
        .filter(|action| policy.actions.contains(action.bit()))
        .map(|action| Permission { action, fields: Vec::new() })
        .collect();
    for field in policy.fields.iter() {
        let found = permissions.iter_mut().find(|one| one.action.bit() == field.action.0);
        found.into_iter().for_each(|one| one.fields.push(field.field));
    }
    for permission in &mut permissions {
        permission.fields.sort_unstable();
    }
    permissions
}
