//! The app's own database: its tables are read, its outbox is worked off, and nothing else in it is touched.

mod reading;

pub use self::reading::{Cell, Comparand, Equality, Form, Reading, Selection};

use crate::clock::Clock;
use crate::error::Error;
use crate::store::{Pool, StoreUrl};

/// An open database of the app. It is shared by reference; any number of tasks may use it at once.
#[derive(Debug)]
pub struct AppDatabase {
    pool: Pool,
    clock: Clock,
}

impl AppDatabase {
    /// Opens the database at `url`, which exists already, whoever it belongs to.
    ///
    /// # Errors
    ///
    /// It does not exist, or cannot be reached or used; see [`ErrorKind`](crate::ErrorKind) for what keeps it.
    pub async fn open(url: &StoreUrl, clock: Clock) -> Result<Self, Error> {
        Ok(Self { pool: Pool::open_foreign(url).await?, clock })
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn injected_now(&self) -> Option<i64> {
        self.clock.injected()
    }
}
