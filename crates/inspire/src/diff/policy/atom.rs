//! Policies taken apart: one atom for an action, an audience and a set of rows.

use std::collections::{BTreeMap, BTreeSet};

use inspire_artifact::policy::{Condition, Effect, Via};

use super::rows::{Clause, clauses};
use crate::report::policy::{Action, Permission, Policy, Who};

/// What policies of one effect say about one action on some rows to somebody.
#[derive(Clone, Debug)]
pub(super) struct Atom<'s, 'a> {
    pub(super) place: Place<'a>,
    pub(super) who: Who<'a>,
    pub(super) rows: Rows<'a>,
    pub(super) fields: Fields<'a>,
    /// One of the policies it comes from.
    pub(super) policy: &'s Policy<'a>,
}

/// What atoms have in common that can be compared at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'a> {
    pub(super) entity: &'a str,
    pub(super) effect: Effect,
    pub(super) action: Action,
}

/// Which rows are meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rows<'a> {
    /// The membership.
    pub(super) via: Option<Via<'a>>,
    /// What must hold.
    pub(super) clauses: BTreeSet<Clause>,
}

/// Which fields are meant; none stands for all of them.
pub(super) type Fields<'a> = Option<BTreeSet<&'a str>>;

/// The atoms of `policies`: no two of one place, audience and rows.
pub(super) fn atoms<'s, 'a: 's>(
    policies: impl Iterator<Item = &'s (Policy<'a>, Condition<'a>)>,
) -> Vec<Atom<'s, 'a>> {
    let mut merged: BTreeMap<(Place<'a>, Who<'a>, Rows<'a>), Atom<'s, 'a>> = BTreeMap::new();
    for (policy, condition) in policies {
        let rows = Rows::new(policy, condition);
        let who = audience(policy.to);
        for permission in &policy.actions {
            let place = Place { entity: policy.entity, effect: policy.effect, action: permission.action };
            let fields = fields(permission);
            let atom = Atom { place, who, rows: rows.clone(), fields: fields.clone(), policy };
            let known = merged.entry((place, who, rows.clone())).or_insert(atom);
            known.fields = match (known.fields.take(), fields) {
                (Some(some), Some(more)) => Some(some.into_iter().chain(more).collect()),
                _ => None,
            };
        }
    }
    merged.into_values().collect()
}

/// Whom a policy is for; that a role is declared changes nothing about it.
fn audience(who: Who<'_>) -> Who<'_> {
    match who {
        Who::Role { name, .. } => Who::Role { name, declared: true },
        other => other,
    }
}

fn fields<'a>(permission: &Permission<'a>) -> Fields<'a> {
    (!permission.fields.is_empty()).then(|| permission.fields.iter().copied().collect())
}

impl<'a> Rows<'a> {
    fn new(policy: &Policy<'a>, condition: &Condition<'_>) -> Self {
        Self { via: policy.via, clauses: clauses(condition) }
    }

    /// Whether every row is meant.
    pub(super) fn are_all(&self) -> bool {
        self.via.is_none() && self.clauses.is_empty()
    }
}

impl<'a> Atom<'_, 'a> {
    /// The action with its fields.
    pub(super) fn permission(&self) -> Permission<'a> {
        let fields = self.fields.iter().flatten().copied().collect();
        Permission { action: self.place.action, fields }
    }

    /// Whether it says everything that `other` of the same place says.
    pub(super) fn contains(&self, other: &Self) -> bool {
        let fields = match (&self.fields, &other.fields) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => mine.is_superset(theirs),
        };
        fields && broader(other.who).contains(&self.who) && self.contains_rows(other)
    }

    fn contains_rows(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.rows, &other.rows);
        if mine.are_all() || mine == theirs {
            return true;
        }
        // A deny applies as well when its condition met a null, and a longer condition meets more of them.
        let by_condition = self.place.effect == Effect::Grant;
        let implied = |mine: &Clause| theirs.clauses.iter().any(|theirs| theirs.is_subset(mine));
        by_condition && (mine.via.is_none() || mine.via == theirs.via) && mine.clauses.iter().all(implied)
    }
}

/// Everyone who is `who`, or includes them.
pub(super) fn broader(who: Who<'_>) -> Vec<Who<'_>> {
    match who {
        Who::Anyone => vec![Who::Anyone],
        Who::SignedIn => vec![Who::SignedIn, Who::Anyone],
        Who::Role { .. } => vec![who, Who::SignedIn, Who::Anyone],
        Who::System { .. } | Who::Scope { .. } => vec![who],
    }
}
