//! Entities, enums and embedded types, with their fields.

use std::collections::{BTreeSet, HashMap, HashSet};

use inspire_artifact::entity::{Data, Entity, Enum, FieldKind, FieldName};
use inspire_artifact::{Artifact, DecodeError};

use super::field::{Field, Use, aspects};
use super::pair::{Pair, lists, pairs};
use super::{Block, Changes, Effect};
use crate::report::policy::{self, Action, Policy, Who};

/// The data of one artifact, and what access depends on.
pub(super) struct Side<'a> {
    data: Option<Data<'a>>,
    policies: Vec<Policy<'a>>,
    /// The fields, by entity and name, that conditions, memberships or the principal are read from.
    deciding: HashSet<(&'a str, &'a str)>,
}

impl<'a> Side<'a> {
    pub(super) fn new(artifact: &'a Artifact<'_>) -> Result<Self, DecodeError> {
        let (data, policies, keys) = (artifact.data()?, artifact.policies()?, artifact.api_keys()?);
        let mut deciding = HashSet::new();
        for attribute in artifact.auth()?.iter().flat_map(|auth| auth.attributes().iter()) {
            deciding.insert((attribute.entity, attribute.field));
            deciding.extend(attribute.conditions.iter().map(|one| (attribute.entity, one.field)));
        }
        if let (Some(data), Some(policies)) = (data, policies) {
            let owners = owners(data);
            deciding.extend(policies.fields_read().filter_map(|field| owners.get(field as usize).copied()));
        }
        let policies: Vec<Policy<'_>> = policies
            .map(|section| policy::each(section, data, keys).map(|(policy, _)| policy).collect())
            .unwrap_or_default();
        for (entity, via) in policies.iter().filter_map(|policy| Some((policy.entity, policy.via?))) {
            deciding.insert((via.junction, via.user_field));
            deciding.extend(via.junction_field.map(|field| (via.junction, field)));
            deciding.extend(via.entity_field.map(|field| (entity, field)));
        }
        Ok(Self { data, policies, deciding })
    }

    fn entities(&self) -> Vec<Entity<'a>> {
        self.data.map(|data| data.entities().iter().collect()).unwrap_or_default()
    }

    fn enums(&self) -> Vec<Enum<'a>> {
        self.data.map(|data| data.enums().iter().collect()).unwrap_or_default()
    }

    /// The embedded types, by name, with their fields.
    fn types(&self) -> Vec<(&'a str, Vec<Field<'a>>)> {
        let types = self.data.iter().flat_map(|data| data.types().iter());
        types.map(|one| (one.name, one.fields.iter().map(Field::from).collect())).collect()
    }

    /// The enums on whose members access depends.
    fn deciding_enums(&self) -> HashSet<&'a str> {
        let entities = self.entities();
        let fields = entities.iter().flat_map(|one| one.fields.iter().map(|field| (one.name, field)));
        let enums = fields.filter(|(_, field)| field.kind == FieldKind::Enum);
        enums
            .filter(|(entity, field)| self.deciding.contains(&(*entity, field.name)))
            .filter_map(|(_, field)| field.target)
            .collect()
    }
}

/// Entity and name of every field of an entity, by the field's number.
fn owners(data: Data<'_>) -> Vec<(&str, &str)> {
    let entities = data.entities().iter();
    entities.flat_map(|entity| entity.fields.iter().map(move |field| (entity.name, field.name))).collect()
}

pub(super) fn compare<'a>(changes: &mut Changes, old: &Side<'a>, new: &Side<'a>) {
    let readers = readers(&new.policies);
    for pair in pairs(old.entities(), new.entities(), |one| one.name.to_owned()) {
        match pair {
            Pair::Added(one) => changes.add(Block::Entity, one.name, [], "entity added"),
            Pair::Removed(one) => {
                let effects = [Effect::Narrows, Effect::Breaks];
                changes.add(Block::Entity, one.name, effects, "entity removed");
            }
            Pair::Both(was, is) => {
                let decides = |field: &str| {
                    old.deciding.contains(&(was.name, field)) || new.deciding.contains(&(is.name, field))
                };
                let readers = readers.get(is.name).copied().unwrap_or_default();
                let of = |one: &Entity<'a>| one.fields.iter().map(Field::from).collect::<Vec<_>>();
                fields(changes, is.name, &of(&was), &of(&is), readers, decides);
                uniques(changes, &was, &is);
            }
        }
    }
    enums(changes, old, new);
    for pair in pairs(old.types(), new.types(), |(name, _)| (*name).to_owned()) {
        match pair {
            Pair::Added((name, _)) => changes.add(Block::Entity, name, [], "type added"),
            Pair::Removed((name, _)) => changes.add(Block::Entity, name, [Effect::Breaks], "type removed"),
            Pair::Both((_, old), (name, new)) => {
                fields(changes, name, &old, &new, Readers::default(), |_| false);
            }
        }
    }
}

/// Who gets whatever field an entity gets, by grants that name no fields.
#[derive(Clone, Copy, Default)]
struct Readers {
    /// Anyone may read or set it.
    anyone: bool,
    /// Somebody may read it.
    somebody: bool,
}

fn readers<'a>(policies: &[Policy<'a>]) -> HashMap<&'a str, Readers> {
    let mut readers: HashMap<&str, Readers> = HashMap::new();
    for policy in policies.iter().filter(|policy| policy.is_grant()) {
        let known = readers.entry(policy.entity).or_default();
        for permission in policy.actions.iter().filter(|permission| permission.fields.is_empty()) {
            known.somebody |= permission.action == Action::Read;
            known.anyone |= permission.action != Action::Delete && policy.to == Who::Anyone;
        }
    }
    readers
}

fn fields<'a>(
    changes: &mut Changes,
    owner: &str,
    old: &[Field<'a>],
    new: &[Field<'a>],
    readers: Readers,
    decides: impl Fn(&str) -> bool,
) {
    let subject = |field: &Field<'a>| format!("{owner}.{}", field.name);
    if lists(old.iter().map(|one| one.name), new.iter().map(|one| one.name)).reordered {
        changes.add(Block::Entity, owner, [], "fields in another order");
    }
    for pair in pairs(old, new, |field| field.name.to_owned()) {
        match pair {
            Pair::Added(field) => added(changes, subject(field), field, readers),
            Pair::Removed(field) => {
                changes.add(Block::Entity, subject(field), [Effect::Breaks], "field removed");
            }
            Pair::Both(old, new) => {
                for aspect in aspects(old, new, Use::Stored, decides(new.name)) {
                    let effects = aspect.effects.into_iter().collect();
                    changes.push(aspect.certain, Block::Entity, subject(new), effects, aspect.message);
                }
            }
        }
    }
}

fn added(changes: &mut Changes, subject: String, field: &Field<'_>, readers: Readers) {
    let mut message = format!("field added, {}", field.declaration());
    let mut effects = Vec::new();
    if !field.may_be_left_out() {
        effects.push(Effect::Breaks);
        message += ", which must be given";
    }
    if readers.anyone {
        effects.push(Effect::Widens);
        message += "; grants to anyone give it, too";
    } else if readers.somebody && field.is_marked() {
        effects.push(Effect::Widens);
        message += "; grants without a list of fields give it, too";
    }
    changes.add(Block::Entity, subject, effects, message);
}

fn uniques<'a>(changes: &mut Changes, old: &Entity<'a>, new: &Entity<'a>) {
    let sets = |entity: &Entity<'a>| -> BTreeSet<BTreeSet<String>> {
        let names = |fields: inspire_artifact::Items<'a, FieldName<'a>>| {
            fields.iter().map(|field| field.name.to_owned()).collect()
        };
        entity.unique.iter().map(|unique| names(unique.fields)).collect()
    };
    let (before, now) = (sets(old), sets(new));
    let shown = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    for set in now.difference(&before) {
        let message = format!("[{}] unique together", shown(set));
        changes.add(Block::Entity, new.name, [Effect::Breaks], message);
    }
    for set in before.difference(&now) {
        let message = format!("[{}] no longer unique together", shown(set));
        changes.add(Block::Entity, new.name, [], message);
    }
}

fn enums<'a>(changes: &mut Changes, old: &Side<'a>, new: &Side<'a>) {
    let deciding: HashSet<&str> = old.deciding_enums().into_iter().chain(new.deciding_enums()).collect();
    for pair in pairs(old.enums(), new.enums(), |one| one.name.to_owned()) {
        match pair {
            Pair::Added(one) => changes.add(Block::Entity, one.name, [], "enum added"),
            Pair::Removed(one) => changes.add(Block::Entity, one.name, [Effect::Breaks], "enum removed"),
            Pair::Both(old, new) => members(changes, &old, &new, deciding.contains(new.name)),
        }
    }
}

fn members<'a>(changes: &mut Changes, old: &Enum<'a>, new: &Enum<'a>, decides: bool) {
    let names = |one: &Enum<'a>| one.members.iter().map(|member| member.name.to_owned()).collect::<Vec<_>>();
    let (before, now) = (names(old), names(new));
    let lists = lists(before.iter().map(String::as_str), now.iter().map(String::as_str));
    let mut harmless = |message: String| match decides {
        true => {
            let message = message + "; access depends on values of this enum";
            changes.add_unsure(Block::Entity, new.name, Effect::Widens, message);
        }
        false => changes.add(Block::Entity, new.name, [], message),
    };
    lists.added.iter().for_each(|member| harmless(format!("member {member} added")));
    if lists.reordered {
        harmless("members in another order".to_owned());
    }
    for member in lists.removed {
        changes.add(Block::Entity, new.name, [Effect::Breaks], format!("member {member} removed"));
    }
}
