//! Time, in Unix milliseconds: the database's own, or one that a test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where a store's time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The database tells the time: the server's clock on PostgreSQL, so that all nodes agree, and the clock of the
    /// machine on SQLite.
    #[default]
    Store,
    /// Time stands until it is set.
    Manual(ManualClock),
}

/// A clock that is set by hand; its clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl Clock {
    /// The time that a statement is to use; none when the database tells it.
    pub(crate) fn injected(&self) -> Option<i64> {
        match self {
            Self::Store => None,
            Self::Manual(clock) => Some(clock.now_ms()),
        }
    }
}

impl ManualClock {
    /// A clock that shows `now_ms`.
    #[must_use]
    pub fn new(now_ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now_ms)))
    }

    /// Sets the clock; going back is possible.
    pub fn set_ms(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    /// The time it shows.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}
