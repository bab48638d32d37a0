//! Policies and their clauses in words.

use std::borrow::Cow;

use inspire_artifact::policy::TieKind;

use super::{Item, Phrase};
use crate::report::entity::MarkedField;
use crate::report::policy::{Action, Permission, Policy, Who};

/// `grant read(title) to any signed-in user`, where the entity is known.
pub(crate) fn policy<'p>(policy: &'p Policy<'_>) -> Phrase<'p> {
    Phrase::new()
        .words(policy.effect.as_str())
        .words(" ")
        .code(actions(&policy.actions))
        .words(" to ")
        .then(who(policy.to))
}

/// `grant read(title) on Note`, where it is known to whom.
pub(crate) fn about<'p>(policy: &'p Policy<'_>) -> Phrase<'p> {
    Phrase::new()
        .words(policy.effect.as_str())
        .words(" ")
        .code(actions(&policy.actions))
        .words(" on ")
        .code(policy.entity)
}

/// `grant read(title) on Note to any signed-in user`.
pub(crate) fn whole<'p>(policy: &'p Policy<'_>) -> Phrase<'p> {
    about(policy).words(" to ").then(who(policy.to))
}

/// `phrase` and how the policy is narrowed, in one line.
pub(crate) fn with_clauses<'p>(phrase: Phrase<'p>, policy: &'p Policy<'_>) -> Phrase<'p> {
    clauses(policy).fold(phrase, |phrase, clause| phrase.words(" ").then(clause))
}

/// `phrase` and how the policy is narrowed, each clause on a line of its own.
pub(super) fn narrowed<'p>(phrase: Phrase<'p>, policy: &'p Policy<'_>) -> Item<'p> {
    Item { phrase, notes: clauses(policy).collect() }
}

/// The same with the reason.
pub(super) fn reasoned<'p>(phrase: Phrase<'p>, policy: &'p Policy<'_>) -> Item<'p> {
    let mut item = narrowed(phrase, policy);
    item.notes.extend(policy.why.map(|why| Phrase::new().words("why: ").prose(why)));
    item
}

fn clauses<'p>(policy: &'p Policy<'_>) -> impl Iterator<Item = Phrase<'p>> {
    via(policy).into_iter().chain(condition(policy))
}

fn condition<'p>(policy: &'p Policy<'_>) -> Option<Phrase<'p>> {
    policy.condition.as_deref().map(|condition| Phrase::new().words("where ").code(condition))
}

/// What makes somebody a member, as it could be written in a condition.
fn via<'p>(policy: &'p Policy<'_>) -> Option<Phrase<'p>> {
    let via = policy.via?;
    let user = format!("{}.{} == principal.id", via.junction, via.user_field);
    let phrase = Phrase::new().words("via ").code(via.junction).words(": ");
    Some(match (via.tie, via.junction_field, via.entity_field) {
        (TieKind::Condition, ..) => phrase.code(user),
        (TieKind::Unresolved, ..) => phrase.code(user).words(", tied to no row"),
        (_, theirs, ours) => {
            let (theirs, ours) = (theirs.unwrap_or("id"), ours.unwrap_or("id"));
            phrase.code(format!("{user} && {}.{theirs} == resource.{ours}", via.junction))
        }
    })
}

pub(crate) fn who(who: Who<'_>) -> Phrase<'_> {
    let phrase = Phrase::new();
    match who {
        Who::Anyone => phrase.words("anyone"),
        Who::SignedIn => phrase.words("any signed-in user"),
        Who::Role { name, declared: true } => phrase.words("role ").code(name),
        Who::Role { name, declared: false } => phrase.words("role ").code(name).words(" (undeclared)"),
        Who::System { name } => phrase.words("system principal ").code(name),
        Who::Scope { name } => phrase.words("keys of scope ").code(name),
    }
}

/// Actions as they are written: `read, write(title), delete`.
pub(crate) fn actions(permissions: &[Permission<'_>]) -> String {
    let mut words = Vec::with_capacity(permissions.len());
    let mut rest = permissions;
    while let [first, others @ ..] = rest {
        let second = others.first().filter(|second| {
            (first.action, second.action) == (Action::Insert, Action::Update) && first.fields == second.fields
        });
        let word = if second.is_some() { "write" } else { first.action.as_str() };
        words.push(match first.fields.as_slice() {
            [] => word.to_owned(),
            fields => format!("{word}({})", fields.join(", ")),
        });
        rest = others.get(usize::from(second.is_some())..).unwrap_or_default();
    }
    words.join(", ")
}

/// `phone (sensitive, pii), address (in Address)`.
pub(super) fn marked<'p>(fields: &[MarkedField<'p>]) -> Phrase<'p> {
    joined(fields.iter().map(|field| {
        let marks = [(field.sensitive, "sensitive"), (field.pii, "pii")];
        let marks: Vec<_> = marks.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect();
        let phrase = Phrase::new().code(field.name).words(" (").words(marks.join(", "));
        match field.type_name {
            None => phrase.words(")"),
            Some(name) if marks.is_empty() => phrase.words("in ").code(name).words(")"),
            Some(name) => phrase.words(", in ").code(name).words(")"),
        }
    }))
}

/// Phrases with commas between them.
pub(super) fn joined<'p>(phrases: impl Iterator<Item = Phrase<'p>>) -> Phrase<'p> {
    phrases.fold(Phrase::new(), |all, one| if all.is_empty() { one } else { all.words(", ").then(one) })
}

/// Names with commas between them.
pub(super) fn names<'p, T: Into<Cow<'p, str>>>(names: impl IntoIterator<Item = T>) -> Phrase<'p> {
    joined(names.into_iter().map(|name| Phrase::new().code(name)))
}

/// `a, b or c`.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}
