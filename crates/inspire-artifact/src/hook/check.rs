//! The rules of `HOOK`.

use super::{Backoff, Event, HookKind, HookRecord, Hooks, cron};
use crate::check::{Check, Fault, Rules, ascending, at_most, hold, within, within_or_none};
use crate::limits;
use crate::meta::Counts;
use crate::record::NONE;
use crate::table::Place;

impl Rules for Hooks<'_> {
    fn check(&self, counts: &Counts) -> Check {
        at_most(self.hooks.len(), limits::HOOKS, "hooks")?;
        at_most(self.schedules.len(), limits::SCHEDULES, "schedules")?;
        for (record, hook) in self.hooks.iter().enumerate() {
            let place = Place { table: "hooks", record };
            within(hook.entity.get(), counts.entities(), place)?;
            within_or_none(hook.field.get(), counts.fields(), place)?;
            hold(!hook.entity_name.is_empty() && !hook.handler.is_empty(), place, "a name is empty")?;
            let has_field = hook.field.get() != NONE;
            hold(has_field != hook.field_name.is_empty(), place, "a field has no name, or a name no field")?;
            hold(!has_field || hook.event.get() == Event::Update, place, "only an update has a field")?;
            options(hook, place)?;
        }
        let sorted = self.hooks.is_sorted_by_key(|hook| hook.entity.get());
        hold(sorted, Place { table: "hooks", record: 0 }, "the records are not in order")?;
        for (record, schedule) in self.schedules.iter().enumerate() {
            let place = Place { table: "schedules", record };
            hold(!schedule.name.is_empty() && !schedule.function.is_empty(), place, "a name is empty")?;
            cron::check(self.texts.get(schedule.cron))
                .map_err(|error| Fault { place, rule: error.rule() })?;
            timeout(schedule.timeout_ms.get(), place)?;
        }
        ascending(self.schedules, "schedules", |record| self.texts.bytes(record.name))
    }
}

fn options(hook: &HookRecord, place: Place) -> Check {
    let (delay, time) = (hook.delay_ms.get(), hook.timeout_ms.get());
    match hook.kind.get() {
        HookKind::Trigger => {
            let none = hook.retries == 0 && delay == 0 && time == 0;
            hold(none && hook.backoff.get() == Backoff::Exponential, place, "a trigger has options")
        }
        HookKind::Effect => effect(hook.retries, delay, time, place),
    }
}

/// Proves that the options of an effect are in range.
pub(crate) fn effect(retries: u8, delay_ms: u64, timeout_ms: u64, place: Place) -> Check {
    hold(retries <= limits::RETRIES, place, "there are more than 100 retries")?;
    hold(delay_ms > 0 && delay_ms <= limits::BACKOFF_MS, place, "a delay is zero or over a day")?;
    timeout(timeout_ms, place)
}

fn timeout(ms: u64, place: Place) -> Check {
    hold(ms > 0 && ms <= limits::TIMEOUT_MS, place, "a timeout is zero or over 15 minutes")
}
