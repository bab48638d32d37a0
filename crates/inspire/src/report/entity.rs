//! One entity as the report shows it: who may do what to its rows, and which of its fields are marked.

use std::collections::{HashMap, HashSet};

use inspire_artifact::entity::{Data, Field, FieldFlags, FieldKind, field_flag};
use inspire_artifact::namespace::Namespaces;
use serde::Serialize;

use super::policy::{Action, Policy, Who};

/// An entity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entity<'a> {
    /// Its name; `__User` stands last, and only if a policy is about it.
    pub name: &'a str,
    /// The namespace it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Tenancy<'a>>,
    /// The fields that are marked `@sensitive` or `@pii`, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marked_fields: Vec<MarkedField<'a>>,
    /// Who may do what, at a glance.
    pub access: Access,
    /// Who may do what, in full: grants, then denies.
    pub policies: Vec<Policy<'a>>,
}

/// How the rows of an entity belong to a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tenancy<'a> {
    /// The namespace.
    pub name: &'a str,
    /// The principal attribute that holds the tenant; the tenant's field of the entity has the same name.
    pub attribute: &'a str,
}

/// An embedded type with marked fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Type<'a> {
    /// Its name.
    pub name: &'a str,
    /// The fields that are marked `@sensitive` or `@pii`, by name.
    pub marked_fields: Vec<MarkedField<'a>>,
}

/// A field that is marked, or that embeds a type with marked fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MarkedField<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it is `@sensitive`.
    #[serde(skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// Whether it is `@pii`.
    #[serde(skip_serializing_if = "is_false")]
    pub pii: bool,
    /// The embedded type whose fields are marked.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_name: Option<&'a str>,
}

/// Who may do what to the rows of an entity, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Access {
    /// Who may read them.
    pub read: Reach,
    /// Who may add them.
    pub insert: Reach,
    /// Who may change them.
    pub update: Reach,
    /// Who may remove them.
    pub delete: Reach,
}

/// How far each kind of caller reaches with one action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Reach {
    /// Everybody, signed in or not.
    #[serde(skip_serializing_if = "Extent::is_none")]
    pub anyone: Extent,
    /// Every signed-in user.
    #[serde(skip_serializing_if = "Extent::is_none")]
    pub signed_in: Extent,
    /// Users with some role.
    #[serde(skip_serializing_if = "Extent::is_none")]
    pub role: Extent,
    /// Some principal of the system itself.
    #[serde(skip_serializing_if = "Extent::is_none")]
    pub system: Extent,
    /// API keys of some scope.
    #[serde(skip_serializing_if = "Extent::is_none")]
    pub scope: Extent,
    /// Whether some deny takes of that.
    #[serde(skip_serializing_if = "is_false")]
    pub denied: bool,
}

/// How far a grant reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// There is no grant.
    #[default]
    None,
    /// Every grant has a condition, a membership or a list of fields.
    Some,
    /// Some grant has none of these.
    All,
}

impl Extent {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Access {
    /// How far callers reach with `action`.
    #[must_use]
    pub const fn of(&self, action: Action) -> &Reach {
        match action {
            Action::Read => &self.read,
            Action::Insert => &self.insert,
            Action::Update => &self.update,
            Action::Delete => &self.delete,
        }
    }

    fn new(policies: &[Policy<'_>]) -> Self {
        let mut access = Self::default();
        for policy in policies {
            for permission in &policy.actions {
                let reach = match permission.action {
                    Action::Read => &mut access.read,
                    Action::Insert => &mut access.insert,
                    Action::Update => &mut access.update,
                    Action::Delete => &mut access.delete,
                };
                let all = policy.covers_all_rows() && permission.fields.is_empty();
                reach.add(policy, if all { Extent::All } else { Extent::Some });
            }
        }
        access
    }
}

impl Reach {
    /// Whether there is no grant at all.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        [self.anyone, self.signed_in, self.role, self.system, self.scope].iter().all(Extent::is_none)
    }

    fn add(&mut self, policy: &Policy<'_>, extent: Extent) {
        if !policy.is_grant() {
            self.denied = true;
            return;
        }
        let kind = match policy.to {
            Who::Anyone => &mut self.anyone,
            Who::SignedIn => &mut self.signed_in,
            Who::Role { .. } => &mut self.role,
            Who::System { .. } => &mut self.system,
            Who::Scope { .. } => &mut self.scope,
        };
        *kind = extent.max(*kind);
    }
}

/// All entities, by name; `policies` stand by entity.
pub(super) fn all<'a>(
    data: Option<Data<'a>>,
    namespaces: Option<Namespaces<'a>>,
    policies: &[Policy<'a>],
) -> Vec<Entity<'a>> {
    let by_entity: HashMap<Option<u32>, &[Policy<'a>]> = policies
        .chunk_by(|a, b| a.entity_index == b.entity_index)
        .filter_map(|group| Some((group.first()?.entity_index, group)))
        .collect();
    let tenancies = tenancies(namespaces);
    let marked = data.map(marked_types).unwrap_or_default();
    let policies = |index| by_entity.get(&index).copied().unwrap_or_default();
    let mut entities = Vec::new();
    for (index, entity) in data.iter().flat_map(|data| data.entities().iter()).enumerate() {
        let policies = policies(u32::try_from(index).ok());
        entities.push(Entity {
            name: entity.name,
            namespace: tenancies.get(entity.name).copied(),
            marked_fields: marked_fields(entity.fields.iter(), &marked),
            access: Access::new(policies),
            policies: policies.to_vec(),
        });
    }
    let user = policies(None);
    entities.extend(user.first().map(|first| Entity {
        name: first.entity,
        namespace: None,
        marked_fields: Vec::new(),
        access: Access::new(user),
        policies: user.to_vec(),
    }));
    entities
}

/// The embedded types that have marked fields, by name.
pub(super) fn types(data: Data<'_>) -> Vec<Type<'_>> {
    let marked = marked_types(data);
    let types = data
        .types()
        .iter()
        .map(|one| Type { name: one.name, marked_fields: marked_fields(one.fields.iter(), &marked) });
    types.filter(|one| !one.marked_fields.is_empty()).collect()
}

fn tenancies(namespaces: Option<Namespaces<'_>>) -> HashMap<&str, Tenancy<'_>> {
    let all = namespaces.iter().flat_map(|section| section.namespaces().iter());
    all.flat_map(|one| {
        let tenancy = Tenancy { name: one.name, attribute: one.attribute };
        one.entities.iter().map(move |member| (member.entity, tenancy))
    })
    .collect()
}

fn marked_fields<'a>(
    fields: impl Iterator<Item = Field<'a>>,
    marked: &HashSet<&'a str>,
) -> Vec<MarkedField<'a>> {
    let mut found: Vec<_> = fields
        .map(|field| MarkedField {
            name: field.name,
            sensitive: field.flags.contains(field_flag::SENSITIVE),
            pii: field.flags.contains(field_flag::PII),
            type_name: embedded(&field).filter(|name| marked.contains(name)),
        })
        .filter(|field| field.sensitive || field.pii || field.type_name.is_some())
        .collect();
    found.sort_unstable_by_key(|field| field.name);
    found
}

fn embedded<'a>(field: &Field<'a>) -> Option<&'a str> {
    field.target.filter(|_| field.kind == FieldKind::Embedded)
}

fn is_marked(flags: FieldFlags) -> bool {
    flags.contains(field_flag::SENSITIVE) || flags.contains(field_flag::PII)
}

/// The embedded types that have marked fields, or embed one that has.
fn marked_types(data: Data<'_>) -> HashSet<&str> {
    let mut embedding: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut found = Vec::new();
    for one in data.types().iter() {
        for field in one.fields.iter() {
            if let Some(inner) = embedded(&field) {
                embedding.entry(inner).or_default().push(one.name);
            }
            if is_marked(field.flags) {
                found.push(one.name);
            }
        }
    }
    let mut marked = HashSet::new();
    while let Some(name) = found.pop() {
        if marked.insert(name) {
            found.extend(embedding.get(name).into_iter().flatten());
        }
    }
    marked
}
