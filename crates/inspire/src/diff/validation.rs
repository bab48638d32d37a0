//! Validation types: what requests must be.

use inspire_artifact::validation::{Validation, Validations, Variant};

use super::field::{Field, Use, aspects};
use super::pair::{Pair, lists, pairs};
use super::{Block, Changes, Effect};

pub(super) fn compare<'a>(changes: &mut Changes, old: Option<Validations<'a>>, new: Option<Validations<'a>>) {
    let types = |section: Option<Validations<'a>>| {
        section.map(|section| section.validations().iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    for pair in pairs(types(old), types(new), |one| one.name.to_owned()) {
        match pair {
            Pair::Added(one) => changes.add(Block::Validation, one.name, [], "validation type added"),
            Pair::Removed(one) => {
                changes.add(Block::Validation, one.name, [Effect::Breaks], "validation type removed");
            }
            Pair::Both(old, new) => validation(changes, &old, &new),
        }
    }
}

fn validation<'a>(changes: &mut Changes, old: &Validation<'a>, new: &Validation<'a>) {
    if old.discriminant != new.discriminant {
        let told = |one: &Validation<'a>| match one.discriminant {
            Some(key) => format!("a union told apart by {key}"),
            None => "no union".to_owned(),
        };
        let message = format!("{}; before {}", told(new), told(old));
        return changes.add(Block::Validation, new.name, [Effect::Breaks], message);
    }
    let named = |one: &Variant<'a>| match one.tag {
        Some(tag) => format!("{}({tag:?})", new.name),
        None => new.name.to_owned(),
    };
    for pair in pairs(old.variants.iter(), new.variants.iter(), |one| one.tag.map(str::to_owned)) {
        match pair {
            Pair::Added(one) => changes.add(Block::Validation, named(&one), [], "variant added"),
            Pair::Removed(one) => {
                changes.add(Block::Validation, named(&one), [Effect::Breaks], "variant removed");
            }
            Pair::Both(old, new) => fields(changes, &named(&new), &old, &new),
        }
    }
}

fn fields<'a>(changes: &mut Changes, owner: &str, old: &Variant<'a>, new: &Variant<'a>) {
    let of = |one: &Variant<'a>| one.fields.iter().map(Field::from).collect::<Vec<_>>();
    let (old, new) = (of(old), of(new));
    let subject = |field: &Field<'a>| format!("{owner}.{}", field.name);
    if lists(old.iter().map(|one| one.name), new.iter().map(|one| one.name)).reordered {
        changes.add(Block::Validation, owner, [], "fields in another order");
    }
    for pair in pairs(&old, &new, |field| field.name.to_owned()) {
        match pair {
            Pair::Added(field) if field.may_be_left_out() => {
                let message = format!("field added, {}, which may be left out", field.declaration());
                changes.add(Block::Validation, subject(field), [], message);
            }
            Pair::Added(field) => {
                let message = format!("field added, {}, which must be given", field.declaration());
                changes.add(Block::Validation, subject(field), [Effect::Breaks], message);
            }
            Pair::Removed(field) => {
                changes.add(Block::Validation, subject(field), [Effect::Breaks], "field removed");
            }
            Pair::Both(old, new) => {
                for aspect in aspects(old, new, Use::Sent, false) {
                    let effects = aspect.effects.into_iter().collect();
                    changes.push(aspect.certain, Block::Validation, subject(new), effects, aspect.message);
                }
            }
        }
    }
}
