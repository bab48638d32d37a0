//! Hooks and schedules as text.

use inspire::words::milliseconds;
use inspire_artifact::hook::{EffectOptions, Hook, Hooks};

use super::text::Sheet;
use crate::table::Table;

impl Sheet {
    pub(super) fn hooks(&mut self, hooks: Hooks<'_>) {
        let mut table = Table::default();
        for hook in hooks.hooks().iter() {
            if table.is_empty() {
                table.row(["ENTITY", "EVENT", "KIND", "HANDLER", "RETRIES", "BACKOFF", "TIMEOUT"]);
            }
            table.row(row(&hook));
        }
        self.piece("Hooks", &table);
        let mut table = Table::default();
        for schedule in hooks.schedules().iter() {
            if table.is_empty() {
                table.row(["NAME", "TIME (UTC)", "FUNCTION", "TIMEOUT"]);
            }
            let timeout = milliseconds(schedule.timeout_ms);
            table.row([schedule.name, schedule.cron, schedule.function, &timeout]);
        }
        self.piece("Schedules", &table);
    }
}

fn row(hook: &Hook<'_>) -> Vec<String> {
    let event = match hook.field {
        Some(field) => format!("{} of {field}", hook.event),
        None => hook.event.to_string(),
    };
    let mut cells = vec![hook.entity.to_owned(), event, hook.kind.to_string(), hook.handler.to_owned()];
    match &hook.options {
        Some(options) => cells.extend(effect(options)),
        None => cells.extend(["–"; 3].map(str::to_owned)),
    }
    cells
}

/// How an effect is tried again: retries with the time they are spread over, backoff and timeout.
pub(super) fn effect(options: &EffectOptions) -> [String; 3] {
    let over: u64 = (1..=options.retries).map(|retry| options.delay_before_ms(retry)).sum();
    let retries = match options.retries {
        0 => "none".to_owned(),
        1 => format!("1 after {}", milliseconds(over)),
        n => format!("{n} over {}", milliseconds(over)),
    };
    let backoff = format!("{} {}", options.backoff, milliseconds(options.delay_ms));
    [retries, backoff, milliseconds(options.timeout_ms)]
}
