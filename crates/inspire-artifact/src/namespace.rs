//! `NSPC`: which entities belong to a tenant, and by which column.
//!
//! Namespaces are sorted by name, the entities of one by index; no entity is in two.

use zerocopy::little_endian::U32;

use crate::record::{List, Text, records};
use crate::table::tables;

mod check;
mod view;

pub use view::{Member, Namespace};

records! {
    /// One namespace; the table is sorted by `name`.
    pub struct NamespaceRecord {
        /// Its name.
        pub name: Text,
        /// The principal attribute that holds the tenant.
        pub attribute: Text,
        /// That attribute in `AUTH`.
        pub attribute_index: U32,
        /// Into `members`, sorted by entity.
        pub entities: List,
    }

    /// One entity of a namespace.
    pub struct MemberRecord {
        /// The entity in `DATA`.
        pub entity: U32,
        /// Its name.
        pub entity_name: Text,
        /// The column that holds the tenant.
        pub column: Text,
        /// That column in `fields` of `DATA`.
        pub field: U32,
    }
}

tables! {
    /// The `NSPC` section of a file.
    pub struct Namespaces = Namespaces {
        /// Sorted by name.
        namespaces: NamespaceRecord,
        /// Tiled by `namespaces.entities`.
        members: MemberRecord,
    }
}
