//! Refused checks on their way into the audit.
//!
//! A refusal is written before it is told. While one write is under way, those that come meanwhile are counted together
//! and go with the next: however many bad keys are presented, one connection of this process is busy with them, and
//! changes of keys wait for one short write at most.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::audit::AuditKind;
use crate::error::Error;
use crate::keys::Reason;
use crate::statement::{Statement, clocked, in_transaction};
use crate::store::Store;

/// What was refused; those that are alike are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Refusal {
    pub(crate) kind: AuditKind,
    /// Which of them; none where nothing has the id that was presented.
    pub(crate) id: Option<String>,
    pub(crate) reason: Reason,
}

/// Refusals that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// In one order on all nodes, so that two that write at once never wait for each other.
    waiting: Mutex<Counts>,
    /// Held by who writes.
    turn: tokio::sync::Mutex<()>,
}

type Counts = BTreeMap<Refusal, i64>;

const COUNT: Statement = clocked!(
    "INSERT INTO audit (event, kind, key_id, reason, hour, first_ms, last_ms, count) \
     SELECT 'refused', $2, $3, $4, now_ms / 3600000, now_ms, now_ms, $5 FROM clock WHERE true \
     ON CONFLICT (hour, kind, key_id, reason) WHERE event = 'refused' \
     DO UPDATE SET count = audit.count + excluded.count, last_ms = excluded.last_ms"
);
/// 2160 hours are 90 days.
const FORGET: Statement = clocked!(
    "DELETE FROM audit WHERE event = 'refused' AND hour < (SELECT now_ms / 3600000 - 2160 FROM clock)"
);

impl Refusals {
    /// Returns once this refusal is in the audit.
    pub(crate) async fn record(&self, store: &Store, refusal: Refusal) -> Result<(), Error> {
        *self.lock().entry(refusal).or_default() += 1;
        let _turn = self.turn.lock().await;
        // Nothing is left to do when the one before took this refusal along.
        let mut taken = Taken { refusals: self, counts: std::mem::take(&mut *self.lock()) };
        if !taken.counts.is_empty() {
            write(store, &taken.counts).await?;
            taken.counts.clear();
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(store: &Store, counts: &Counts) -> Result<(), Error> {
    let now = store.injected_now();
    in_transaction!(store, |transaction, text| {
        for (refusal, count) in counts {
            sqlx::query(text(&COUNT))
                .bind(now)
                .bind(refusal.kind.as_str())
                .bind(refusal.id.as_deref().unwrap_or_default())
                .bind(refusal.reason.as_str())
                .bind(count)
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query(text(&FORGET)).bind(now).execute(&mut *transaction).await?;
    });
    Ok(())
}

/// Counts that go back when they were not written, be it that the write failed or that nobody waits for it any more.
struct Taken<'r> {
    refusals: &'r Refusals,
    counts: Counts,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut waiting = self.refusals.lock();
        for (refusal, count) in std::mem::take(&mut self.counts) {
            *waiting.entry(refusal).or_default() += count;
        }
    }
}
