//! The changes of policies in words, with the actions put together again that changed in the same way.

use std::collections::{BTreeMap, BTreeSet};

use inspire_artifact::policy;

use super::super::{Block, Changes, Effect, api_keys};
use super::atom::{Atom, Rows};
use crate::report::page::phrase;
use crate::report::policy::{Permission, Policy, Who};
use crate::report::text::plain;

/// What is to be told.
#[derive(Default)]
pub(super) struct Told<'s, 'a> {
    changes: BTreeMap<Kind<'a>, Actions<'s, 'a>>,
}

/// What the actions of one line share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind<'a> {
    entity: &'a str,
    effect: policy::Effect,
    old: Option<(Who<'a>, Rows<'a>)>,
    new: Option<(Who<'a>, Rows<'a>)>,
    effects: BTreeSet<Effect>,
    certain: bool,
}

/// The actions of one line, before and now, and a policy of each that has the clauses.
#[derive(Default)]
struct Actions<'s, 'a> {
    old: Vec<Permission<'a>>,
    new: Vec<Permission<'a>>,
    old_policy: Option<&'s Policy<'a>>,
    new_policy: Option<&'s Policy<'a>>,
}

impl<'s, 'a> Told<'s, 'a> {
    /// Notes that `old` became `new`, of which at least one is there, and whether more or less is said than before.
    pub(super) fn note(
        &mut self,
        old: Option<&Atom<'s, 'a>>,
        new: Option<&Atom<'s, 'a>>,
        more: bool,
        less: bool,
    ) {
        let Some(place) = old.or(new).map(|atom| atom.place) else { return };
        let (gain, loss) = match place.effect {
            policy::Effect::Grant => (Effect::Widens, Effect::Narrows),
            policy::Effect::Deny => (Effect::Narrows, Effect::Widens),
        };
        let side = |atom: &Atom<'s, 'a>| (atom.who, atom.rows.clone());
        let (was, is) = (old.map(side), new.map(side));
        let rows_differ = was.as_ref().zip(is.as_ref()).is_some_and(|((_, old), (_, new))| old != new);
        let certain = !(more && less && rows_differ);
        let effects = match certain {
            true => more.then_some(gain).into_iter().chain(less.then_some(loss)).collect(),
            false => BTreeSet::from([Effect::Widens]),
        };
        let kind = Kind { entity: place.entity, effect: place.effect, old: was, new: is, effects, certain };
        let actions = self.changes.entry(kind).or_default();
        if let Some(old) = old {
            actions.old.push(old.permission());
            actions.old_policy = Some(old.policy);
        }
        if let Some(new) = new {
            actions.new.push(new.permission());
            actions.new_policy = Some(new.policy);
        }
    }

    /// Adds a change for every line.
    pub(super) fn tell(self, changes: &mut Changes) {
        for (kind, actions) in self.changes {
            let side = |policy: Option<&'s Policy<'a>>, who: &Option<(Who<'a>, Rows<'a>)>, permissions| {
                let (who, _) = who.as_ref()?;
                Some(Policy { to: *who, actions: permissions, ..policy?.clone() })
            };
            let old = side(actions.old_policy, &kind.old, actions.old);
            let new = side(actions.new_policy, &kind.new, actions.new);
            let Some(one) = new.as_ref().or(old.as_ref()) else { continue };
            let (block, subject) = subject(one);
            let rows_differ =
                kind.old.as_ref().zip(kind.new.as_ref()).is_some_and(|(old, new)| old.1 != new.1);
            let message = match (&old, &new) {
                (Some(old), Some(new)) => changed(old, new, rows_differ),
                (Some(old), None) => {
                    format!("{} removed{}", said(old), beside(&kind, "still allowed otherwise"))
                }
                _ => format!("{} added{}", said(one), beside(&kind, "nothing new is allowed")),
            };
            changes.push(kind.certain, block, subject, kind.effects, message);
        }
    }
}

/// What to say of a grant that makes no difference.
fn beside(kind: &Kind<'_>, words: &str) -> String {
    let matters = !kind.effects.is_empty() || kind.effect == policy::Effect::Deny;
    if matters { String::new() } else { format!(", {words}") }
}

fn subject(policy: &Policy<'_>) -> (Block, String) {
    match policy.to {
        Who::Scope { name } => (Block::ApiKeys, api_keys::subject(name)),
        Who::System { name } => (Block::Policy, format!("system principal {name}")),
        Who::Anyone | Who::SignedIn | Who::Role { .. } => (Block::Policy, policy.entity.to_owned()),
    }
}

/// The whole policy, but for what the subject says already.
fn said(policy: &Policy<'_>) -> String {
    let phrase = match policy.to {
        Who::Scope { .. } | Who::System { .. } => phrase::about(policy),
        Who::Anyone | Who::SignedIn | Who::Role { .. } => phrase::policy(policy),
    };
    plain(&phrase::with_clauses(phrase, policy))
}

/// The policy as it is now, and what was different before.
fn changed(old: &Policy<'_>, new: &Policy<'_>, rows_differ: bool) -> String {
    let mut before = String::new();
    if old.actions != new.actions {
        before += &format!(" {}", phrase::actions(&old.actions));
    }
    if old.to != new.to {
        before += &format!(" to {}", plain(&phrase::who(old.to)));
    }
    if rows_differ {
        let clauses = phrase::with_clauses(Default::default(), old);
        before += &if old.covers_all_rows() { " every row".to_owned() } else { plain(&clauses) };
    }
    format!("{}; before{before}", said(new))
}
