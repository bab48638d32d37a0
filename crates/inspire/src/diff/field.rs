//! One field, of an entity, an embedded type or a validation type: what a change means for those who send and read it.

use inspire_artifact::entity::{FieldFlags, OnDelete, Rule, RuleKind, field_flag};
use inspire_artifact::{Literal, entity, validation};
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Effect;
use crate::words;

/// Said of a field on whose value it depends who may do what.
const DECIDES: &str = "; access depends on this field";

/// What entities and validation types know of a field alike.
#[derive(Clone)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    /// The type without `?`.
    pub(super) type_name: String,
    pub(super) flags: FieldFlags,
    pub(super) on_delete: Option<OnDelete>,
    pub(super) default: Option<Literal<'a>>,
    /// The one value that it can have.
    value: Option<&'a str>,
    rules: Vec<Rule<'a>>,
}

/// What a field is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It is stored: sent and read.
    Stored,
    /// It is a part of a request: only sent.
    Sent,
}

/// What one thing about a field comes to.
pub(super) struct Aspect {
    pub(super) effects: Vec<Effect>,
    pub(super) certain: bool,
    pub(super) message: String,
}

impl<'a> From<entity::Field<'a>> for Field<'a> {
    fn from(field: entity::Field<'a>) -> Self {
        let type_name = words::field_type(field.kind, field.target, field.target_field, field.digits);
        Self {
            name: field.name,
            type_name: type_name + array(field.flags),
            flags: field.flags,
            on_delete: field.on_delete,
            default: field.default,
            value: None,
            rules: field.rules.iter().collect(),
        }
    }
}

impl<'a> From<validation::Field<'a>> for Field<'a> {
    fn from(field: validation::Field<'a>) -> Self {
        let type_name = words::field_type(field.kind, field.target, field.target_field, field.digits);
        Self {
            name: field.name,
            type_name: type_name + array(field.flags),
            flags: field.flags,
            on_delete: None,
            default: field.default,
            value: field.value,
            rules: field.rules.iter().collect(),
        }
    }
}

fn array(flags: FieldFlags) -> &'static str {
    if flags.contains(field_flag::ARRAY) { "[]" } else { "" }
}

impl Field<'_> {
    fn has(&self, flag: u32) -> bool {
        self.flags.contains(flag)
    }

    /// Whether `@sensitive` or `@pii` marks it.
    pub(super) fn is_marked(&self) -> bool {
        self.has(field_flag::SENSITIVE) || self.has(field_flag::PII)
    }

    /// Whether whoever sends the thing it belongs to may leave it out.
    pub(super) fn may_be_left_out(&self) -> bool {
        let optional = [field_flag::NULLABLE, field_flag::OPTIONAL, field_flag::IMPLICIT];
        self.default.is_some() || optional.iter().any(|flag| self.has(*flag))
    }

    /// Its type as it is declared.
    pub(super) fn declaration(&self) -> String {
        let suffix = if self.has(field_flag::NULLABLE) { "?" } else { "" };
        format!("{}{suffix}", self.type_name)
    }
}

impl Aspect {
    fn new(effect: Option<Effect>, message: impl Into<String>) -> Self {
        Self { effects: effect.into_iter().collect(), certain: true, message: message.into() }
    }
}

/// Everything about a field that changed; `decides` tells whether access depends on its value.
pub(super) fn aspects<'a>(old: &Field<'a>, new: &Field<'a>, usage: Use, decides: bool) -> Vec<Aspect> {
    let mut found = Vec::new();
    kind(&mut found, old, new, usage, decides);
    default(&mut found, old, new, decides);
    marks(&mut found, old, new);
    keys(&mut found, old, new);
    rules(&mut found, old, new);
    if let (Some(old), Some(new)) = (old.on_delete, new.on_delete) {
        on_delete(&mut found, old, new);
    }
    found
}

fn kind<'a>(found: &mut Vec<Aspect>, old: &Field<'a>, new: &Field<'a>, usage: Use, decides: bool) {
    if old.type_name != new.type_name {
        let message = format!("type {}; before {}", new.declaration(), old.declaration());
        found.push(match decides {
            true => Aspect {
                effects: vec![Effect::Widens, Effect::Breaks],
                certain: false,
                message: message + DECIDES,
            },
            false => Aspect::new(Some(Effect::Breaks), message),
        });
    }
    if old.value != new.value {
        let value = |field: &Field<'a>| field.value.map_or("any".to_owned(), |value| format!("{value:?}"));
        let message = format!("value {}; before {}", value(new), value(old));
        found.push(Aspect::new(Some(Effect::Breaks), message));
    }
    match (old.has(field_flag::NULLABLE), new.has(field_flag::NULLABLE)) {
        (false, true) if usage == Use::Stored => {
            found.push(Aspect::new(Some(Effect::Breaks), "may be null, which readers must expect"));
        }
        (false, true) => found.push(Aspect::new(None, "may be null")),
        (true, false) => found.push(Aspect::new(Some(Effect::Breaks), "may no longer be null")),
        _ => match (old.may_be_left_out(), new.may_be_left_out()) {
            (true, false) => found.push(Aspect::new(Some(Effect::Breaks), "must be given")),
            (false, true) => found.push(Aspect::new(None, "may be left out")),
            _ => {}
        },
    }
}

fn default<'a>(found: &mut Vec<Aspect>, old: &Field<'a>, new: &Field<'a>, decides: bool) {
    if old.default == new.default {
        return;
    }
    let shown = |field: &Field<'a>| field.default.as_ref().map_or_else(|| "none".to_owned(), literal);
    let message = format!("default {}; before {}", shown(new), shown(old));
    found.push(match decides && new.default.is_some() {
        true => Aspect { effects: vec![Effect::Widens], certain: false, message: message + DECIDES },
        false => Aspect::new(None, message),
    });
}

fn literal(literal: &Literal<'_>) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::String(text) => format!("{text:?}"),
        Literal::Number(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
        Literal::Member(member) => (*member).to_owned(),
    }
}

fn marks<'a>(found: &mut Vec<Aspect>, old: &Field<'a>, new: &Field<'a>) {
    for (mark, word) in [(field_flag::SENSITIVE, "@sensitive"), (field_flag::PII, "@pii")] {
        match (old.has(mark), new.has(mark)) {
            (true, false) => {
                found.push(Aspect::new(Some(Effect::Widens), format!("no longer marked {word}")));
            }
            (false, true) => found.push(Aspect::new(None, format!("marked {word}"))),
            _ => {}
        }
    }
}

fn keys<'a>(found: &mut Vec<Aspect>, old: &Field<'a>, new: &Field<'a>) {
    match (old.has(field_flag::PRIMARY_KEY), new.has(field_flag::PRIMARY_KEY)) {
        (true, false) => found.push(Aspect::new(Some(Effect::Breaks), "no longer the primary key")),
        (false, true) => found.push(Aspect::new(Some(Effect::Breaks), "the primary key")),
        _ => {}
    }
    match (old.has(field_flag::UNIQUE), new.has(field_flag::UNIQUE)) {
        (true, false) => found.push(Aspect::new(None, "no longer unique")),
        (false, true) => found.push(Aspect::new(Some(Effect::Breaks), "unique")),
        _ => {}
    }
}

fn rules<'a>(found: &mut Vec<Aspect>, old: &Field<'a>, new: &Field<'a>) {
    let flags = [
        (field_flag::EMAIL, Some(Effect::Breaks), "an e-mail address"),
        (field_flag::URL, Some(Effect::Breaks), "a URL"),
        (field_flag::TRIM, None, "trimmed"),
    ];
    for (flag, tighter, word) in flags {
        match (old.has(flag), new.has(flag)) {
            (true, false) => found.push(Aspect::new(None, format!("no longer {word}"))),
            (false, true) => found.push(Aspect::new(tighter, word)),
            _ => {}
        }
    }
    let mut both: BTreeMap<RuleKind, (Option<&Literal<'a>>, Option<&Literal<'a>>)> = BTreeMap::new();
    for rule in &old.rules {
        both.entry(rule.kind).or_default().0 = Some(&rule.value);
    }
    for rule in &new.rules {
        both.entry(rule.kind).or_default().1 = Some(&rule.value);
    }
    for (kind, (old, new)) in both.into_iter().filter(|(_, (old, new))| old != new) {
        let shown = |value: Option<&Literal<'a>>| value.map_or_else(|| "none".to_owned(), literal);
        let message = format!("{} {}; before {}", words::rule(kind), shown(new), shown(old));
        found.push(Aspect::new(is_tighter(kind, old, new).then_some(Effect::Breaks), message));
    }
}

/// Whether something that passed `old` may fail `new`.
fn is_tighter<'a>(kind: RuleKind, old: Option<&Literal<'a>>, new: Option<&Literal<'a>>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return new.is_some() };
    let (Literal::Number(old), Literal::Number(new)) = (old, new) else { return true };
    let scaled = |mantissa: i64, scale: u8, other: u8| {
        i128::from(mantissa).saturating_mul(10_i128.saturating_pow(u32::from(other.saturating_sub(scale))))
    };
    let order = scaled(new.mantissa, new.scale, old.scale).cmp(&scaled(old.mantissa, old.scale, new.scale));
    match kind {
        RuleKind::MinLength | RuleKind::Min => order == Ordering::Greater,
        RuleKind::MaxLength | RuleKind::Max | RuleKind::MaxSize => order == Ordering::Less,
        RuleKind::Regex | RuleKind::Accept => true,
    }
}

/// From the least to the most that the removal of another row does to the rows here.
fn reach(on_delete: OnDelete) -> u8 {
    match on_delete {
        OnDelete::Restrict => 0,
        OnDelete::SetNull => 1,
        OnDelete::Cascade => 2,
    }
}

fn on_delete(found: &mut Vec<Aspect>, old: OnDelete, new: OnDelete) {
    let what = match new {
        OnDelete::Restrict => "the row it refers to can no longer be removed",
        OnDelete::SetNull => "it becomes null when the row it refers to is removed",
        OnDelete::Cascade => "the row goes when the row it refers to is removed",
    };
    let effects = match reach(new).cmp(&reach(old)) {
        Ordering::Greater => vec![Effect::Widens],
        Ordering::Less if new == OnDelete::Restrict => vec![Effect::Narrows, Effect::Breaks],
        Ordering::Less => vec![Effect::Narrows],
        Ordering::Equal => return,
    };
    found.push(Aspect { effects, certain: true, message: format!("{what}; before {old}") });
}
