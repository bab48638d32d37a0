//! Namespaces: which rows belong to a tenant, and by which attribute of the principal.

use std::collections::{BTreeMap, HashSet};

use inspire_artifact::namespace::Namespace;
use inspire_artifact::{Artifact, DecodeError};

use super::pair::{Pair, pairs};
use super::{Block, Changes, Effect};

/// The namespaces of one artifact.
pub(super) struct Side<'a> {
    namespaces: Vec<Namespace<'a>>,
    entities: HashSet<&'a str>,
}

impl<'a> Side<'a> {
    pub(super) fn new(artifact: &'a Artifact<'_>) -> Result<Self, DecodeError> {
        let (section, data) = (artifact.namespaces()?, artifact.data()?);
        Ok(Self {
            namespaces: section.map(|section| section.namespaces().iter().collect()).unwrap_or_default(),
            entities: data.iter().flat_map(|data| data.entities().iter()).map(|one| one.name).collect(),
        })
    }

    /// The namespace of each entity that is in one and that `other` has as well.
    fn tenancies(&self, other: &Self) -> BTreeMap<&'a str, Namespace<'a>> {
        let members = |one: &Namespace<'a>| one.entities.iter().map(|member| member.entity);
        let all = self.namespaces.iter().flat_map(|one| members(one).map(|entity| (entity, *one)));
        all.filter(|(entity, _)| other.entities.contains(entity)).collect()
    }
}

pub(super) fn compare<'a>(changes: &mut Changes, old: &Side<'a>, new: &Side<'a>) {
    for pair in pairs(&old.namespaces, &new.namespaces, |one| one.name) {
        match pair {
            Pair::Added(one) => {
                changes.add(
                    Block::Namespace,
                    subject(one),
                    [],
                    format!("added, by principal.{}", one.attribute),
                );
            }
            Pair::Removed(one) => changes.add(Block::Namespace, subject(one), [], "removed"),
            Pair::Both(old, new) if old.attribute != new.attribute => {
                let message =
                    format!("by principal.{}; before by principal.{}", new.attribute, old.attribute);
                changes.add_unsure(Block::Namespace, subject(new), Effect::Widens, message);
            }
            Pair::Both(..) => {}
        }
    }
    let (old, new) = (old.tenancies(new), new.tenancies(old));
    for pair in pairs(&old, &new, |(entity, _)| **entity) {
        match pair {
            Pair::Added((entity, one)) => {
                let message = format!("enters namespace {}: users reach only rows of their tenant", one.name);
                changes.add(Block::Namespace, *entity, [Effect::Narrows], message);
            }
            Pair::Removed((entity, one)) => {
                let message = format!("leaves namespace {}: users reach rows of every tenant", one.name);
                changes.add(Block::Namespace, *entity, [Effect::Widens], message);
            }
            Pair::Both((entity, old), (_, new)) if old.name != new.name => {
                let message = format!("in namespace {}; before in {}", new.name, old.name);
                match old.attribute == new.attribute {
                    true => changes.add(Block::Namespace, *entity, [], message),
                    false => changes.add_unsure(Block::Namespace, *entity, Effect::Widens, message),
                }
            }
            Pair::Both(..) => {}
        }
    }
}

fn subject(one: &Namespace<'_>) -> String {
    format!("namespace {}", one.name)
}
