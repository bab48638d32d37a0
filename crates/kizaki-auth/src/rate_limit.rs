//! The rate limits of routes: fixed windows that every caller has for each route, by the store's clock.
//!
//! A node lets requests in on its own count and reports them to the store in batches of a twentieth of the limit; each
//! report tells how many all nodes let in. So one node is exact, and of several each may let in less than one batch
//! beyond the limit, because it did not know of the others yet. Requests are refused below the limit only where a report
//! was broken off and it is not known whether the store had it: then it counts twice.
//! A limit of up to 39 is counted in the store request by request, and is exact on any number of nodes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use inspire_artifact::routes::RateLimit;
use kizaki_store::RateWindow;
use tokio::sync::Mutex as Turn;

use crate::authorize::decision::Refusal;
use crate::service::Service;

/// Windows that a node remembers; what is beyond is counted in the store alone.
const MOST_WINDOWS: usize = 1 << 16;
const MOST_BATCH: u64 = 100;
/// A request that read the clock before the end of its window may take this long to be counted.
const LATE_MS: i64 = 60_000;
/// Old windows are removed from the store once in so many reports.
const REPORTS_A_SWEEP: u32 = 256;

/// The windows that this node counts in.
#[derive(Debug)]
pub(crate) struct RateLimits {
    windows: Mutex<Windows>,
    reports: AtomicU32,
}

#[derive(Debug)]
struct Windows {
    counts: HashMap<RateWindow, Arc<Turn<Count>>>,
    /// How many there may be before those that ended are removed.
    sweep_at: usize,
    /// By the store's clock, when the first of those that the last sweep left can be removed.
    sweep_from_ms: i64,
}

/// The requests of one window.
#[derive(Debug, Default)]
struct Count {
    /// All that the store knew of when it was last asked; none before that.
    reported: Option<u64>,
    /// Let in by this node since.
    pending: u64,
}

impl Default for RateLimits {
    fn default() -> Self {
        let windows = Windows { counts: HashMap::new(), sweep_at: 1024, sweep_from_ms: 0 };
        Self { windows: Mutex::new(windows), reports: AtomicU32::new(0) }
    }
}

impl RateLimits {
    /// Counts one request of `subject` to `route`.
    ///
    /// # Errors
    ///
    /// The limit is used up, or the store failed.
    pub(crate) async fn take(
        &self,
        service: &Service,
        route: String,
        subject: String,
        limit: RateLimit,
    ) -> Result<(), Refusal> {
        let now_ms = service.ask(service.store.now_ms()).await?;
        let length_ms = i64::try_from(limit.unit.seconds()).unwrap_or(1).saturating_mul(1000);
        let ends_ms = now_ms - now_ms.rem_euclid(length_ms) + length_ms;
        let window = RateWindow { route, subject, length_ms, ends_ms };
        let is_let_in = match self.count(&window, now_ms) {
            Some(count) => self.take_from(service, &window, &mut *count.lock().await, limit.count).await?,
            None => self.report(service, &window, 1).await? <= limit.count,
        };
        let seconds = u64::try_from(ends_ms - now_ms).unwrap_or(0).div_ceil(1000);
        if is_let_in { Ok(()) } else { Err(Refusal::Limited { retry_after: seconds }) }
    }

    /// Reports what was let in and not reported yet, so that a node that starts again knows of it.
    ///
    /// # Errors
    ///
    /// The store failed; what is left is not reported, and each window begins from nothing once it ends.
    pub(crate) async fn report_all(&self, service: &Service) -> Result<(), Refusal> {
        let counts: Vec<_> =
            self.lock().counts.iter().map(|(key, count)| (key.clone(), Arc::clone(count))).collect();
        if counts.is_empty() {
            return Ok(());
        }
        let now_ms = service.ask(service.store.now_ms()).await?;
        for (window, count) in counts {
            let mut count = count.lock().await;
            if count.pending > 0 && window.ends_ms > now_ms {
                self.report(service, &window, count.pending).await?;
                count.pending = 0;
            }
        }
        Ok(())
    }

    async fn take_from(
        &self,
        service: &Service,
        window: &RateWindow,
        count: &mut Count,
        limit: u64,
    ) -> Result<bool, Refusal> {
        let own = count.pending + 1;
        if let Some(reported) = count.reported {
            if reported.saturating_add(own) > limit {
                return Ok(false);
            }
            if own < batch(limit) {
                count.pending = own;
                return Ok(true);
            }
        }
        let all = self.report(service, window, own).await?;
        *count = Count { reported: Some(all), pending: 0 };
        Ok(all <= limit)
    }

    async fn report(&self, service: &Service, window: &RateWindow, requests: u64) -> Result<u64, Refusal> {
        if self.reports.fetch_add(1, Ordering::Relaxed) % REPORTS_A_SWEEP == REPORTS_A_SWEEP - 1 {
            service.ask(service.store.forget_rate_windows()).await?;
        }
        service.ask(service.store.count_requests(window, requests)).await
    }

    /// The count of a window, made if it is new; none when there is no room for it.
    fn count(&self, window: &RateWindow, now_ms: i64) -> Option<Arc<Turn<Count>>> {
        let mut windows = self.lock();
        if let Some(count) = windows.counts.get(window) {
            return Some(Arc::clone(count));
        }
        if windows.counts.len() >= windows.sweep_at && now_ms >= windows.sweep_from_ms {
            windows.sweep(now_ms);
        }
        if windows.counts.len() >= MOST_WINDOWS {
            return None;
        }
        Some(Arc::clone(windows.counts.entry(window.clone()).or_default()))
    }

    fn lock(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Windows {
    /// Removes the windows that ended, and looks when there will be more of them: not before that is it worth to look
    /// again, however many callers come meanwhile.
    fn sweep(&mut self, now_ms: i64) {
        let mut first_ms = i64::MAX;
        self.counts.retain(|window, _| {
            let over_ms = window.ends_ms.saturating_add(LATE_MS);
            if over_ms > now_ms {
                first_ms = first_ms.min(over_ms);
            }
            over_ms > now_ms
        });
        self.sweep_at = (self.counts.len() * 2).clamp(1024, MOST_WINDOWS);
        self.sweep_from_ms = first_ms;
    }
}

/// How many requests one report holds at most.
fn batch(limit: u64) -> u64 {
    (limit / 20).clamp(1, MOST_BATCH)
}

#[cfg(test)]
mod tests {
    use kizaki_store::RateWindow;

    use super::{LATE_MS, MOST_WINDOWS, RateLimits};

    #[test]
    fn windows_that_are_too_many_are_swept_when_one_is_over_and_not_before() {
        let limits = RateLimits::default();
        let window = |number: usize, ends_ms| RateWindow {
            route: "GET /".to_owned(),
            subject: number.to_string(),
            length_ms: 60_000,
            ends_ms,
        };
        let is_counted = |number, now_ms| limits.count(&window(number, 60_000), now_ms).is_some();
        assert!(limits.count(&window(0, 30_000), 0).is_some());
        assert!((1..MOST_WINDOWS).all(|number| is_counted(number, 0)));
        let first_ms = 30_000 + LATE_MS;
        for now_ms in [0, first_ms - 1] {
            assert!(!is_counted(MOST_WINDOWS, now_ms), "{now_ms}");
            assert_eq!(limits.lock().sweep_from_ms, first_ms);
        }
        // What it knows, it counts even then.
        assert!(is_counted(1, first_ms - 1));
        assert!(is_counted(MOST_WINDOWS, first_ms));
        assert_eq!(limits.lock().sweep_from_ms, 60_000 + LATE_MS);
        assert!(!is_counted(MOST_WINDOWS + 1, first_ms));
        assert!(is_counted(MOST_WINDOWS + 1, 60_000 + LATE_MS));
        assert_eq!(limits.lock().counts.len(), 1);
    }
}
