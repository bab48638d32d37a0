//! `PAYM`: plans and their prices, trials, and what happens when a payment fails.
//!
//! Plans stand in the order of the schema. Secrets stand here by name; their values are never in an artifact.

use zerocopy::little_endian::{U32, U64};

use crate::hook::Backoff;
use crate::record::{Code, List, Text, codes, records};
use crate::table::tables;

mod check;
mod view;

pub use view::{PaymentHook, Payments, Plan, Price, Settings};

codes! {
    /// What a payment provider tells.
    pub enum PaymentEvent {
        /// A payment went through.
        PaymentSucceeded = 0 "payment.succeeded",
        /// A subscription ended.
        SubscriptionCanceled = 1 "subscription.canceled",
        => PaymentSucceeded
    }

    /// What happens when the grace period is over.
    pub enum GraceAction {
        /// The free plan applies.
        Downgrade = 0 "downgrade",
        => Downgrade
    }
}

records! {
    /// The settings of payments; there is exactly one.
    pub struct SettingsRecord {
        /// The name of the secret that holds the provider's key.
        pub secret: Text,
        /// The entity in `DATA` whose rows are seats, or NONE.
        pub seat_entity: U32,
        /// Its name, else empty.
        pub seat_entity_name: Text,
        /// The entity in `DATA` that pays, or NONE: then users pay for themselves.
        pub billing_entity: U32,
        /// Its name, else empty.
        pub billing_entity_name: Text,
        /// How long a plan stays after a payment failed, in seconds; 0 is not at all.
        pub grace_period_seconds: U64,
        /// What happens after that.
        pub grace_action: Code<GraceAction>,
    }

    /// One plan.
    pub struct PlanRecord {
        /// Its name.
        pub name: Text,
        /// Whether it is the one without a price.
        pub free: Code<bool>,
        /// The id of its only price, else empty.
        pub price: Text,
        /// The id of its monthly price, else empty.
        pub monthly: Text,
        /// The id of its annual price, else empty.
        pub annual: Text,
        /// Whether each seat is paid.
        pub per_seat: Code<bool>,
        /// Into `legacy_prices`: prices that are no longer sold and still mean this plan.
        pub legacy_prices: List,
        /// How long it can be tried, in seconds; 0 is not at all.
        pub trial_seconds: U64,
    }

    /// A price that is no longer sold.
    pub struct PriceRecord {
        /// Its id.
        pub id: Text,
    }

    /// One effect; they stand in the order of the schema.
    pub struct PaymentHookRecord {
        /// What it is about.
        pub event: Code<PaymentEvent>,
        /// The function that is called.
        pub handler: Text,
        /// How often it is tried again.
        pub retries: u8,
        /// How the delay grows.
        pub backoff: Code<Backoff>,
        /// The first delay in milliseconds.
        pub delay_ms: U64,
        /// How long one try may take, in milliseconds.
        pub timeout_ms: U64,
    }
}

tables! {
    /// The `PAYM` section of a file.
    pub struct PaymentTables = Payments {
        /// Exactly one.
        settings: SettingsRecord,
        /// In the order of the schema.
        plans: PlanRecord,
        /// Tiled by `plans.legacy_prices`.
        legacy_prices: PriceRecord,
        /// In the order of the schema.
        hooks: PaymentHookRecord,
    }
}
