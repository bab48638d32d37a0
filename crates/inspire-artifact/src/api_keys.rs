//! `KEYS`: the scopes of API keys and what each may do.
//!
//! Scopes are sorted by name, the grants of a scope by entity, one for each.

use zerocopy::little_endian::U32;

use crate::record::{List, Text, flags, records};
use crate::table::tables;

mod check;
mod view;

pub use view::{Actions, Grant, Scope};

flags! {
    /// Bits of `actions` cells, here and in `PLCY`.
    pub mod action: u8 {
        /// Read rows.
        READ = 1,
        /// Add rows.
        INSERT = 2,
        /// Change rows.
        UPDATE = 4,
        /// Remove rows.
        DELETE = 8,
        =>
    }
}

records! {
    /// One scope; the table is sorted by `name`.
    pub struct ScopeRecord {
        /// Its name.
        pub name: Text,
        /// The name of its system principal.
        pub system: Text,
        /// Into `grants`.
        pub grants: List,
    }

    /// All that one scope may do to one entity; sorted by `entity` within the scope.
    pub struct GrantRecord {
        /// The entity in `DATA`; NONE for `__User`, which stands last.
        pub entity: U32,
        /// The entity's name.
        pub entity_name: Text,
        /// Bits of [`action`] granted at all; never 0.
        pub actions: u8,
        /// Those of `actions` that some grant gives on all rows and all fields.
        pub unconditional: u8,
        /// The grants themselves, into `policies` of `PLCY`.
        pub policies: List,
    }
}

tables! {
    /// The `KEYS` section of a file.
    pub struct ApiKeys = Keys {
        /// Sorted by name.
        scopes: ScopeRecord,
        /// Tiled by `scopes.grants`.
        grants: GrantRecord,
    }
}
