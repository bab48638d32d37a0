//! What a reader sees of `NSPC`.

use serde::Serialize;

use super::{MemberRecord, NamespaceRecord, Namespaces};
use crate::view::{Items, View};

/// One namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Namespace<'a> {
    /// Its name.
    pub name: &'a str,
    /// The principal attribute that holds the tenant.
    pub attribute: &'a str,
    /// Its entities.
    pub entities: Items<'a, Member<'a>>,
}

/// One entity of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Member<'a> {
    /// Its name.
    pub entity: &'a str,
    /// The column that holds the tenant.
    pub column: &'a str,
}

impl<'a> Namespaces<'a> {
    /// All namespaces, by name.
    pub fn namespaces(&self) -> Items<'a, Namespace<'a>> {
        Items::new(*self, self.namespaces)
    }
}

impl<'a> View<'a> for Namespace<'a> {
    type Section = Namespaces<'a>;
    type Record = NamespaceRecord;

    fn of(section: Namespaces<'a>, record: &'a NamespaceRecord) -> Self {
        Self {
            name: section.texts.get(record.name),
            attribute: section.texts.get(record.attribute),
            entities: Items::new(section, record.entities.of(section.members)),
        }
    }
}

impl<'a> View<'a> for Member<'a> {
    type Section = Namespaces<'a>;
    type Record = MemberRecord;

    fn of(section: Namespaces<'a>, record: &'a MemberRecord) -> Self {
        Self { entity: section.texts.get(record.entity_name), column: section.texts.get(record.column) }
    }
}
