//! What a reader sees of `HOOK`.

use serde::Serialize;

use super::{Backoff, Event, HookKind, HookRecord, Hooks, ScheduleRecord};
use crate::limits::BACKOFF_MS;
use crate::view::{Items, View};

/// One hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hook<'a> {
    /// The entity whose rows it is about.
    pub entity: &'a str,
    /// The change it is about.
    pub event: Event,
    /// The field whose change it is about; none for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'a str>,
    /// When it runs.
    pub kind: HookKind,
    /// The function that is called.
    pub handler: &'a str,
    /// How it is tried again; none for a trigger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<EffectOptions>,
}

/// How an effect is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EffectOptions {
    /// How often, after the first try.
    pub retries: u8,
    /// How the delay before another try grows.
    pub backoff: Backoff,
    /// The first delay in milliseconds.
    pub delay_ms: u64,
    /// How long one try may take, in milliseconds.
    pub timeout_ms: u64,
}

impl EffectOptions {
    /// How long to wait before the try again of this number, counted from 1, in milliseconds; never over a day.
    pub fn delay_before_ms(&self, retry: u8) -> u64 {
        let delay = match self.backoff {
            Backoff::Exponential => {
                let doublings = u32::from(retry.saturating_sub(1));
                self.delay_ms.saturating_mul(2_u64.saturating_pow(doublings))
            }
            Backoff::Linear => self.delay_ms.saturating_mul(retry.into()),
            Backoff::Fixed => self.delay_ms,
        };
        delay.min(BACKOFF_MS)
    }
}

/// One schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Schedule<'a> {
    /// Its name.
    pub name: &'a str,
    /// Minute, hour, day, month and weekday in UTC.
    pub cron: &'a str,
    /// The function that is called.
    pub function: &'a str,
    /// How long one run may take, in milliseconds.
    pub timeout_ms: u64,
}

impl<'a> Hooks<'a> {
    /// The hooks, by entity and then in the order of the schema.
    pub fn hooks(&self) -> Items<'a, Hook<'a>> {
        Items::new(*self, self.hooks)
    }

    /// The schedules, by name.
    pub fn schedules(&self) -> Items<'a, Schedule<'a>> {
        Items::new(*self, self.schedules)
    }
}

impl<'a> View<'a> for Hook<'a> {
    type Section = Hooks<'a>;
    type Record = HookRecord;

    fn of(section: Hooks<'a>, record: &'a HookRecord) -> Self {
        Self {
            entity: section.texts.get(record.entity_name),
            event: record.event.get(),
            field: section.texts.present(record.field_name),
            kind: record.kind.get(),
            handler: section.texts.get(record.handler),
            options: (record.kind.get() == HookKind::Effect).then(|| EffectOptions {
                retries: record.retries,
                backoff: record.backoff.get(),
                delay_ms: record.delay_ms.get(),
                timeout_ms: record.timeout_ms.get(),
            }),
        }
    }
}

impl<'a> View<'a> for Schedule<'a> {
    type Section = Hooks<'a>;
    type Record = ScheduleRecord;

    fn of(section: Hooks<'a>, record: &'a ScheduleRecord) -> Self {
        Self {
            name: section.texts.get(record.name),
            cron: section.texts.get(record.cron),
            function: section.texts.get(record.function),
            timeout_ms: record.timeout_ms.get(),
        }
    }
}
