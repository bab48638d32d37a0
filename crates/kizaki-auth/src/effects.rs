//! Effects on their way out: rows that are due in the app's outbox are taken, delivered by HTTP POST, and ended.
//!
//! An effect is tried by one artifact from the beginning of a try to its end. One that the artifact does not declare
//! stays where it is until an artifact declares it. What fails inside leaves a row to its lease, after which it is taken
//! again: an effect may be delivered more than once, and is never lost.

mod declared;
pub mod document;
mod request;
mod target;
pub mod told;
mod tries;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kizaki_store::{AppDatabase, OutboxState, OutboxStatus};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use self::declared::Declared;
pub use self::target::{EffectsSecret, EffectsTo, EffectsUrl};
use self::tries::Try;
use crate::artifact::Snapshot;
use crate::authorize::decision::Refusal;
use crate::server::Stop;
use crate::service::Service;

/// The outbox is looked at this often; and at once whenever a try has ended.
const PAUSE: Duration = Duration::from_secs(1);
/// What is over is removed this often, in a number of steps, and how the effects stand is told.
const LOOK: Duration = Duration::from_secs(5);
const MOST_SWEEPS: u32 = 10;
/// Tries at once.
const MOST: usize = 32;
/// Tries of one effect at once, so that one whose handler stalls leaves room for others.
const MOST_OF_ONE: usize = 8;

/// Delivers effects until the service is told to stop, and then ends the tries that have begun. What has not ended by
/// [`Stop::Now`], or when the time for stopping is over, is taken by another worker once its lease is over.
///
/// Does nothing without the app's database and a place to deliver to.
pub async fn deliver(service: Arc<Service>, mut stop: watch::Receiver<Stop>) {
    let Some(mut workers) = Workers::of(&service) else { return };
    tokio::select! {
        () = workers.go_on(stop.clone()) => {}
        () = look_after(&service) => {}
    }
    let ending = async {
        while !workers.tries.is_empty() {
            workers.one_ends().await;
        }
    };
    tokio::select! {
        () = ending => {}
        () = tokio::time::sleep(service.settings.limits.stop_time) => {
            tracing::warn!("effects were cut off: the time for stopping is over");
        }
        _ = stop.wait_for(|stop| *stop > Stop::Finish) => {}
    }
}

/// Delivers what is due now, and what becomes due by that; tells how many tries there were.
///
/// # Errors
///
/// The app's database failed.
pub async fn deliver_due(service: &Arc<Service>) -> Result<usize, Refusal> {
    let Some(mut workers) = Workers::of(service) else { return Ok(0) };
    let mut tries = 0;
    loop {
        let taken = workers.take_due().await;
        if workers.tries.is_empty() {
            return taken.map(|_| tries);
        }
        tries += taken.unwrap_or(0);
        workers.one_ends().await;
    }
}

/// The tries of one process.
struct Workers {
    service: Arc<Service>,
    to: Arc<EffectsTo>,
    /// What the rows say of who has them.
    holder: String,
    tries: JoinSet<()>,
    /// The effect of each.
    effects: HashMap<Id, String>,
    /// Whose turn is the last one.
    last: String,
}

impl Workers {
    fn of(service: &Arc<Service>) -> Option<Self> {
        let to = service.settings.effects_to.clone()?;
        service.app.as_ref()?;
        let holder = format!("{}-{}", std::process::id(), Timestamp::now().as_millisecond());
        tracing::info!(holder, "effects are delivered");
        Some(Self {
            service: Arc::clone(service),
            to: Arc::new(to),
            holder,
            tries: JoinSet::new(),
            effects: HashMap::new(),
            last: String::new(),
        })
    }

    /// Delivers effects until the service is told to stop; tries that have begun go on.
    async fn go_on(&mut self, mut stop: watch::Receiver<Stop>) {
        let stopped = async move { drop(stop.wait_for(|stop| *stop > Stop::No).await) };
        tokio::pin!(stopped);
        loop {
            // A database that fails was logged, and is asked again at the next look.
            let _ = self.take_due().await;
            tokio::select! {
                biased;
                () = &mut stopped => return,
                () = self.one_ends(), if !self.tries.is_empty() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Takes what is due of the effects that the artifact declares, as far as there is room, and begins to try it.
    async fn take_due(&mut self) -> Result<usize, Refusal> {
        let service = Arc::clone(&self.service);
        let Some(app) = &service.app else { return Ok(0) };
        if self.tries.len() >= MOST {
            return Ok(0);
        }
        let due = service.ask_app(app.outbox().due()).await?;
        let snapshot = service.current.snapshot();
        snapshot.in_force()?;
        let declared = Declared::of(&snapshot)?;
        let mut turns: Vec<_> = due.into_iter().filter(|effect| declared.has(effect)).collect();
        // The one after the last begins, so that each has its turn.
        let first = turns.partition_point(|effect| *effect <= self.last);
        turns.rotate_left(first);
        let mut taken = 0;
        for effect in turns {
            let Some(lease) = declared.lease_of(&effect, &service.settings.limits) else { continue };
            taken += self.take(app, &snapshot, effect, lease).await?;
        }
        Ok(taken)
    }

    async fn take(
        &mut self,
        app: &AppDatabase,
        snapshot: &Arc<Snapshot>,
        effect: String,
        lease: Duration,
    ) -> Result<usize, Refusal> {
        let of_this = self.effects.values().filter(|other| **other == effect).count();
        let room = (MOST - self.tries.len().min(MOST)).min(MOST_OF_ONE.saturating_sub(of_this));
        let Ok(room @ 1..) = u32::try_from(room) else { return Ok(0) };
        // Whether or not it can be taken: another has its turn the next time.
        self.last.clone_from(&effect);
        let began = Instant::now();
        let lease_ms = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
        let outbox = app.outbox();
        let taken = loop {
            let taken = self.service.ask_app(outbox.take(&effect, &self.holder, room, lease_ms)).await?;
            for row in &taken.unreadable {
                tries::note_unreadable(&self.service, &effect, row);
            }
            // Where none of them can be read there is still room.
            if !taken.leases.is_empty() || taken.unreadable.is_empty() {
                break taken;
            }
        };
        let count = taken.leases.len();
        for row in taken.leases {
            let attempt = Try {
                service: Arc::clone(&self.service),
                snapshot: Arc::clone(snapshot),
                to: Arc::clone(&self.to),
                row,
                lease,
                until: began + lease,
            };
            let id = self.tries.spawn(attempt.run()).id();
            self.effects.insert(id, effect.clone());
        }
        Ok(count)
    }

    /// Waits for a try to end, and notes all that have ended.
    async fn one_ends(&mut self) {
        let mut ended = self.tries.join_next_with_id().await;
        while let Some(one) = ended {
            let id = match one {
                Ok((id, ())) => id,
                // It panicked, and its row is taken again once the lease is over.
                Err(error) => error.id(),
            };
            self.effects.remove(&id);
            ended = self.tries.try_join_next_with_id();
        }
    }
}

/// Removes what is over, and tells how the effects stand, again and again.
async fn look_after(service: &Service) {
    let Some(app) = &service.app else { return };
    let outbox = app.outbox();
    loop {
        for _ in 0..MOST_SWEEPS {
            if service.ask_app(outbox.sweep()).await != Ok(true) {
                break;
            }
        }
        // A database that fails was logged, and is asked again the next time.
        if let Ok(status) = service.ask_app(outbox.status()).await {
            tell(service, &status);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn tell(service: &Service, status: &OutboxStatus) {
    let total = |state| -> u64 { status.effects.iter().map(|effect| effect.count(state)).sum() };
    let states = OutboxState::ALL.map(|state| (state.as_str(), total(state)));
    let oldest = status.effects.iter().filter_map(|effect| effect.oldest_ms).min();
    let age_ms = oldest.map_or(0, |oldest| status.now_ms.saturating_sub(oldest));
    let age = Duration::from_millis(u64::try_from(age_ms).unwrap_or(0));
    service.metrics.effects_stand(&states, age);
}
