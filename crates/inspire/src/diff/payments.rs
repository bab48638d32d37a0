//! Plans and their prices, and who has a plan without paying for it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use inspire_artifact::payments::{PaymentHook, PaymentTables, Payments, Plan, Settings};

use super::hook::tries;
use super::pair::{Pair, lists, pairs};
use super::{Block, Changes, Effect};
use crate::words::duration;

const SUBJECT: &str = "payments";

pub(super) fn compare<'a>(
    changes: &mut Changes,
    old: Option<PaymentTables<'a>>,
    new: Option<PaymentTables<'a>>,
) {
    let payments = |section: Option<PaymentTables<'a>>| section.and_then(|section| section.payments());
    match (payments(old), payments(new)) {
        (None, None) => {}
        (None, Some(new)) => {
            let plans: Vec<_> = new.plans.iter().map(|plan| plan.name).collect();
            changes.add(Block::Payments, SUBJECT, [], format!("added, with plans {}", plans.join(", ")));
        }
        (Some(_), None) => changes.add(Block::Payments, SUBJECT, [Effect::Breaks], "removed"),
        (Some(old), Some(new)) => {
            settings(changes, &old.settings, &new.settings);
            plans(changes, &old, &new);
            hooks(changes, &old, &new);
        }
    }
}

fn settings<'a>(changes: &mut Changes, old: &Settings<'a>, new: &Settings<'a>) {
    let (was, is) = (old.grace_period_seconds.unwrap_or(0), new.grace_period_seconds.unwrap_or(0));
    period(changes, SUBJECT, "grace period", was, is);
    if old.grace_action != new.grace_action && old.grace_action.is_some() && new.grace_action.is_some() {
        changes.add_unsure(Block::Payments, SUBJECT, Effect::Widens, "another action after the grace period");
    }
    let payers = [
        ("paid for by", old.billing_entity, new.billing_entity, "users"),
        ("seats counted by", old.seat_entity, new.seat_entity, "nothing"),
    ];
    for (what, old, new, none) in payers {
        if old != new {
            let message = format!("{what} {}; before {}", new.unwrap_or(none), old.unwrap_or(none));
            changes.add_unsure(Block::Payments, SUBJECT, Effect::Widens, message);
        }
    }
    if old.secret != new.secret {
        let message = format!("key in secret {}; before {}", new.secret, old.secret);
        changes.add(Block::Payments, SUBJECT, [], message);
    }
}

/// A time for which somebody has something without paying.
fn period(changes: &mut Changes, subject: &str, what: &str, old: u64, new: u64) {
    let effect = match new.cmp(&old) {
        Ordering::Greater => Effect::Widens,
        Ordering::Less => Effect::Narrows,
        Ordering::Equal => return,
    };
    let shown = |seconds| if seconds == 0 { "none".to_owned() } else { duration(seconds) };
    changes.add(Block::Payments, subject, [effect], format!("{what} {}; before {}", shown(new), shown(old)));
}

fn plans<'a>(changes: &mut Changes, old: &Payments<'a>, new: &Payments<'a>) {
    for pair in pairs(old.plans.iter(), new.plans.iter(), |plan| plan.name.to_owned()) {
        match pair {
            Pair::Added(plan) => {
                let message = if plan.free { "added, free" } else { "added" };
                changes.add(Block::Payments, subject(&plan), [], message);
            }
            Pair::Removed(plan) => {
                let effects = [Effect::Narrows, Effect::Breaks];
                changes.add(Block::Payments, subject(&plan), effects, "removed");
            }
            Pair::Both(old, new) => kept(changes, &old, &new),
        }
    }
    let names =
        |payments: &Payments<'a>| payments.plans.iter().map(|plan| plan.name.to_owned()).collect::<Vec<_>>();
    if lists(&names(old), &names(new)).reordered {
        changes.add(Block::Payments, SUBJECT, [], "plans in another order");
    }
}

fn subject(plan: &Plan<'_>) -> String {
    format!("plan {}", plan.name)
}

fn kept<'a>(changes: &mut Changes, old: &Plan<'a>, new: &Plan<'a>) {
    let subject = subject(new);
    match (old.free, new.free) {
        (false, true) => changes.add(Block::Payments, &subject, [Effect::Widens], "free: nobody pays for it"),
        (true, false) => changes.add(Block::Payments, &subject, [Effect::Narrows], "no longer free"),
        (true, true) | (false, false) => {}
    }
    let (was, is) = (old.trial_seconds.unwrap_or(0), new.trial_seconds.unwrap_or(0));
    period(changes, &subject, "trial", was, is);
    if old.per_seat != new.per_seat {
        let message = if new.per_seat { "paid per seat" } else { "no longer paid per seat" };
        changes.add(Block::Payments, &subject, [], message);
    }
    let (before, now) = (meaning(old), meaning(new));
    for price in before.difference(&now) {
        let message = format!("{price} no longer means this plan");
        changes.add(Block::Payments, &subject, [Effect::Narrows], message);
    }
    let sold = sold(new);
    for price in now.difference(&before) {
        let (effects, message) = match sold.contains(price) {
            true => (None, format!("{price} is sold")),
            false => (Some(Effect::Widens), format!("{price}, which is not sold, means this plan")),
        };
        changes.add(Block::Payments, &subject, effects, message);
    }
    if before == now && prices(old) != prices(new) {
        changes.add(Block::Payments, &subject, [], "other prices of those it has are sold");
    }
}

fn prices<'a>(plan: &Plan<'a>) -> [Option<&'a str>; 3] {
    [plan.price, plan.monthly, plan.annual]
}

fn sold(plan: &Plan<'_>) -> BTreeSet<String> {
    prices(plan).into_iter().flatten().map(str::to_owned).collect()
}

/// The prices by which somebody has the plan.
fn meaning(plan: &Plan<'_>) -> BTreeSet<String> {
    sold(plan).into_iter().chain(plan.legacy_prices.iter().map(|price| price.id.to_owned())).collect()
}

fn hooks<'a>(changes: &mut Changes, old: &Payments<'a>, new: &Payments<'a>) {
    let named = |hook: &PaymentHook<'a>| format!("effect {} on {}", hook.handler, hook.event);
    for pair in pairs(old.hooks.iter(), new.hooks.iter(), |hook| (hook.event, hook.handler.to_owned())) {
        match pair {
            Pair::Added(hook) => changes.add(Block::Payments, SUBJECT, [], named(&hook) + " added"),
            Pair::Removed(hook) => changes.add(Block::Payments, SUBJECT, [], named(&hook) + " removed"),
            Pair::Both(old, new) if old.options != new.options => {
                let message =
                    format!("{}: {}; before {}", named(&new), tries(&new.options), tries(&old.options));
                changes.add(Block::Payments, SUBJECT, [], message);
            }
            Pair::Both(..) => {}
        }
    }
}
