//! Policies: who may do what to which rows and fields, compared action by action.
//!
//! A grant that some old grant contains widens nothing, one that none contains does, and the other way round for what
//! is gone. Denies count the other way. Only a single policy is taken to contain another: what several say together is
//! not put together, so that a widening is rather told once too often.

use std::collections::{BTreeMap, BTreeSet};

use inspire_artifact::policy::{Condition, System, SystemKind};
use inspire_artifact::{Artifact, DecodeError};

use self::atom::Atom;
use self::cover::Cover;
use self::told::Told;
use super::pair::{Pair, pairs};
use super::{Block, Changes, Effect};
use crate::report::policy::{self, Policy, Who};

mod atom;
mod cover;
mod matching;
mod rows;
mod told;

/// The policies of one artifact.
pub(super) struct Side<'a> {
    policies: Vec<(Policy<'a>, Condition<'a>)>,
    systems: Vec<System<'a>>,
    entities: BTreeSet<&'a str>,
    principals: BTreeSet<Who<'a>>,
    /// Roles that policies name and nothing declares.
    undeclared: BTreeSet<&'a str>,
}

impl<'a> Side<'a> {
    pub(super) fn new(artifact: &'a Artifact<'_>) -> Result<Self, DecodeError> {
        let (section, data, keys) = (artifact.policies()?, artifact.data()?, artifact.api_keys()?);
        let policies: Vec<(Policy<'_>, _)> =
            section.map(|section| policy::each(section, data, keys).collect()).unwrap_or_default();
        let undeclared = policies.iter().filter_map(|(policy, _)| match policy.to {
            Who::Role { name, declared: false } => Some(name),
            _ => None,
        });
        let undeclared = undeclared.collect();
        let systems: Vec<_> = section.iter().flat_map(|section| section.systems().iter()).collect();
        let scopes =
            keys.iter().flat_map(|keys| keys.scopes().iter()).map(|one| Who::Scope { name: one.name });
        let own = systems.iter().filter(|one| one.kind == SystemKind::System);
        let principals = scopes.chain(own.map(|one| Who::System { name: one.name })).collect();
        let entities = data.iter().flat_map(|data| data.entities().iter()).map(|one| one.name);
        let entities = entities.chain(["__User"]).collect();
        Ok(Self { policies, systems, entities, principals, undeclared })
    }

    /// Whether a policy is for a role of this name that nothing declares.
    fn names_undeclared(&self, name: &str) -> bool {
        self.undeclared.contains(name)
    }

    /// The atoms of the policies on what `other` has as well, so that they can be compared with its own.
    ///
    /// What went with an entity or a principal is told there. What came with an entity is told here if it is a grant;
    /// a deny takes nothing that was there before.
    fn atoms<'s>(&'s self, other: &Self, is_old: bool) -> Vec<Atom<'s, 'a>> {
        let stays = |policy: &Policy<'a>| match (other.entities.contains(policy.entity), is_old) {
            (true, false) => true,
            (false, false) => policy.is_grant(),
            (known, true) => {
                let own = matches!(policy.to, Who::Scope { .. } | Who::System { .. });
                known && (!own || other.principals.contains(&policy.to))
            }
        };
        atom::atoms(self.policies.iter().filter(|(policy, _)| stays(policy)))
    }
}

/// Compares the policies of two artifacts, and the principals of which they speak.
pub(super) fn compare(changes: &mut Changes, old: &Side<'_>, new: &Side<'_>) {
    systems(changes, old, new);
    let (before, now) = (old.atoms(new, true), new.atoms(old, false));
    let mut places: BTreeMap<_, (Vec<&Atom<'_, '_>>, Vec<&Atom<'_, '_>>)> = BTreeMap::new();
    for atom in &before {
        places.entry(atom.place).or_default().0.push(atom);
    }
    for atom in &now {
        places.entry(atom.place).or_default().1.push(atom);
    }
    let mut told = Told::default();
    for (old, new) in places.values() {
        place(&mut told, old, new);
    }
    told.tell(changes);
}

fn systems<'a>(changes: &mut Changes, old: &Side<'a>, new: &Side<'a>) {
    let listed = |systems: &[System<'a>]| {
        systems.iter().filter(|one| one.kind != SystemKind::Scope).copied().collect::<Vec<_>>()
    };
    let subject = |one: &System<'_>| match one.kind {
        SystemKind::Role => format!("role {}", one.role_name),
        SystemKind::System | SystemKind::Scope => format!("system principal {}", one.name),
    };
    for pair in pairs(listed(&old.systems), listed(&new.systems), |one| (one.name.to_owned(), one.kind)) {
        match pair {
            Pair::Added(one) if old.names_undeclared(one.role_name) => {
                let message = "declared; policies for it were there before";
                changes.add_unsure(Block::Policy, subject(&one), Effect::Widens, message);
            }
            Pair::Added(one) => changes.add(Block::Policy, subject(&one), [], "declared"),
            Pair::Removed(one) if one.kind == SystemKind::Role => {
                changes.add(Block::Policy, subject(&one), [Effect::Narrows], "no longer declared");
            }
            Pair::Removed(one) => {
                changes.add(Block::Policy, subject(&one), [Effect::Narrows, Effect::Breaks], "removed");
            }
            Pair::Both(old, new) if old.display_name != new.display_name => {
                let message = format!("shown as “{}”; before “{}”", new.display_name, old.display_name);
                changes.add(Block::Policy, subject(&new), [], message);
            }
            Pair::Both(..) => {}
        }
    }
}

/// Tells what changed in one place: what is the same on both sides says nothing, the rest is matched as well as it can.
fn place<'s, 'a>(told: &mut Told<'s, 'a>, old: &[&Atom<'s, 'a>], new: &[&Atom<'s, 'a>]) {
    let key = |atom: &Atom<'s, 'a>| (atom.who, atom.rows.clone(), atom.fields.clone());
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let mut same = 0;
    for pair in pairs(old.iter().copied(), new.iter().copied(), |atom| key(atom)) {
        match pair {
            Pair::Removed(atom) => gone.push(atom),
            Pair::Added(atom) => come.push(atom),
            Pair::Both(..) => same += 1,
        }
    }
    if same == old.len() && same == new.len() {
        return;
    }
    let (before, now) = (Cover::new(old), Cover::new(new));
    for (old, new) in matching::matched(gone, come) {
        let more = new.is_some_and(|new| !before.contains(new));
        let less = old.is_some_and(|old| !now.contains(old));
        told.note(old, new, more, less);
    }
}
