//! Plans and their prices as text.

use inspire::words::duration;
use inspire_artifact::payments::{Payments, Plan};
use inspire_diagnostics::visible;

use super::hook::effect;
use super::text::Sheet;
use crate::table::Table;

impl Sheet {
    pub(super) fn payments(&mut self, payments: &Payments<'_>) {
        let mut table = Table::default();
        for plan in payments.plans.iter() {
            table.row([plan.name.to_owned(), price(&plan), extras(&plan)]);
        }
        self.piece("Plans", &table);
        let mut table = Table::default();
        let settings = payments.settings;
        let payer = settings.billing_entity.map_or("users pay".to_owned(), |entity| format!("{entity} pays"));
        let seats = settings.seat_entity.map(|entity| format!("a seat for each {entity}"));
        let grace = settings.grace_period_seconds.zip(settings.grace_action).map(|(seconds, action)| {
            format!("{} after {} without payment", action.as_str(), duration(seconds))
        });
        let parts: Vec<_> = [Some(payer), seats, grace, Some(format!("key in secret {}", settings.secret))]
            .into_iter()
            .flatten()
            .collect();
        table.row([parts.join(", ")]);
        self.line("Payments", &table);
        let mut table = Table::default();
        for hook in payments.hooks.iter() {
            let [retries, backoff, timeout] = effect(&hook.options);
            if table.is_empty() {
                table.row(["EVENT", "EFFECT", "RETRIES", "BACKOFF", "TIMEOUT"]);
            }
            table.row([hook.event.as_str(), hook.handler, &retries, &backoff, &timeout]);
        }
        self.line("Events", &table);
    }
}

fn price(plan: &Plan<'_>) -> String {
    let id = |label: &str, id: Option<&str>| id.map(|id| format!("{label}{}", visible(id)));
    let prices: Vec<_> = [id("", plan.price), id("monthly ", plan.monthly), id("annual ", plan.annual)]
        .into_iter()
        .flatten()
        .collect();
    if prices.is_empty() { "free".to_owned() } else { prices.join(", ") }
}

fn extras(plan: &Plan<'_>) -> String {
    let legacy = match plan.legacy_prices.len() {
        0 => None,
        1 => Some("1 old price".to_owned()),
        n => Some(format!("{n} old prices")),
    };
    let seat = plan.per_seat.then(|| "per seat".to_owned());
    let trial = plan.trial_seconds.map(|seconds| format!("trial {}", duration(seconds)));
    [seat, trial, legacy].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
