//! How many requests were let in within a window of a rate limit, counted over all nodes.

use crate::error::Error;
use crate::statement::{Statement, clocked, on_each, same};
use crate::store::Store;

/// One window: the requests of one caller to one route until it ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RateWindow {
    /// The method and the path of the route.
    pub route: String,
    /// Who calls.
    pub subject: String,
    /// How long the window is, in milliseconds.
    pub length_ms: i64,
    /// When it ends, in Unix milliseconds.
    pub ends_ms: i64,
}

const COUNT: Statement = same!(
    "INSERT INTO rate_limits (route, subject, length_ms, ends_ms, count) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (route, subject, length_ms, ends_ms) DO UPDATE SET count = rate_limits.count + excluded.count \
     RETURNING count"
);
/// A request that read the clock before the end may come a little after it, and is still to find its window.
const FORGET: Statement =
    clocked!("DELETE FROM rate_limits WHERE ends_ms < (SELECT now_ms - 300000 FROM clock)");

impl Store {
    /// Adds requests to a window, and tells how many there are now with those of all other nodes.
    ///
    /// # Errors
    ///
    /// The store failed; whether they were added is then not known.
    pub async fn count_requests(&self, window: &RateWindow, requests: u64) -> Result<u64, Error> {
        let requests = i64::try_from(requests).unwrap_or(i64::MAX);
        let count: i64 = on_each!(self, writer, |pool, text| {
            sqlx::query_scalar(text(&COUNT))
                .bind(&window.route)
                .bind(&window.subject)
                .bind(window.length_ms)
                .bind(window.ends_ms)
                .bind(requests)
                .fetch_one(pool)
                .await?
        });
        // A count is never negative; if it were, nothing would be let in.
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// Forgets the windows that ended more than five minutes ago.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn forget_rate_windows(&self) -> Result<(), Error> {
        let now = self.injected_now();
        on_each!(self, writer, |pool, text| {
            sqlx::query(text(&FORGET)).bind(now).execute(pool).await?;
        });
        Ok(())
    }
}
