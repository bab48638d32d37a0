//! Hooks and schedules: functions of the app, and what makes them run.

pub use inspire_artifact::hook::{Backoff, EffectOptions, Event, HookKind};
use inspire_diagnostics::Location;

use super::{EntityId, FieldId};

/// `@on(…)`
#[derive(Debug)]
pub struct Hook<'a> {
    /// Where it is declared; its doc comment stands before this place.
    pub location: Location,
    /// The entity whose rows it is about.
    pub entity: EntityId,
    /// The change it is about.
    pub event: Event,
    /// The field whose change it is about; none for any.
    pub field: Option<FieldId>,
    /// The function that is called.
    pub handler: &'a str,
    /// How an effect is tried again; none for a trigger.
    pub effect: Option<EffectOptions>,
}

/// `schedule`
#[derive(Debug)]
pub struct Schedule<'a> {
    /// Where its name stands.
    pub location: Location,
    /// Where its declaration begins.
    pub start: u32,
    /// Its name.
    pub name: &'a str,
    /// Minute, hour, day, month and weekday, with one blank between them.
    pub cron: &'a str,
    /// The function that is called.
    pub function: &'a str,
    /// How long one run may take, in milliseconds.
    pub timeout_ms: u64,
}
