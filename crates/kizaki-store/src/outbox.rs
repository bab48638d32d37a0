//! The outbox of effects, in the app's own database: the app writes a row in the transaction of the change that an
//! effect follows, and workers deliver it later.
//!
//! What always holds:
//!
//! - A row is in one state, and only the statements of this module and the app's own insertion change it.
//! - Who takes a row gets a lease: until it ends nobody else takes the row, and afterwards only its last taker can end the
//!   try, because each lease has a higher fence than the one before.
//! - A row leaves the table a week after it was delivered or discarded, and never before.
//!
//! ```text
//! pending ──take──▶ leased ──delivered──▶ delivered ──a week──▶ (gone)
//!                   ▲    │ └──failed, no try left──▶ dead ──retry──▶ pending
//!                   │    └──failed──▶ retrying
//!                   └──────take──────────┘   a lease that ended is taken like a row that is due
//! ```

mod change;
mod lease;
#[cfg(test)]
mod plans;
mod row;
mod shown;
mod status;
mod table;

pub use self::change::OutboxChange;
pub use self::lease::{Ending, Lease, Taken, Unreadable};
pub use self::row::{OutboxFilter, OutboxListing, OutboxRow, OutboxState};
pub use self::status::{EffectCounts, OutboxStatus};
pub use self::table::outbox_ddl;

use crate::app_database::AppDatabase;

/// The outbox of an app's database; see [`AppDatabase::outbox`].
#[derive(Debug, Clone, Copy)]
pub struct Outbox<'d>(pub(crate) &'d AppDatabase);

/// How long a row is kept after it was delivered or discarded, in milliseconds: a week.
pub const OUTBOX_KEPT_MS: i64 = 7 * 86_400_000;

impl AppDatabase {
    /// The effects that the app asks for.
    #[must_use]
    pub fn outbox(&self) -> Outbox<'_> {
        Outbox(self)
    }
}
