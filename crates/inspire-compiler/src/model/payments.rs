//! Plans, their prices, and what happens when somebody stops paying.

pub use inspire_artifact::payments::PaymentEvent;
use inspire_diagnostics::Location;

use super::{EffectOptions, EntityId};

/// `payments`. Secrets stand here by name.
#[derive(Debug)]
pub struct Payments<'a> {
    /// Where its keyword stands; its doc comment stands before this place.
    pub location: Location,
    /// The secret with the provider's key.
    pub secret: &'a str,
    /// The entity whose rows are seats.
    pub seat_entity: Option<EntityId>,
    /// The entity that pays.
    pub billing_entity: Option<EntityId>,
    /// How long a plan stays after a payment failed, in seconds; 0 is not at all.
    pub grace_period_seconds: u64,
    /// The plans, in the order of the text.
    pub plans: Vec<Plan<'a>>,
    /// The effects, in the order of the text.
    pub hooks: Vec<PaymentHook<'a>>,
}

/// `plan`
#[derive(Debug)]
pub struct Plan<'a> {
    /// Where its name stands.
    pub location: Location,
    /// Where its declaration begins.
    pub start: u32,
    /// Its name.
    pub name: &'a str,
    /// Its prices.
    pub price: Price<'a>,
    /// Whether each seat is paid.
    pub per_seat: bool,
    /// Prices that are no longer sold and still mean this plan.
    pub legacy_prices: Vec<&'a str>,
    /// How long it can be tried, in seconds; 0 is not at all.
    pub trial_seconds: u64,
}

/// What a plan costs, as ids of the payment provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price<'a> {
    /// Nothing.
    Free,
    /// One price.
    Single(&'a str),
    /// A monthly and an annual price; one of them may be empty.
    Split(&'a str, &'a str),
}

/// `@on(…) effect` in `payments`
#[derive(Debug)]
pub struct PaymentHook<'a> {
    /// Where it is declared.
    pub location: Location,
    /// What it is about.
    pub event: PaymentEvent,
    /// The function that is called.
    pub handler: &'a str,
    /// How it is tried again.
    pub options: EffectOptions,
}
