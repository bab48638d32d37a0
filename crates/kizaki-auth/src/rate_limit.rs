//! The rate limits of routes: fixed windows that every caller has for each route, by the store's clock.
//!
//! A node lets requests in on its own count and reports them to the store in batches of a twentieth of the limit; each
//! report tells how many all nodes let in. So one node is exact, and of several each may let in less than one batch
//! beyond the limit, because it did not know of the others yet. Requests are never refused below the limit.
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
        let windows = Windows { counts: HashMap::new(), sweep_at: 1024 };
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
    pub(crate) async fn report_all(&self, service: &Service) {
        let counts: Vec<_> =
            self.lock().counts.iter().map(|(key, count)| (key.clone(), Arc::clone(count))).collect();
        for (window, count) in counts {
            let mut count = count.lock().await;
            // What cannot be reported was logged, and the next window begins from nothing anyway.
            if count.pending > 0 && self.report(service, &window, count.pending).await.is_ok() {
                count.pending = 0;
            }
        }
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
        if windows.counts.len() >= windows.sweep_at {
            windows.counts.retain(|window, _| window.ends_ms > now_ms - LATE_MS);
            windows.sweep_at = (windows.counts.len() * 2).clamp(1024, MOST_WINDOWS);
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

/// How many requests one report holds at most.
fn batch(limit: u64) -> u64 {
    (limit / 20).clamp(1, MOST_BATCH)
}
