//! What a reader sees of `KEYS`.

use serde::{Serialize, Serializer};

use super::{ApiKeys, GrantRecord, ScopeRecord, action};
use crate::record::NONE;
use crate::view::{Items, View};

/// A set of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actions(
    /// Bits of [`action`].
    pub u8,
);

impl Actions {
    /// Whether every action of `other` is in the set.
    pub const fn contains(self, other: u8) -> bool {
        self.0 & other == other
    }

    /// The actions' words: `read`, `insert`, `update`, `delete`.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let words = [
            (action::READ, "read"),
            (action::INSERT, "insert"),
            (action::UPDATE, "update"),
            (action::DELETE, "delete"),
        ];
        words.into_iter().filter(move |&(bit, _)| self.contains(bit)).map(|(_, word)| word)
    }
}

impl Serialize for Actions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.words())
    }
}

/// One scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Scope<'a> {
    /// Its name.
    pub name: &'a str,
    /// The name of its system principal.
    pub system: &'a str,
    /// What it grants, by entity.
    pub grants: Items<'a, Grant<'a>>,
}

/// All that one scope may do to one entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Grant<'a> {
    /// The entity's name.
    pub entity: &'a str,
    /// What is granted at all.
    pub actions: Actions,
    /// What is granted on all rows and all fields.
    pub unconditional: Actions,
    /// The entity's number in `DATA`; none for `__User`.
    #[serde(skip)]
    pub entity_index: Option<u32>,
    /// First grant and number of grants in `PLCY`.
    #[serde(skip)]
    pub policies: (u32, u32),
}

impl<'a> ApiKeys<'a> {
    /// All scopes, by name.
    pub fn scopes(&self) -> Items<'a, Scope<'a>> {
        Items::new(*self, self.scopes)
    }

    /// The scope of this name.
    pub fn scope(&self, name: &str) -> Option<Scope<'a>> {
        let by_name = |scope: &ScopeRecord| self.texts.bytes(scope.name).cmp(name.as_bytes());
        self.scopes().get(self.scopes.binary_search_by(by_name).ok()?)
    }
}

impl<'a> Scope<'a> {
    /// Whether it grants all of `actions` on some rows of the entity of this number.
    pub fn allows(&self, entity: u32, actions: u8) -> bool {
        self.grants.iter().any(|grant| grant.entity_index == Some(entity) && grant.actions.contains(actions))
    }
}

impl<'a> View<'a> for Scope<'a> {
    type Section = ApiKeys<'a>;
    type Record = ScopeRecord;

    fn of(keys: ApiKeys<'a>, record: &'a ScopeRecord) -> Self {
        Self {
            name: keys.texts.get(record.name),
            system: keys.texts.get(record.system),
            grants: Items::new(keys, record.grants.of(keys.grants)),
        }
    }
}

impl<'a> View<'a> for Grant<'a> {
    type Section = ApiKeys<'a>;
    type Record = GrantRecord;

    fn of(keys: ApiKeys<'a>, record: &'a GrantRecord) -> Self {
        Self {
            entity: keys.texts.get(record.entity_name),
            actions: Actions(record.actions),
            unconditional: Actions(record.unconditional),
            entity_index: Some(record.entity.get()).filter(|&entity| entity != NONE),
            policies: (record.policies.first.get(), record.policies.count.get()),
        }
    }
}
