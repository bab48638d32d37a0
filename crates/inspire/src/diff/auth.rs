//! Sign-in, passwords and the principal's attributes.

use std::cmp::Ordering;

use inspire_artifact::auth::{Attribute, Auth, Linking, PasswordPolicy, Provider};

use super::pair::{Pair, lists, pairs};
use super::{Block, Changes, Effect};
use crate::words::{self, duration};

const SUBJECT: &str = "sign-in";
const PASSWORD: &str = "password";

pub(super) fn compare<'a>(changes: &mut Changes, old: Option<Auth<'a>>, new: Option<Auth<'a>>) {
    match (old, new) {
        (None, None) => {}
        (None, Some(new)) => {
            let message = format!("people can sign in, with {}", joined(new.providers()));
            changes.add(Block::Auth, SUBJECT, [Effect::Widens], message);
        }
        (Some(_), None) => {
            let effects = [Effect::Narrows, Effect::Breaks];
            changes.add(Block::Auth, SUBJECT, effects, "nobody can sign in any more");
        }
        (Some(old), Some(new)) => {
            providers(changes, old, new);
            session(changes, old.session_duration_seconds(), new.session_duration_seconds());
            linking(changes, old.linking(), new.linking());
            if let (Some(old), Some(new)) = (old.password(), new.password()) {
                password(changes, &old, &new);
            }
        }
    }
    let attributes = |auth: Option<Auth<'a>>| {
        auth.map(|auth| auth.attributes().iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    for pair in pairs(attributes(old), attributes(new), |one| one.name) {
        match pair {
            Pair::Added(one) => {
                let message = format!("added, {}", binding(&one));
                changes.add(Block::Auth, name(&one), [], message);
            }
            Pair::Removed(one) => changes.add(Block::Auth, name(&one), [Effect::Breaks], "removed"),
            Pair::Both(old, new) => attribute(changes, &old, &new),
        }
    }
}

fn joined(providers: impl IntoIterator<Item = Provider>) -> String {
    providers.into_iter().map(Provider::as_str).collect::<Vec<_>>().join(", ")
}

fn providers<'a>(changes: &mut Changes, old: Auth<'a>, new: Auth<'a>) {
    let lists = lists(old.providers(), new.providers());
    for provider in lists.added {
        let message = format!("provider {provider} added");
        changes.add(Block::Auth, SUBJECT, [Effect::Widens], message);
    }
    for provider in lists.removed {
        let message = format!("provider {provider} removed; who signs in with it no longer can");
        changes.add(Block::Auth, SUBJECT, [Effect::Narrows, Effect::Breaks], message);
    }
    if lists.reordered {
        let message = format!("providers in another order: {}", joined(new.providers()));
        changes.add(Block::Auth, SUBJECT, [], message);
    }
}

fn session(changes: &mut Changes, old: u64, new: u64) {
    let effect = match new.cmp(&old) {
        Ordering::Greater => Effect::Widens,
        Ordering::Less => Effect::Narrows,
        Ordering::Equal => return,
    };
    let message = format!("session {}; before {}", duration(new), duration(old));
    changes.add(Block::Auth, SUBJECT, [effect], message);
}

fn linking(changes: &mut Changes, old: Linking, new: Linking) {
    match (old, new) {
        (Linking::Disabled, Linking::Manual) => {
            let message = "linking manual: signed-in users may attach further ways to sign in";
            changes.add(Block::Auth, SUBJECT, [Effect::Widens], message);
        }
        (Linking::Manual, Linking::Disabled) => {
            let message = "linking disabled: no further way to sign in can be attached";
            changes.add(Block::Auth, SUBJECT, [Effect::Narrows], message);
        }
        (Linking::Manual, Linking::Manual) | (Linking::Disabled, Linking::Disabled) => {}
    }
}

fn password(changes: &mut Changes, old: &PasswordPolicy, new: &PasswordPolicy) {
    let least = match new.min_length.cmp(&old.min_length) {
        Ordering::Less => Some(Effect::Widens),
        Ordering::Greater => Some(Effect::Narrows),
        Ordering::Equal => None,
    };
    if let Some(effect) = least {
        let message = format!("minLength {}; before {}", new.min_length, old.min_length);
        changes.add(Block::Auth, PASSWORD, [effect], message);
    }
    if new.max_length != old.max_length {
        let effect = (new.max_length < old.max_length).then_some(Effect::Breaks);
        let message = format!("maxLength {}; before {}", new.max_length, old.max_length);
        changes.add(Block::Auth, PASSWORD, effect, message);
    }
    let rules = [
        (old.require_uppercase, new.require_uppercase, "an upper-case letter is"),
        (old.require_lowercase, new.require_lowercase, "a lower-case letter is"),
        (old.require_digit, new.require_digit, "a digit is"),
        (old.require_special, new.require_special, "a special character is"),
    ];
    for (old, new, what) in rules {
        switch(changes, (old, new), &format!("{what} required"), &format!("{what} no longer required"));
    }
    let common = ("common passwords are refused", "common passwords are allowed");
    switch(changes, (old.block_common, new.block_common), common.0, common.1);
    let breached = ("passwords known from breaches are refused", "passwords known from breaches are allowed");
    switch(changes, (old.breach_check, new.breach_check), breached.0, breached.1);
}

/// A rule of passwords that is on or off.
fn switch(changes: &mut Changes, (old, new): (bool, bool), on: &str, off: &str) {
    match (old, new) {
        (true, false) => changes.add(Block::Auth, PASSWORD, [Effect::Widens], off),
        (false, true) => changes.add(Block::Auth, PASSWORD, [Effect::Narrows], on),
        (true, true) | (false, false) => {}
    }
}

fn name(attribute: &Attribute<'_>) -> String {
    format!("principal.{}", attribute.name)
}

/// Where an attribute comes from, whether several rows may match left aside.
fn binding(one: &Attribute<'_>) -> String {
    format!("{}{}", words::binding(one).0, words::source(one))
}

fn attribute<'a>(changes: &mut Changes, old: &Attribute<'a>, new: &Attribute<'a>) {
    let subject = name(new);
    let type_of = |one: &Attribute<'a>| (one.type_name.to_owned(), one.array);
    if type_of(old) != type_of(new) {
        let message = format!("declared `{}`; before `{}`", words::declaration(new), words::declaration(old));
        changes.add_breaking_unsure(Block::Auth, &subject, message);
    }
    let source = |one: &Attribute<'a>| (binding(one), one.link_column.to_owned());
    if source(old) != source(new) {
        let link = match new.link_column != old.link_column && binding(old) == binding(new) {
            true => format!(" by {}; before by {}", new.link_column, old.link_column),
            false => format!("; before {}", binding(old)),
        };
        let message = format!("{}{link}", binding(new));
        changes.add_unsure(Block::Auth, &subject, Effect::Widens, message);
    }
    match (old.nullable, new.nullable) {
        (false, true) => {
            let message = "may be null: also for users who have no such row";
            changes.add_unsure(Block::Auth, &subject, Effect::Widens, message);
        }
        (true, false) => {
            let message = "may no longer be null";
            changes.add_unsure(Block::Auth, &subject, Effect::Narrows, message);
        }
        (true, true) | (false, false) => {}
    }
    match (old.single_row, new.single_row) {
        (true, false) => {
            let message = "several rows may match: no unique key picks one any more";
            changes.add_unsure(Block::Auth, &subject, Effect::Widens, message);
        }
        (false, true) => changes.add(Block::Auth, &subject, [], "a unique key picks one row"),
        (true, true) | (false, false) => {}
    }
}
