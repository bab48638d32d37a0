//! `HOOK`: what runs when rows change, and what runs at set times.
//!
//! The hooks of an entity stand in the order of the schema, which is the order in which those of one event run.

use zerocopy::little_endian::{U32, U64};

use crate::record::{Code, Text, codes, records};
use crate::table::tables;

pub(crate) mod check;
pub mod cron;
mod view;

pub use view::{EffectOptions, Hook, Schedule};

codes! {
    /// A change of a row.
    pub enum Event {
        /// A row came.
        Insert = 0 "insert",
        /// A row changed.
        Update = 1 "update",
        /// A row went.
        Delete = 2 "delete",
        => Insert
    }

    /// When a hook runs.
    pub enum HookKind {
        /// Within the change, which fails if the hook fails.
        Trigger = 0 "trigger",
        /// After the change, tried again if it fails.
        Effect = 1 "effect",
        => Trigger
    }

    /// How the delay before another try grows.
    pub enum Backoff {
        /// It doubles each time, up to a day.
        Exponential = 0 "exponential",
        /// It grows by the first delay each time, up to a day.
        Linear = 1 "linear",
        /// It stays.
        Fixed = 2 "fixed",
        => Exponential
    }
}

records! {
    /// One hook; the table is sorted by entity, hooks of one entity stand in the order of the schema.
    pub struct HookRecord {
        /// The entity in `DATA`.
        pub entity: U32,
        /// Its name.
        pub entity_name: Text,
        /// The change it is about.
        pub event: Code<Event>,
        /// The field in `DATA` whose change it is about, or NONE for any.
        pub field: U32,
        /// That field's name, else empty.
        pub field_name: Text,
        /// When it runs.
        pub kind: Code<HookKind>,
        /// The function that is called.
        pub handler: Text,
        /// How often an effect is tried again; 0 for a trigger.
        pub retries: u8,
        /// How the delay grows; `Exponential` for a trigger.
        pub backoff: Code<Backoff>,
        /// The first delay in milliseconds; 0 for a trigger.
        pub delay_ms: U64,
        /// How long one try of an effect may take, in milliseconds; 0 for a trigger.
        pub timeout_ms: U64,
    }

    /// One schedule; the table is sorted by `name`.
    pub struct ScheduleRecord {
        /// Its name.
        pub name: Text,
        /// Minute, hour, day, month and weekday in UTC, with one blank between them.
        pub cron: Text,
        /// The function that is called.
        pub function: Text,
        /// How long one run may take, in milliseconds.
        pub timeout_ms: U64,
    }
}

tables! {
    /// The `HOOK` section of a file.
    pub struct Hooks = Hooks {
        /// Sorted by entity.
        hooks: HookRecord,
        /// Sorted by name.
        schedules: ScheduleRecord,
    }
}
