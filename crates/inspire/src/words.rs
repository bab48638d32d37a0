//! Parts of an artifact in the words that people read: durations, actions, password rules, principal attributes.
//!
//! Names come as the artifact holds them; whoever prints the text makes hidden characters visible.

use inspire_artifact::api_keys::{Actions, action};
use inspire_artifact::auth::{Attribute, Binding, Condition, Operand, PasswordPolicy};
use inspire_artifact::entity::{FieldKind, RuleKind};
use inspire_artifact::routes::{RateLimit, Route};

/// Seconds in the largest unit that has no rest: `12 hours`.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (length, unit) =
        units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length)).unwrap_or((1, "second"));
    counted(seconds / length, unit)
}

/// Milliseconds the way a schema writes a duration: `1m30s`.
#[must_use]
pub fn milliseconds(ms: u64) -> String {
    const UNITS: [(u64, &str); 5] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];
    let mut rest = ms;
    let mut text = String::new();
    for (size, unit) in UNITS {
        if rest >= size {
            text += &format!("{}{unit}", rest / size);
            rest %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// The type of a field without `[]` and `?`, as it is written: `decimal(12, 2)`, `Guild.id`, `Rank`.
#[must_use]
pub fn field_type(
    kind: FieldKind,
    target: Option<&str>,
    target_field: Option<&str>,
    digits: Option<(u16, u16)>,
) -> String {
    match (target, target_field, digits) {
        (Some(target), Some(field), _) => format!("{target}.{field}"),
        (Some(target), None, _) => target.to_owned(),
        (None, _, Some((precision, scale))) => format!("decimal({precision}, {scale})"),
        (None, _, None) => kind.as_str().to_owned(),
    }
}

/// The annotation of a rule, without `@`: `minLength`.
#[must_use]
pub const fn rule(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::MinLength => "minLength",
        RuleKind::MaxLength => "maxLength",
        RuleKind::Min => "min",
        RuleKind::Max => "max",
        RuleKind::MaxSize => "maxSize",
        RuleKind::Regex => "regex",
        RuleKind::Accept => "accept",
    }
}

/// A number and what it counts: `1 day`, `2 days`.
fn counted(count: u64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Actions as they are written: `write` is `insert` and `update`.
#[must_use]
pub fn actions(actions: Actions) -> String {
    let write = action::INSERT | action::UPDATE;
    if !actions.contains(write) {
        return actions.words().collect::<Vec<_>>().join(", ");
    }
    let others = Actions(actions.0 & !write);
    let mut words: Vec<_> = others.words().collect();
    words.insert(words.iter().take_while(|word| **word == "read").count(), "write");
    words.join(", ")
}

/// What a route asks for: `session`, `apiKey(reader)`, `none`.
#[must_use]
pub fn auth(route: &Route<'_>) -> String {
    match route.scope {
        Some(scope) => format!("apiKey({scope})"),
        None => route.auth.as_str().to_owned(),
    }
}

/// A rate limit as it is written: `60/minute`.
#[must_use]
pub fn rate_limit(limit: RateLimit) -> String {
    format!("{}/{}", limit.count, limit.unit.as_str())
}

/// The rules of a password policy, one a text.
#[must_use]
pub fn password_rules(password: &PasswordPolicy) -> Vec<String> {
    let kinds = [
        (password.require_uppercase, "upper case"),
        (password.require_lowercase, "lower case"),
        (password.require_digit, "digit"),
        (password.require_special, "special character"),
    ];
    let kinds: Vec<_> = kinds.iter().filter(|(required, _)| *required).map(|(_, kind)| *kind).collect();
    let mut rules = vec![format!("{}–{} characters", password.min_length, password.max_length)];
    if !kinds.is_empty() {
        rules.push(format!("with {}", kinds.join(", ")));
    }
    rules.push(format!("common passwords {}", if password.block_common { "refused" } else { "allowed" }));
    rules.push(format!("breach check {}", if password.breach_check { "on" } else { "off" }));
    rules
}

/// A principal attribute as it is declared: `rank: Rank?`.
#[must_use]
pub fn declaration(attribute: &Attribute<'_>) -> String {
    let array = if attribute.array { "[]" } else { "" };
    let nullable = if attribute.nullable { "?" } else { "" };
    format!("{}: {}{array}{nullable}", attribute.name, attribute.type_name)
}

/// The field that a principal attribute is read from, and what its row must fulfil.
#[must_use]
pub fn source(attribute: &Attribute<'_>) -> String {
    let place = format!("{}.{}", attribute.entity, attribute.field);
    let conditions: Vec<_> =
        attribute.conditions.iter().map(|condition| equality(attribute.entity, &condition)).collect();
    if conditions.is_empty() { place } else { format!("{place} where {}", conditions.join(" && ")) }
}

/// How a principal attribute gets its value: what to say before and behind its [`source`].
#[must_use]
pub fn binding(attribute: &Attribute<'_>) -> (&'static str, &'static str) {
    match attribute.binding {
        Binding::User => ("from ", ""),
        Binding::SelectFrom => ("chosen from ", ""),
        Binding::From if attribute.single_row => ("from ", " (one row)"),
        Binding::From => ("from ", " (several rows may match)"),
    }
}

fn equality(entity: &str, condition: &Condition<'_>) -> String {
    let value = match condition.equals {
        Operand::String(text) => format!("{text:?}"),
        Operand::Int(number) => number.to_string(),
        Operand::Decimal(number) => number.to_string(),
        Operand::Bool(value) => value.to_string(),
        Operand::PrincipalId => "principal.id".to_owned(),
        Operand::Attribute(name) => format!("principal.{name}"),
    };
    format!("{entity}.{} == {value}", condition.field)
}
