//! The rules of `PAYM`.

use super::{PaymentTables, PlanRecord, SettingsRecord};
use crate::check::{Check, Rules, at_most, hold, tiles, within_or_none};
use crate::hook::check::effect;
use crate::limits;
use crate::meta::Counts;
use crate::record::NONE;
use crate::table::Place;

impl Rules for PaymentTables<'_> {
    fn check(&self, counts: &Counts) -> Check {
        at_most(self.plans.len(), limits::PLANS, "plans")?;
        at_most(self.hooks.len(), limits::HOOKS, "hooks")?;
        let place = Place { table: "settings", record: 0 };
        let [settings] = self.settings else { return hold(false, place, "there is not exactly one") };
        settings_are_whole(settings, counts, place)?;
        tiles(self.plans.iter().map(|plan| plan.legacy_prices), "plans", self.legacy_prices.len())?;
        for (record, plan) in self.plans.iter().enumerate() {
            self.plan(plan, Place { table: "plans", record })?;
        }
        let free = self.plans.iter().filter(|plan| plan.free.get()).count();
        hold(free <= 1, Place { table: "plans", record: 0 }, "two plans are free")?;
        let grace = settings.grace_period_seconds.get();
        hold(grace == 0 || free == 1, place, "there is no free plan to fall to")?;
        for (record, hook) in self.hooks.iter().enumerate() {
            let place = Place { table: "hooks", record };
            hold(!hook.handler.is_empty(), place, "a name is empty")?;
            effect(hook.retries, hook.delay_ms.get(), hook.timeout_ms.get(), place)?;
        }
        Ok(())
    }
}

fn settings_are_whole(settings: &SettingsRecord, counts: &Counts, place: Place) -> Check {
    hold(!settings.secret.is_empty(), place, "a name is empty")?;
    let entities = [
        (settings.seat_entity.get(), settings.seat_entity_name),
        (settings.billing_entity.get(), settings.billing_entity_name),
    ];
    for (entity, name) in entities {
        within_or_none(entity, counts.entities(), place)?;
        hold((entity == NONE) == name.is_empty(), place, "an entity has no name, or a name no entity")?;
    }
    hold(
        settings.grace_period_seconds.get() <= limits::GRACE_SECONDS,
        place,
        "the grace period is over a year",
    )
}

impl PaymentTables<'_> {
    fn plan(&self, plan: &PlanRecord, place: Place) -> Check {
        hold(!plan.name.is_empty(), place, "a name is empty")?;
        let single = !plan.price.is_empty();
        let split = !plan.monthly.is_empty() || !plan.annual.is_empty();
        hold(!(single && split), place, "a plan has two kinds of prices")?;
        hold(plan.free.get() != (single || split), place, "a free plan has a price, or another has none")?;
        let paid_only = !plan.per_seat.get() && plan.trial_seconds.get() == 0;
        hold(!plan.free.get() || paid_only, place, "a free plan has seats or a trial")?;
        hold(plan.trial_seconds.get() <= limits::TRIAL_SECONDS, place, "a trial is over a year")?;
        let legacy = plan.legacy_prices.of(self.legacy_prices);
        hold(legacy.iter().all(|price| !price.id.is_empty()), place, "the id of a price is empty")
    }
}
