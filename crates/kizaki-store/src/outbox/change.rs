//! What operators do with rows, and what is removed in time.

use crate::error::Error;
use crate::outbox::row::unreadable;
use crate::outbox::{OUTBOX_KEPT_MS, Outbox, OutboxState};
use crate::statement::{Statement, clocked, in_transaction, on_each};
use crate::store::Pool;

/// What came of a change that an operator asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxChange {
    /// It was made; the row was in this state before.
    Changed(OutboxState),
    /// No row has this id.
    Unknown,
    /// It makes no sense in the state that the row is in.
    Refused(OutboxState),
}

/// Rows that are removed by one statement.
const BATCH: i64 = 1000;
/// Counts that are added up by one statement, how many there are beside their sums before it is worth it, and how many
/// statements there are at once.
const MOST_ADDED: i64 = 100_000;
const WORTH_ADDING: i64 = 256;
const MOST_SUMS: u32 = 10;

const STATE: Statement = Statement {
    sqlite: "SELECT state FROM kizaki_outbox WHERE id = $1",
    postgres: "SELECT state FROM kizaki_outbox WHERE id = $1 FOR UPDATE",
};
const RETRY: Statement = clocked!(
    "UPDATE kizaki_outbox SET state = 'pending', tries = 0, due_ms = now_ms, failed_ms = NULL, error = NULL, \
     done_ms = NULL FROM clock WHERE id = $2"
);
const DISCARD: Statement = clocked!(
    "UPDATE kizaki_outbox SET state = 'discarded', holder = NULL, due_ms = NULL, failed_ms = NULL, done_ms = now_ms \
     FROM clock WHERE id = $2"
);
pub(super) const SWEEP: Statement = clocked!(
    sqlite
    "DELETE FROM kizaki_outbox WHERE seq IN (SELECT seq FROM kizaki_outbox \
     WHERE done_ms <= (SELECT now_ms - $2 FROM clock) ORDER BY done_ms LIMIT $3)",
    postgres
    "DELETE FROM kizaki_outbox WHERE seq = ANY (ARRAY(SELECT seq FROM kizaki_outbox \
     WHERE done_ms <= (SELECT now_ms - $2 FROM clock) ORDER BY done_ms LIMIT $3 FOR UPDATE SKIP LOCKED))"
);
const TO_ADD: &str = "SELECT CAST(coalesce(sum(counts - 1), 0) AS bigint) FROM (\
     SELECT count(*) AS counts FROM kizaki_outbox_counts GROUP BY effect, state) AS counted";
/// Gives how many counts were added up.
const ADD_UP: &str = "WITH gone AS (DELETE FROM kizaki_outbox_counts WHERE ctid = ANY (ARRAY(\
     SELECT ctid FROM kizaki_outbox_counts LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING effect, state, count), \
     sums AS (INSERT INTO kizaki_outbox_counts (effect, state, count) \
     SELECT effect, state, sum(count) FROM gone GROUP BY effect, state HAVING sum(count) <> 0) \
     SELECT count(*) FROM gone";

impl Outbox<'_> {
    /// Lets a row that is dead, discarded or waits for another try be tried now, as if it had never been
    /// tried.
    ///
    /// # Errors
    ///
    /// The database failed; nothing was changed.
    pub async fn retry(&self, id: &str) -> Result<OutboxChange, Error> {
        self.change(id, &RETRY, |state| {
            matches!(state, OutboxState::Dead | OutboxState::Discarded | OutboxState::Retrying)
        })
        .await
    }

    /// Ends a row that was not delivered. A worker that has it may still deliver it, and cannot end its try any more.
    ///
    /// # Errors
    ///
    /// The database failed; nothing was changed.
    pub async fn discard(&self, id: &str) -> Result<OutboxChange, Error> {
        self.change(id, &DISCARD, |state| !matches!(state, OutboxState::Delivered | OutboxState::Discarded))
            .await
    }

    /// Removes rows whose time is over, a number of them at once; tells whether more may be left.
    ///
    /// # Errors
    ///
    /// The database failed; nothing was removed.
    pub async fn sweep(&self) -> Result<bool, Error> {
        let now = self.0.injected_now();
        let removed = on_each!(self.0, writer, |pool, text| {
            let query = sqlx::query(text(&SWEEP)).bind(now).bind(OUTBOX_KEPT_MS).bind(BATCH);
            query.execute(pool).await?.rows_affected()
        });
        Ok(i64::try_from(removed).is_ok_and(|removed| removed == BATCH))
    }

    /// Adds up the counts of rows, where there are many to add; each step is a transaction of its own.
    ///
    /// On SQLite they are always added up. On PostgreSQL every transaction adds its own, so that none waits for another.
    ///
    /// # Errors
    ///
    /// The database failed, or does not let this user change it; the counts say the same as before.
    pub(super) async fn add_up(&self) -> Result<(), Error> {
        let Pool::Postgres(pool) = self.0.pool() else { return Ok(()) };
        let to_add: i64 = sqlx::query_scalar(TO_ADD).fetch_one(pool).await?;
        if to_add < WORTH_ADDING {
            return Ok(());
        }
        for _ in 0..MOST_SUMS {
            let added: i64 = sqlx::query_scalar(ADD_UP).bind(MOST_ADDED).fetch_one(pool).await?;
            if added < MOST_ADDED {
                break;
            }
        }
        Ok(())
    }

    async fn change(
        &self,
        id: &str,
        statement: &Statement,
        is_allowed: impl Fn(OutboxState) -> bool,
    ) -> Result<OutboxChange, Error> {
        let now = self.0.injected_now();
        Ok(in_transaction!(self.0, |transaction, text| {
            let query = sqlx::query_scalar(text(&STATE)).bind(id);
            let state: Option<String> = query.fetch_optional(&mut *transaction).await?;
            match state.map(|state| OutboxState::from_name(&state).ok_or_else(unreadable)).transpose()? {
                None => OutboxChange::Unknown,
                Some(state) if !is_allowed(state) => OutboxChange::Refused(state),
                Some(state) => {
                    sqlx::query(text(statement)).bind(now).bind(id).execute(&mut *transaction).await?;
                    OutboxChange::Changed(state)
                }
            }
        }))
    }
}
