//! Hooks and schedules as text.

use inspire_artifact::hook::{EffectOptions, Hook, Hooks};

use super::text::Sheet;
use crate::table::Table;

impl Sheet {
    pub(super) fn hooks(&mut self, hooks: Hooks<'_>) {
        let mut table = Table::default();
        for hook in hooks.hooks().iter() {
            table.row([
                hook.entity.to_owned(),
                event(&hook),
                format!("{} {}", hook.kind.as_str(), hook.handler),
                hook.options.as_ref().map(options).unwrap_or_default(),
            ]);
        }
        self.piece("Hooks", &table);
        let mut table = Table::default();
        for schedule in hooks.schedules().iter() {
            table.row([
                schedule.name.to_owned(),
                format!("{} UTC", schedule.cron),
                schedule.function.to_owned(),
                format!("timeout {}", milliseconds(schedule.timeout_ms)),
            ]);
        }
        self.piece("Schedules", &table);
    }
}

fn event(hook: &Hook<'_>) -> String {
    match hook.field {
        Some(field) => format!("on {} of {field}", hook.event.as_str()),
        None => format!("on {}", hook.event.as_str()),
    }
}

/// How an effect is tried again, in one line.
pub(super) fn options(options: &EffectOptions) -> String {
    let tries = match options.retries {
        0 => "no retry".to_owned(),
        1 => "1 retry".to_owned(),
        n => format!("{n} retries"),
    };
    format!(
        "{tries}, {} {}, timeout {}",
        options.backoff.as_str(),
        milliseconds(options.delay_ms),
        milliseconds(options.timeout_ms)
    )
}

/// A duration the way a schema writes it.
fn milliseconds(ms: u64) -> String {
    const UNITS: [(u64, &str); 5] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];
    let mut rest = ms;
    let mut text = String::new();
    for (size, unit) in UNITS {
        if rest >= size {
            text += &format!("{}{unit}", rest / size);
            rest %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
