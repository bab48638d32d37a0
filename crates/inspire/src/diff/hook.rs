//! Hooks and schedules; hooks of entities that came or went are told with these.

use std::collections::BTreeMap;

use inspire_artifact::hook::{EffectOptions, Hook, HookKind, Schedule};
use inspire_artifact::{Artifact, DecodeError};

use super::pair::{Pair, lists, pairs};
use super::{Block, Changes, Effect};
use crate::words::milliseconds;

/// The hooks of one artifact.
pub(super) struct Side<'a> {
    hooks: Vec<Hook<'a>>,
    schedules: Vec<Schedule<'a>>,
    entities: Vec<&'a str>,
}

impl<'a> Side<'a> {
    pub(super) fn new(artifact: &'a Artifact<'_>) -> Result<Self, DecodeError> {
        let section = artifact.hooks()?;
        Ok(Self {
            hooks: section.map(|section| section.hooks().iter().collect()).unwrap_or_default(),
            schedules: section.map(|section| section.schedules().iter().collect()).unwrap_or_default(),
            entities: artifact
                .data()?
                .iter()
                .flat_map(|data| data.entities().iter())
                .map(|one| one.name)
                .collect(),
        })
    }

    /// The hooks of entities that `other` has, too, with how many of the same kind stand before each.
    fn numbered(&self, other: &Self) -> Vec<(Hook<'a>, usize)> {
        let mut seen: BTreeMap<_, usize> = BTreeMap::new();
        let known = |hook: &&Hook<'_>| other.entities.binary_search(&hook.entity).is_ok();
        let number = |hook: &Hook<'a>| {
            let count = seen.entry((place(hook), hook.handler)).or_default();
            *count += 1;
            (*hook, *count)
        };
        self.hooks.iter().filter(known).map(number).collect()
    }
}

/// What a hook waits for.
fn place<'a>(hook: &Hook<'a>) -> (&'a str, inspire_artifact::hook::Event, Option<&'a str>, HookKind) {
    (hook.entity, hook.event, hook.field, hook.kind)
}

pub(super) fn compare<'a>(changes: &mut Changes, old: &Side<'a>, new: &Side<'a>) {
    let (before, now) = (old.numbered(new), new.numbered(old));
    for pair in pairs(&before, &now, |(hook, number)| (place(hook), hook.handler, *number)) {
        match pair {
            Pair::Added((hook, _)) => came(changes, hook),
            Pair::Removed((hook, _)) => went(changes, hook),
            Pair::Both((old, _), (new, _)) => options(changes, old, new),
        }
    }
    order(changes, &before, &now);
    for pair in pairs(&old.schedules, &new.schedules, |one| one.name) {
        match pair {
            Pair::Added(one) => changes.add(Block::Hook, schedule(one), [], format!("added, {}", times(one))),
            Pair::Removed(one) => changes.add(Block::Hook, schedule(one), [], "removed"),
            Pair::Both(old, new) if times(old) != times(new) => {
                let message = format!("{}; before {}", times(new), times(old));
                changes.add(Block::Hook, schedule(new), [], message);
            }
            Pair::Both(..) => {}
        }
    }
}

fn named(hook: &Hook<'_>) -> String {
    let field = hook.field.map(|field| format!(" of {field}")).unwrap_or_default();
    format!("{} {} on {}{field}", hook.kind, hook.handler, hook.event)
}

fn came(changes: &mut Changes, hook: &Hook<'_>) {
    let message = format!("{} added", named(hook));
    match hook.kind {
        HookKind::Trigger => {
            let message = format!("{message}; it may refuse the change");
            changes.add_unsure(Block::Hook, hook.entity, Effect::Narrows, message);
        }
        HookKind::Effect => changes.add(Block::Hook, hook.entity, [], message),
    }
}

fn went(changes: &mut Changes, hook: &Hook<'_>) {
    let message = format!("{} removed", named(hook));
    match hook.kind {
        HookKind::Trigger => {
            let message = format!("{message}; it could refuse the change");
            changes.add_unsure(Block::Hook, hook.entity, Effect::Widens, message);
        }
        HookKind::Effect => changes.add(Block::Hook, hook.entity, [], message),
    }
}

fn options<'a>(changes: &mut Changes, old: &Hook<'a>, new: &Hook<'a>) {
    if let (Some(old), Some(options)) = (old.options, new.options)
        && old != options
    {
        let message = format!("{}: {}; before {}", named(new), tries(&options), tries(&old));
        changes.add(Block::Hook, new.entity, [], message);
    }
}

/// How an effect is tried again.
pub(super) fn tries(options: &EffectOptions) -> String {
    let (delay, timeout) = (milliseconds(options.delay_ms), milliseconds(options.timeout_ms));
    format!("{} retries, {}({delay}), timeout {timeout}", options.retries, options.backoff)
}

/// Tells where the hooks of one event, those that are still there, run in another order.
fn order<'a>(changes: &mut Changes, old: &[(Hook<'a>, usize)], new: &[(Hook<'a>, usize)]) {
    let mut by_event: BTreeMap<_, (Vec<_>, Vec<_>)> = BTreeMap::new();
    let key = |hook: &Hook<'a>| (hook.entity.to_owned(), hook.event);
    let one = |(hook, number): &(Hook<'a>, usize)| {
        (hook.field.map(str::to_owned), hook.kind, hook.handler.to_owned(), *number)
    };
    for hook in old {
        by_event.entry(key(&hook.0)).or_default().0.push(one(hook));
    }
    for hook in new {
        by_event.entry(key(&hook.0)).or_default().1.push(one(hook));
    }
    for ((entity, event), (old, new)) in &by_event {
        if lists(old, new).reordered {
            changes.add(Block::Hook, entity, [], format!("hooks on {event} run in another order"));
        }
    }
}

fn schedule(one: &Schedule<'_>) -> String {
    format!("schedule {}", one.name)
}

fn times(one: &Schedule<'_>) -> String {
    format!("{} at `{}`, timeout {}", one.function, one.cron, milliseconds(one.timeout_ms))
}
