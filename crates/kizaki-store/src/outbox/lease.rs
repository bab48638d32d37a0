//! What workers do with rows: take those that are due, keep them for longer, and end a try.

use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};

use crate::error::Error;
use crate::outbox::shown::Shown;
use crate::outbox::{Outbox, OutboxState};
use crate::statement::{Statement, clocked, on_each, same};

/// A row that a worker has, until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    seq: i64,
    fence: i64,
    /// What tells a repetition.
    pub id: String,
    /// The function.
    pub effect: String,
    /// The entity whose change it follows; empty for none.
    pub entity: String,
    /// The change.
    pub event: String,
    /// The field whose change it was; empty for any.
    pub field: String,
    /// What the app wrote for the effect: JSON.
    pub payload: String,
    /// When the app wrote it, in Unix milliseconds.
    pub created_ms: i64,
    /// How many tries ended before this one.
    pub tries: i64,
    /// When the lease ends, in Unix milliseconds, unless it is extended.
    pub until_ms: i64,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending<'e> {
    /// The effect was delivered.
    Delivered,
    /// It was not.
    Failed {
        /// Why, in words that hold nothing secret.
        error: &'e str,
        /// In how many milliseconds it is tried again; none when that was its last try.
        again_ms: Option<i64>,
    },
}

/// What a worker took.
#[derive(Debug, Default)]
pub struct Taken {
    /// Rows to be tried.
    pub leases: Vec<Lease>,
    /// Rows that were due as well, and are dead now.
    pub unreadable: Vec<Unreadable>,
}

/// A row that cannot be read. The app wrote it past the rules of the table, because SQLite looks neither at the bytes of
/// a text nor, if it is told so, at any rule.
#[derive(Debug)]
pub struct Unreadable {
    seq: i64,
    fence: i64,
    /// Its id, as far as that is a text.
    pub id: String,
    /// What cannot be read.
    pub error: String,
}

struct Found(Result<Lease, Unreadable>);

impl<'r, R: Row> FromRow<'r, R> for Found
where
    Shown: Decode<'r, R::Database> + Type<R::Database>,
    &'static str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        let (seq, fence) = (row.try_get("seq")?, row.try_get("fence")?);
        let whole = || {
            Ok(Lease {
                seq,
                fence,
                id: read(row, "id")?,
                effect: read(row, "effect")?,
                entity: read(row, "entity")?,
                event: read(row, "event")?,
                field: read(row, "field")?,
                payload: read(row, "payload")?,
                created_ms: read(row, "created_ms")?,
                tries: read(row, "tries")?,
                until_ms: read(row, "due_ms")?,
            })
        };
        let id = || row.try_get("id").map_or_else(|_| String::new(), |Shown(id)| id);
        Ok(Self(whole().map_err(|error| Unreadable { seq, fence, id: id(), error })))
    }
}

fn read<'r, R: Row, T>(row: &'r R, column: &'static str) -> Result<T, String>
where
    &'static str: ColumnIndex<R>,
    T: Decode<'r, R::Database> + Type<R::Database>,
{
    row.try_get(column).map_err(|_| format!("its `{column}` cannot be read"))
}

/// Goes from one effect to the next by the index, however many rows each has.
pub(super) const DUE: Statement = clocked!(
    "SELECT effect FROM (\
         WITH RECURSIVE effects (effect) AS (\
             SELECT min(effect) FROM kizaki_outbox WHERE due_ms IS NOT NULL UNION ALL \
             SELECT (SELECT min(o.effect) FROM kizaki_outbox AS o WHERE o.effect > effects.effect AND o.due_ms IS NOT NULL) \
             FROM effects WHERE effects.effect IS NOT NULL\
         ) SELECT effect FROM effects WHERE effect IS NOT NULL\
     ) AS named WHERE (\
         SELECT min(o.due_ms) FROM kizaki_outbox AS o WHERE o.effect = named.effect AND o.due_ms IS NOT NULL\
     ) <= (SELECT now_ms FROM clock) ORDER BY effect"
);
/// Whoever takes at the same time waits on SQLite, and takes others on PostgreSQL.
pub(super) const TAKE: Statement = clocked!(
    sqlite
    "UPDATE kizaki_outbox SET state = 'leased', fence = fence + 1, holder = $4, due_ms = now_ms + $5 FROM clock \
     WHERE seq IN (SELECT seq FROM kizaki_outbox WHERE effect = $2 AND due_ms <= (SELECT now_ms FROM clock) \
     ORDER BY due_ms, seq LIMIT $3) \
     RETURNING seq, fence, id, effect, entity, event, field, payload, created_ms, tries, due_ms",
    postgres
    ", due AS (SELECT seq FROM kizaki_outbox WHERE effect = $2 AND due_ms <= (SELECT now_ms FROM clock) \
     ORDER BY due_ms, seq LIMIT $3 FOR UPDATE SKIP LOCKED) \
     UPDATE kizaki_outbox AS o SET state = 'leased', fence = fence + 1, holder = $4, due_ms = now_ms + $5 \
     FROM due, clock WHERE o.seq = due.seq \
     RETURNING o.seq, fence, id, effect, entity, event, field, payload::text AS payload, created_ms, tries, due_ms"
);
const EXTEND: Statement = clocked!(
    "UPDATE kizaki_outbox SET due_ms = now_ms + $4 FROM clock \
     WHERE seq = $2 AND fence = $3 AND state = 'leased'"
);
const FINISH: Statement = clocked!(
    "UPDATE kizaki_outbox SET state = $4, tries = tries + 1, holder = NULL, due_ms = now_ms + $5, error = $6, \
     failed_ms = CASE WHEN $4 = 'delivered' THEN NULL ELSE now_ms END, \
     done_ms = CASE WHEN $4 = 'delivered' THEN now_ms END \
     FROM clock WHERE seq = $2 AND fence = $3 AND state = 'leased'"
);
const STANDS: Statement = same!("SELECT state FROM kizaki_outbox WHERE seq = $1 AND fence = $2");

impl Outbox<'_> {
    /// The effects of which a row is due, by name, as far as that is a text.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn due(&self) -> Result<Vec<String>, Error> {
        let now = self.0.injected_now();
        let effects: Vec<Shown> =
            on_each!(self.0, |pool, text| sqlx::query_scalar(text(&DUE)).bind(now).fetch_all(pool).await?);
        Ok(effects.into_iter().map(|effect| effect.0).collect())
    }

    /// Takes up to `most` rows of an effect that are due, for so many milliseconds; those that have waited longest. One
    /// that cannot be read is dead then, and says why.
    ///
    /// # Errors
    ///
    /// The database failed; what it took nonetheless is due again when the lease ends.
    pub async fn take(&self, effect: &str, holder: &str, most: u32, lease_ms: i64) -> Result<Taken, Error> {
        let now = self.0.injected_now();
        let rows: Vec<Found> = on_each!(self.0, writer, |pool, text| {
            sqlx::query_as(text(&TAKE))
                .bind(now)
                .bind(effect)
                .bind(i64::from(most))
                .bind(holder)
                .bind(lease_ms)
                .fetch_all(pool)
                .await?
        });
        let mut taken = Taken::default();
        for row in rows {
            match row.0 {
                Ok(lease) => taken.leases.push(lease),
                Err(row) => {
                    let ending = Ending::Failed { error: &row.error, again_ms: None };
                    if self.end(row.seq, row.fence, ending).await? {
                        taken.unreadable.push(row);
                    }
                }
            }
        }
        taken.leases.sort_unstable_by_key(|lease| lease.seq);
        Ok(taken)
    }

    /// Lets a lease end so many milliseconds from now; tells whether it was still the last one of its row.
    ///
    /// # Errors
    ///
    /// The database failed; the lease may end as it would have.
    pub async fn extend(&self, lease: &Lease, lease_ms: i64) -> Result<bool, Error> {
        let now = self.0.injected_now();
        on_each!(self.0, writer, |pool, text| {
            let query = sqlx::query(text(&EXTEND)).bind(now).bind(lease.seq).bind(lease.fence).bind(lease_ms);
            Ok(query.execute(pool).await?.rows_affected() == 1)
        })
    }

    /// Ends a try; tells whether its lease was still the last one of the row, and changes nothing when it was not.
    ///
    /// # Errors
    ///
    /// The database failed; the row may be due again when the lease ends.
    pub async fn finish(&self, lease: &Lease, ending: Ending<'_>) -> Result<bool, Error> {
        self.end(lease.seq, lease.fence, ending).await
    }

    /// Tells whether a row stands as this ending of this lease leaves it: what [`finish`](Self::finish) was, if the
    /// database failed to say so.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn is_finished(&self, lease: &Lease, ending: Ending<'_>) -> Result<bool, Error> {
        on_each!(self.0, |pool, text| {
            let query = sqlx::query_scalar(text(&STANDS)).bind(lease.seq).bind(lease.fence);
            let state: Option<String> = query.fetch_optional(pool).await?;
            Ok(state.as_deref() == Some(ending.state().as_str()))
        })
    }

    async fn end(&self, seq: i64, fence: i64, ending: Ending<'_>) -> Result<bool, Error> {
        let now = self.0.injected_now();
        let (again, error) = match ending {
            Ending::Delivered => (None, None),
            Ending::Failed { error, again_ms } => (again_ms, Some(error)),
        };
        on_each!(self.0, writer, |pool, text| {
            let query = sqlx::query(text(&FINISH))
                .bind(now)
                .bind(seq)
                .bind(fence)
                .bind(ending.state().as_str())
                .bind(again)
                .bind(error);
            Ok(query.execute(pool).await?.rows_affected() == 1)
        })
    }
}

impl Ending<'_> {
    /// The state that it leaves a row in.
    fn state(self) -> OutboxState {
        match self {
            Self::Delivered => OutboxState::Delivered,
            Self::Failed { again_ms: Some(_), .. } => OutboxState::Retrying,
            Self::Failed { again_ms: None, .. } => OutboxState::Dead,
        }
    }
}

impl Lease {
    /// The number of this lease among those of its row, from 1: a later one has a higher number.
    #[must_use]
    pub fn fence(&self) -> i64 {
        self.fence
    }
}
