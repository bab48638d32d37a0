//! Why an operator's change of an effect is not made, in the same words here and in the commands.

use kizaki_store::OutboxState;

/// What to tell where no row has this id.
#[must_use]
pub fn unknown(id: &str) -> String {
    format!("no effect in the outbox has the id `{id}`")
}

/// What to tell where the row with this id is in a state in which it cannot be tried again.
#[must_use]
pub fn not_retried(id: &str, state: OutboxState) -> String {
    let why = match state {
        OutboxState::Pending => "it waits to be tried already",
        OutboxState::Leased => "it is tried right now",
        _ => "it was delivered",
    };
    format!("the effect `{id}` cannot be tried again: {why}")
}

/// What to tell where the row with this id is in a state in which it cannot be discarded.
#[must_use]
pub fn not_discarded(id: &str, state: OutboxState) -> String {
    let why = match state {
        OutboxState::Delivered => "it was delivered",
        _ => "it was discarded before",
    };
    format!("the effect `{id}` cannot be discarded: {why}")
}
