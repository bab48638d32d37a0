//! Changes of policies against what policies mean: every caller, row, field and action is tried on both sides.

use inspire::diff::Effect;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::texts;

/// A policy of the entity under test.
#[derive(Clone, Debug)]
struct Policy {
    grant: bool,
    actions: Vec<&'static str>,
    /// The fields that `read` and `update` are restricted to; all if there is none.
    fields: Vec<&'static str>,
    to: &'static str,
    /// One inner list must hold as a whole.
    any: Vec<Vec<Part>>,
}

/// A part of a condition.
#[derive(Clone, Copy, Debug)]
struct Part {
    text: &'static str,
    holds: fn(&Row) -> Option<bool>,
}

/// A row; `maybe` may be null.
#[derive(Clone, Copy, Debug)]
struct Row {
    open: bool,
    kind: &'static str,
    maybe: Option<bool>,
}

const FIELDS: [&str; 3] = ["open", "kind", "maybe"];
const ACTIONS: [&str; 4] = ["read", "insert", "update", "delete"];
const AUDIENCES: [&str; 4] = ["to @public", "to *", "to role(Editor)", "to role(Owner)"];
/// Callers, with the audiences they belong to.
const CALLERS: [&[&str]; 4] = [
    &["to @public"],
    &["to @public", "to *"],
    &["to @public", "to *", "to role(Editor)"],
    &["to @public", "to *", "to role(Owner)"],
];
const PARTS: [Part; 7] = [
    Part { text: "resource.open == true", holds: |row| Some(row.open) },
    Part { text: "!(resource.open == true)", holds: |row| Some(!row.open) },
    Part { text: "resource.kind == \"a\"", holds: |row| Some(row.kind == "a") },
    Part { text: "resource.kind in [\"a\", \"b\"]", holds: |row| Some(row.kind != "c") },
    Part { text: "resource.kind in [\"b\", \"c\"]", holds: |row| Some(row.kind != "a") },
    Part { text: "\"c\" != resource.kind", holds: |row| Some(row.kind != "c") },
    Part { text: "resource.maybe == true", holds: |row| row.maybe },
];

impl Policy {
    fn text(&self) -> String {
        let effect = if self.grant { "@grant" } else { "@deny" };
        let actions = self.actions.iter().map(|action| match (*action, self.fields.as_slice()) {
            ("read" | "update", fields @ [_, ..]) => format!("{action}({})", fields.join(", ")),
            _ => (*action).to_owned(),
        });
        let actions = actions.collect::<Vec<_>>().join(", ");
        let all = |parts: &Vec<Part>| {
            let texts: Vec<_> = parts.iter().map(|part| part.text).collect();
            if texts.len() > 1 { format!("({})", texts.join(" && ")) } else { texts.concat() }
        };
        let any: Vec<_> = self.any.iter().map(all).collect();
        let clause = if any.is_empty() { String::new() } else { format!(" where {}", any.join(" || ")) };
        format!("  {effect} {actions} {}{clause}\n", self.to)
    }

    fn applies(&self, caller: &[&str], action: &str, field: &str, row: &Row) -> bool {
        let restricted = matches!(action, "read" | "update") && !self.fields.is_empty();
        self.actions.contains(&action)
            && caller.contains(&self.to)
            && (!restricted || self.fields.contains(&field))
            && self.holds(row)
    }

    /// A comparison with null is false; a deny whose condition met a null applies.
    fn holds(&self, row: &Row) -> bool {
        let met_null = self.any.iter().flatten().any(|part| (part.holds)(row).is_none());
        let all = |parts: &Vec<Part>| parts.iter().all(|part| (part.holds)(row) == Some(true));
        self.any.is_empty() || self.any.iter().any(all) || met_null && !self.grant
    }
}

fn allowed(policies: &[Policy], caller: &[&str], action: &str, field: &str, row: &Row) -> bool {
    let applies = |grant: bool| {
        let mut some = policies.iter().filter(|policy| policy.grant == grant);
        some.any(|policy| policy.applies(caller, action, field, row))
    };
    applies(true) && !applies(false)
}

/// Whether somebody may do what they might not before, and whether somebody may not do what they might.
fn moved(old: &[Policy], new: &[Policy]) -> (bool, bool) {
    let (mut wider, mut narrower) = (false, false);
    for caller in CALLERS {
        for action in ACTIONS {
            for field in FIELDS {
                for open in [true, false] {
                    for kind in ["a", "b", "c"] {
                        for maybe in [None, Some(true), Some(false)] {
                            let row = Row { open, kind, maybe };
                            let before = allowed(old, caller, action, field, &row);
                            let now = allowed(new, caller, action, field, &row);
                            wider |= now && !before;
                            narrower |= before && !now;
                        }
                    }
                }
            }
        }
    }
    (wider, narrower)
}

fn schema(policies: &[Policy]) -> String {
    let policies: String = policies.iter().map(Policy::text).collect();
    format!(
        "auth {{ providers: [github] }}\n\
         @system(\"editor\") {{ displayName: \"Editor\" }}\n\
         @system(\"owner\") {{ displayName: \"Owner\" }}\n\
         entity Thing {{\n  open: boolean\n  kind: string\n  maybe: boolean?\n{policies}}}\n"
    )
}

fn policy() -> impl Strategy<Value = Policy> {
    let condition = prop::collection::vec(prop::collection::vec(select(PARTS.to_vec()), 1..3), 0..3);
    (prop::bool::weighted(0.7), subsequence(ACTIONS.to_vec(), 1..=4), subsequence(FIELDS.to_vec(), 0..=2))
        .prop_flat_map(move |(grant, actions, fields)| {
            (Just((grant, actions, fields)), select(AUDIENCES.to_vec()), condition.clone())
        })
        .prop_map(|((grant, actions, fields), to, any)| Policy { grant, actions, fields, to, any })
}

/// Policies, and the same with some of them changed.
fn changed() -> impl Strategy<Value = [Vec<Policy>; 2]> {
    let change = (any::<prop::sample::Index>(), prop::option::of(policy()));
    (prop::collection::vec(policy(), 1..5), prop::collection::vec(change, 1..3)).prop_map(|(old, changes)| {
        let mut new = old.clone();
        for (at, policy) in changes {
            let at = at.index(old.len()).min(new.len().saturating_sub(1));
            match policy {
                Some(policy) if new.is_empty() => new.push(policy),
                Some(policy) => new[at] = policy,
                None if !new.is_empty() => drop(new.remove(at)),
                None => {}
            }
        }
        [old, new]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_access_is_told_as_less([old, new] in changed()) {
        let (wider, narrower) = moved(&old, &new);
        let diff = texts(&schema(&old), &schema(&new));
        let unsure = diff.of(Effect::Widens).any(|change| !change.certain);
        prop_assert!(!wider || diff.counts.widens > 0, "{}", diff.to_text(None));
        prop_assert!(!narrower || diff.counts.narrows > 0 || unsure, "{}", diff.to_text(None));
    }
}
