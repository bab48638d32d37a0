//! What a reviewer wants to see first: a list for each kind of thing that deserves a second look.
//!
//! A finding is no mistake. Each list holds exactly what its description says, and an empty list says that there is none.

use std::collections::{BTreeMap, BTreeSet};

use inspire_artifact::auth::{Binding, LONG_SESSION_SECONDS, SHORT_PASSWORD_LENGTH};
use inspire_artifact::routes::{AuthMode, Route};
use serde::Serialize;

use super::auth::Auth;
use super::entity::{Entity, MarkedField};
use super::policy::{Action, Policy, Who};
use super::{SecurityReport, route};

/// What deserves a second look.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct Findings<'a> {
    /// Routes with `auth: none`: whether the caller may is the handler's to decide.
    pub open_routes: Vec<Route<'a>>,
    /// Handlers that are reached through an open route and through one that asks for a credential.
    pub mixed_handlers: Vec<MixedHandler<'a>>,
    /// Grants to anyone that change rows.
    pub public_writes: Vec<Policy<'a>>,
    /// Grants to anyone that read rows.
    pub public_reads: Vec<Policy<'a>>,
    /// Grants on an entity in a namespace to callers who have no tenant: scopes, system principals, anyone.
    pub tenant_crossings: Vec<Policy<'a>>,
    /// Grants of every row to every signed-in user, on entities in no namespace.
    pub all_rows_to_signed_in: Vec<Policy<'a>>,
    /// Entities with fields marked `@sensitive` or `@pii`.
    pub marked_entities: Vec<MarkedEntity<'a>>,
    /// Grants that let API keys delete.
    pub scope_deletes: Vec<Policy<'a>>,
    /// Entities whose rows decide what the principal is, or who belongs to what.
    pub deciding_entities: Vec<DecidingEntity<'a>>,
    /// All denies.
    pub denies: Vec<Policy<'a>>,
    /// Roles that policies name and nothing declares.
    pub undeclared_roles: Vec<&'a str>,
    /// Entities on which nobody has a grant.
    pub untouchable_entities: Vec<&'a str>,
    /// Entities in no namespace, if there is a namespace.
    pub entities_outside_namespaces: Vec<&'a str>,
    /// Scopes that no route asks for.
    pub unused_scopes: Vec<&'a str>,
    /// What is weak about signing in.
    pub sign_in: Vec<SignIn<'a>>,
}

/// A handler that is reached both ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MixedHandler<'a> {
    /// Its name.
    pub handler: &'a str,
    /// The open routes to it, as `METHOD /path`.
    pub open: Vec<String>,
    /// The others.
    pub guarded: Vec<String>,
}

/// An entity with marked fields, and who may read them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarkedEntity<'a> {
    /// Its name.
    pub entity: &'a str,
    /// The marked fields, by name.
    pub fields: Vec<MarkedField<'a>>,
    /// The policies on reading that are about one of them at least.
    pub policies: Vec<Policy<'a>>,
}

/// An entity whose rows decide about access elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecidingEntity<'a> {
    /// Its name.
    pub entity: &'a str,
    /// The principal attributes that are read from it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<&'a str>,
    /// The entities with policies `via` it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<&'a str>,
    /// The policies on changing its rows.
    pub policies: Vec<Policy<'a>>,
}

/// A weakness of the sign-in rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignIn<'a> {
    /// Sessions live longer than [`LONG_SESSION_SECONDS`].
    LongSession {
        /// How long they live.
        session_duration_seconds: u64,
    },
    /// Passwords may have fewer characters than [`SHORT_PASSWORD_LENGTH`].
    ShortPassword {
        /// How many they must have.
        min_length: u32,
    },
    /// Neither common passwords nor those known from breaches are refused.
    NoPasswordBlocklist,
    /// Several rows may match where a principal attribute is read.
    SeveralRows {
        /// The attribute.
        attribute: &'a str,
    },
}

impl<'a> Findings<'a> {
    /// What there is to see in a report that is complete but for this.
    pub(super) fn of(report: &SecurityReport<'a>) -> Self {
        let entities = report.entities.as_slice();
        let names = |keep: &dyn Fn(&Entity<'a>) -> bool| {
            entities.iter().filter(|entity| keep(entity)).map(|entity| entity.name).collect::<Vec<_>>()
        };
        let anyone = |policy: &Policy<'_>| policy.to == Who::Anyone;
        let scope = |policy: &Policy<'_>| matches!(policy.to, Who::Scope { .. });
        Self {
            open_routes: report.routes.iter().filter(|route| route.auth == AuthMode::None).copied().collect(),
            mixed_handlers: mixed_handlers(&report.routes),
            public_writes: grants(entities, &Action::CHANGES, |_, policy| anyone(policy)),
            public_reads: grants(entities, &[Action::Read], |_, policy| anyone(policy)),
            tenant_crossings: grants(entities, &Action::ALL, |entity, policy| {
                entity.namespace.is_some() && policy.has_no_tenant()
            }),
            all_rows_to_signed_in: grants(entities, &Action::ALL, |entity, policy| {
                entity.namespace.is_none() && policy.to == Who::SignedIn && policy.covers_all_rows()
            }),
            marked_entities: entities.iter().filter_map(marked).collect(),
            scope_deletes: grants(entities, &[Action::Delete], |_, policy| scope(policy)),
            deciding_entities: deciding(report.auth.as_ref(), entities),
            denies: policies(entities).filter(|policy| !policy.is_grant()).cloned().collect(),
            undeclared_roles: undeclared(report),
            untouchable_entities: names(&|entity| !entity.policies.iter().any(Policy::is_grant)),
            entities_outside_namespaces: match report.namespaces.is_empty() {
                true => Vec::new(),
                false => names(&|entity| entity.namespace.is_none()),
            },
            unused_scopes: unused(report),
            sign_in: report.auth.as_ref().map(sign_in).unwrap_or_default(),
        }
    }
}

fn policies<'r, 'a>(entities: &'r [Entity<'a>]) -> impl Iterator<Item = &'r Policy<'a>> {
    entities.iter().flat_map(|entity| &entity.policies)
}

/// The grants that `keep` keeps, as far as they are about `actions`.
fn grants<'a>(
    entities: &[Entity<'a>],
    actions: &[Action],
    keep: impl Fn(&Entity<'a>, &Policy<'a>) -> bool,
) -> Vec<Policy<'a>> {
    let mut found = Vec::new();
    for entity in entities {
        let kept = entity.policies.iter().filter(|policy| policy.is_grant() && keep(entity, policy));
        found.extend(kept.filter_map(|policy| policy.about(actions)));
    }
    found
}

fn mixed_handlers<'a>(routes: &[Route<'a>]) -> Vec<MixedHandler<'a>> {
    let mut by_handler: BTreeMap<&str, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for one in routes {
        let (open, guarded) = by_handler.entry(one.handler).or_default();
        let list = if one.auth == AuthMode::None { open } else { guarded };
        list.push(route::name(one));
    }
    let mixed = by_handler.into_iter().filter(|(_, (open, guarded))| !open.is_empty() && !guarded.is_empty());
    mixed.map(|(handler, (open, guarded))| MixedHandler { handler, open, guarded }).collect()
}

fn marked<'a>(entity: &Entity<'a>) -> Option<MarkedEntity<'a>> {
    let is_marked = |name: &&str| entity.marked_fields.binary_search_by_key(name, |one| one.name).is_ok();
    let reads = entity.policies.iter().filter_map(|policy| policy.about(&[Action::Read]));
    let touching = reads.filter(|policy| {
        policy.actions.iter().any(|one| one.fields.is_empty() || one.fields.iter().any(is_marked))
    });
    (!entity.marked_fields.is_empty()).then(|| MarkedEntity {
        entity: entity.name,
        fields: entity.marked_fields.clone(),
        policies: touching.collect(),
    })
}

fn deciding<'a>(auth: Option<&Auth<'a>>, entities: &[Entity<'a>]) -> Vec<DecidingEntity<'a>> {
    let mut deciding: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for attribute in auth.iter().flat_map(|auth| &auth.principal) {
        if attribute.binding != Binding::User {
            deciding.entry(attribute.entity).or_default().0.insert(attribute.name);
        }
    }
    for policy in policies(entities) {
        if let Some(via) = policy.via {
            deciding.entry(via.junction).or_default().1.insert(policy.entity);
        }
    }
    let named = entities.iter().filter_map(|entity| Some((entity, deciding.remove(entity.name)?)));
    named
        .map(|(entity, (attributes, via))| DecidingEntity {
            entity: entity.name,
            attributes: attributes.into_iter().collect(),
            via: via.into_iter().collect(),
            policies: entity.policies.iter().filter_map(|one| one.about(&Action::CHANGES)).collect(),
        })
        .collect()
}

fn undeclared<'a>(report: &SecurityReport<'a>) -> Vec<&'a str> {
    report.roles.iter().filter(|role| role.system.is_none()).map(|role| role.name).collect()
}

fn unused<'a>(report: &SecurityReport<'a>) -> Vec<&'a str> {
    report.scopes.iter().filter(|scope| scope.routes.is_empty()).map(|scope| scope.name).collect()
}

fn sign_in<'a>(auth: &Auth<'a>) -> Vec<SignIn<'a>> {
    let session_duration_seconds = auth.session_duration_seconds;
    let mut found = Vec::new();
    if session_duration_seconds > LONG_SESSION_SECONDS {
        found.push(SignIn::LongSession { session_duration_seconds });
    }
    if let Some(password) = auth.password {
        if password.min_length < SHORT_PASSWORD_LENGTH {
            found.push(SignIn::ShortPassword { min_length: password.min_length });
        }
        if !password.block_common && !password.breach_check {
            found.push(SignIn::NoPasswordBlocklist);
        }
    }
    let several = auth.principal.iter().filter(|one| one.binding == Binding::From && !one.single_row);
    found.extend(several.map(|one| SignIn::SeveralRows { attribute: one.name }));
    found
}
