//! What a reader sees of `PAYM`.

use serde::Serialize;

use super::{GraceAction, PaymentEvent, PaymentHookRecord, PaymentTables, PlanRecord, PriceRecord};
use crate::hook::EffectOptions;
use crate::view::{Items, View};

/// Everything about payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Payments<'a> {
    /// What goes for all plans.
    #[serde(flatten)]
    pub settings: Settings<'a>,
    /// The plans, in the order of the schema.
    pub plans: Items<'a, Plan<'a>>,
    /// The effects, in the order of the schema.
    pub hooks: Items<'a, PaymentHook<'a>>,
}

/// What goes for all plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Settings<'a> {
    /// The name of the secret that holds the provider's key.
    pub secret: &'a str,
    /// The entity whose rows are seats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat_entity: Option<&'a str>,
    /// The entity that pays; without it users pay for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_entity: Option<&'a str>,
    /// How long a plan stays after a payment failed, in seconds, and what happens then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_period_seconds: Option<u64>,
    /// What happens when the grace period is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_action: Option<GraceAction>,
}

/// One plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Plan<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it is the one without a price.
    pub free: bool,
    /// The id of its only price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<&'a str>,
    /// The id of its monthly price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly: Option<&'a str>,
    /// The id of its annual price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annual: Option<&'a str>,
    /// Whether each seat is paid.
    pub per_seat: bool,
    /// Prices that are no longer sold and still mean this plan.
    pub legacy_prices: Items<'a, Price<'a>>,
    /// How long it can be tried, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_seconds: Option<u64>,
}

/// The id of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Price<'a> {
    /// The id.
    pub id: &'a str,
}

/// One effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentHook<'a> {
    /// What it is about.
    pub event: PaymentEvent,
    /// The function that is called.
    pub handler: &'a str,
    /// How it is tried again.
    pub options: EffectOptions,
}

impl<'a> PaymentTables<'a> {
    /// Everything about payments.
    pub fn payments(&self) -> Option<Payments<'a>> {
        let record = self.settings.first()?;
        let given = |value| Some(self.texts.get(value)).filter(|text| !text.is_empty());
        let grace = Some(record.grace_period_seconds.get()).filter(|seconds| *seconds > 0);
        Some(Payments {
            settings: Settings {
                secret: self.texts.get(record.secret),
                seat_entity: given(record.seat_entity_name),
                billing_entity: given(record.billing_entity_name),
                grace_period_seconds: grace,
                grace_action: grace.map(|_| record.grace_action.get()),
            },
            plans: Items::new(*self, self.plans),
            hooks: Items::new(*self, self.hooks),
        })
    }
}

impl<'a> View<'a> for Plan<'a> {
    type Section = PaymentTables<'a>;
    type Record = PlanRecord;

    fn of(section: PaymentTables<'a>, record: &'a PlanRecord) -> Self {
        let given = |value| Some(section.texts.get(value)).filter(|text| !text.is_empty());
        Self {
            name: section.texts.get(record.name),
            free: record.free.get(),
            price: given(record.price),
            monthly: given(record.monthly),
            annual: given(record.annual),
            per_seat: record.per_seat.get(),
            legacy_prices: Items::new(section, record.legacy_prices.of(section.legacy_prices)),
            trial_seconds: Some(record.trial_seconds.get()).filter(|seconds| *seconds > 0),
        }
    }
}

impl<'a> View<'a> for Price<'a> {
    type Section = PaymentTables<'a>;
    type Record = PriceRecord;

    fn of(section: PaymentTables<'a>, record: &'a PriceRecord) -> Self {
        Self { id: section.texts.get(record.id) }
    }
}

impl<'a> View<'a> for PaymentHook<'a> {
    type Section = PaymentTables<'a>;
    type Record = PaymentHookRecord;

    fn of(section: PaymentTables<'a>, record: &'a PaymentHookRecord) -> Self {
        Self {
            event: record.event.get(),
            handler: section.texts.get(record.handler),
            options: EffectOptions {
                retries: record.retries,
                backoff: record.backoff.get(),
                delay_ms: record.delay_ms.get(),
                timeout_ms: record.timeout_ms.get(),
            },
        }
    }
}
