//! `HOOK`

use inspire_artifact::debug::Subject;
use inspire_artifact::hook::{Backoff, HookKind, HookRecord, ScheduleRecord, Tables};
use inspire_artifact::{NONE, Text};

use super::{Origins, add_doc, entity_index, field_index};
use crate::model::{Data, EffectOptions, Hook, Schedule};

const HOOKS: u8 = 0;
const SCHEDULES: u8 = 1;

/// What a trigger has in the place of options.
const TRIGGER: EffectOptions =
    EffectOptions { retries: 0, backoff: Backoff::Exponential, delay_ms: 0, timeout_ms: 0 };

pub(super) fn lower<'a>(
    hooks: &[Hook<'a>],
    schedules: &[Schedule<'a>],
    data: &Data<'a>,
    origins: &mut Origins<'_, 'a>,
) -> Tables {
    let mut tables = Tables::default();
    for (i, hook) in hooks.iter().enumerate() {
        let record = self::hook(&mut tables, hook, data);
        tables.hooks.push(record);
        let doc = origins.doc(hook.location.file, hook.location.span.start);
        add_doc(&mut tables.strings, &mut tables.docs, HOOKS.into(), i, doc);
        origins.place(Subject::Hooks, HOOKS, i, hook.location);
    }
    for (i, schedule) in schedules.iter().enumerate() {
        let record = ScheduleRecord {
            name: tables.strings.intern(schedule.name),
            cron: tables.strings.intern(schedule.cron),
            function: tables.strings.intern(schedule.function),
            timeout_ms: schedule.timeout_ms.into(),
        };
        tables.schedules.push(record);
        let doc = origins.doc(schedule.location.file, schedule.start);
        add_doc(&mut tables.strings, &mut tables.docs, SCHEDULES.into(), i, doc);
        origins.place(Subject::Hooks, SCHEDULES, i, schedule.location);
    }
    tables
}

fn hook(tables: &mut Tables, hook: &Hook<'_>, data: &Data<'_>) -> HookRecord {
    let kind = if hook.effect.is_some() { HookKind::Effect } else { HookKind::Trigger };
    let options = hook.effect.unwrap_or(TRIGGER);
    HookRecord {
        entity: entity_index(hook.entity).into(),
        entity_name: tables.strings.intern(data.entity(hook.entity).name),
        event: hook.event.into(),
        field: hook.field.map_or(NONE, field_index).into(),
        field_name: hook.field.map_or(Text::EMPTY, |field| tables.strings.intern(data.field(field).name)),
        kind: kind.into(),
        handler: tables.strings.intern(hook.handler),
        retries: options.retries,
        backoff: options.backoff.into(),
        delay_ms: options.delay_ms.into(),
        timeout_ms: options.timeout_ms.into(),
    }
}
