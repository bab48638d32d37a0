//! `PAYM`

use inspire_artifact::debug::Subject;
use inspire_artifact::payments::{
    GraceAction, PaymentHookRecord, PlanRecord, PriceRecord, SettingsRecord, Tables,
};
use inspire_artifact::{List, NONE, Text};
use inspire_diagnostics::Location;

use super::{Origins, add_doc, entity_index};
use crate::model::payments::{Payments, Plan, Price};
use crate::model::{Data, EntityId};

const SETTINGS: u8 = 0;
const PLANS: u8 = 1;
const HOOKS: u8 = 3;

pub(super) fn lower<'a>(payments: &Payments<'a>, data: &Data<'a>, origins: &mut Origins<'_, 'a>) -> Tables {
    let mut tables = Tables::default();
    let record = settings(&mut tables, payments, data);
    tables.settings.push(record);
    let mut add = |tables: &mut Tables, table: u8, record: usize, location: Location, start: u32| {
        let doc = origins.doc(location.file, start);
        add_doc(&mut tables.strings, &mut tables.docs, table.into(), record, doc);
        origins.place(Subject::Payments, table, record, location);
    };
    add(&mut tables, SETTINGS, 0, payments.location, payments.location.span.start);
    for (i, plan) in payments.plans.iter().enumerate() {
        let record = self::plan(&mut tables, plan);
        tables.plans.push(record);
        add(&mut tables, PLANS, i, plan.location, plan.start);
    }
    for (i, hook) in payments.hooks.iter().enumerate() {
        let handler = tables.strings.intern(hook.handler);
        tables.hooks.push(PaymentHookRecord {
            event: hook.event.into(),
            handler,
            retries: hook.options.retries,
            backoff: hook.options.backoff.into(),
            delay_ms: hook.options.delay_ms.into(),
            timeout_ms: hook.options.timeout_ms.into(),
        });
        add(&mut tables, HOOKS, i, hook.location, hook.location.span.start);
    }
    tables
}

fn settings(tables: &mut Tables, payments: &Payments<'_>, data: &Data<'_>) -> SettingsRecord {
    let secret = tables.strings.intern(payments.secret);
    let mut entity = |id: Option<EntityId>| match id {
        Some(id) => (entity_index(id), tables.strings.intern(data.entity(id).name)),
        None => (NONE, Text::EMPTY),
    };
    let (seat_entity, seat_entity_name) = entity(payments.seat_entity);
    let (billing_entity, billing_entity_name) = entity(payments.billing_entity);
    SettingsRecord {
        secret,
        seat_entity: seat_entity.into(),
        seat_entity_name,
        billing_entity: billing_entity.into(),
        billing_entity_name,
        grace_period_seconds: payments.grace_period_seconds.into(),
        grace_action: GraceAction::Downgrade.into(),
    }
}

fn plan(tables: &mut Tables, plan: &Plan<'_>) -> PlanRecord {
    let first = tables.legacy_prices.len();
    for price in &plan.legacy_prices {
        let id = tables.strings.intern(price);
        tables.legacy_prices.push(PriceRecord { id });
    }
    let (price, monthly, annual) = match plan.price {
        Price::Free => ("", "", ""),
        Price::Single(price) => (price, "", ""),
        Price::Split(monthly, annual) => ("", monthly, annual),
    };
    PlanRecord {
        name: tables.strings.intern(plan.name),
        free: (plan.price == Price::Free).into(),
        price: tables.strings.intern(price),
        monthly: tables.strings.intern(monthly),
        annual: tables.strings.intern(annual),
        per_seat: plan.per_seat.into(),
        legacy_prices: List::since(first, tables.legacy_prices.len()),
        trial_seconds: plan.trial_seconds.into(),
    }
}
