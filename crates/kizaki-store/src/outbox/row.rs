//! The rows of the outbox as they are listed: everything but what the app wrote for the effect alone.

use crate::error::{Error, ErrorKind};
use crate::outbox::Outbox;
use crate::outbox::shown::Shown;
use crate::statement::{Statement, on_each, same};
use crate::store::NOW;

/// The state of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutboxState {
    /// It waits for its first try.
    Pending,
    /// A worker has it.
    Leased,
    /// A try failed, and it waits for the next.
    Retrying,
    /// It was delivered.
    Delivered,
    /// Its last try failed; it waits for an operator.
    Dead,
    /// An operator ended it.
    Discarded,
}

/// One row. Times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// What tells a repetition.
    pub id: String,
    /// The function.
    pub effect: String,
    /// The entity whose change it follows; empty for none.
    pub entity: String,
    /// The change; empty where the app wrote none.
    pub event: String,
    /// The field whose change it was; empty for any.
    pub field: String,
    /// Its state.
    pub state: OutboxState,
    /// Tries that ended.
    pub tries: u64,
    /// When the app wrote it.
    pub created_ms: i64,
    /// From when on a worker may take it; in a lease, when that ends.
    pub due_ms: Option<i64>,
    /// Who has it.
    pub holder: Option<String>,
    /// When its last try failed.
    pub failed_ms: Option<i64>,
    /// Why.
    pub error: Option<String>,
    /// When it was delivered or discarded.
    pub done_ms: Option<i64>,
}

/// Rows, the last written first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxListing {
    /// When they were listed, in Unix milliseconds.
    pub now_ms: i64,
    /// The rows.
    pub rows: Vec<OutboxRow>,
}

/// Which rows are listed.
#[derive(Debug, Clone, Copy)]
pub struct OutboxFilter<'f> {
    /// Only those in this state.
    pub state: Option<OutboxState>,
    /// Only those of this effect.
    pub effect: Option<&'f str>,
    /// At most so many.
    pub most: u32,
}

type Row = (
    Shown,
    Shown,
    Shown,
    Shown,
    Shown,
    String,
    i64,
    i64,
    Option<i64>,
    Option<Shown>,
    Option<i64>,
    Option<Shown>,
    Option<i64>,
);

/// A row that an app wrote past the rules of the table is listed, too: numbers that are none are 0.
const LIST: Statement = same!(
    "SELECT id, effect, entity, event, field, state, CAST(tries AS bigint), CAST(created_ms AS bigint), \
     CAST(due_ms AS bigint), holder, CAST(failed_ms AS bigint), error, CAST(done_ms AS bigint) FROM kizaki_outbox \
     WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR effect = $2) \
     ORDER BY seq DESC LIMIT $3"
);

impl Outbox<'_> {
    /// Rows, the last written first.
    ///
    /// # Errors
    ///
    /// The database failed, or a row is in a state that is none.
    pub async fn list(&self, filter: OutboxFilter<'_>) -> Result<OutboxListing, Error> {
        let now = self.0.injected_now();
        let now_ms =
            on_each!(self.0, |pool, text| sqlx::query_scalar(text(&NOW)).bind(now).fetch_one(pool).await?);
        let rows: Vec<Row> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&LIST))
                .bind(filter.state.map(OutboxState::as_str))
                .bind(filter.effect)
                .bind(i64::from(filter.most))
                .fetch_all(pool)
                .await?
        });
        Ok(OutboxListing { now_ms, rows: rows.into_iter().map(OutboxRow::read).collect::<Result<_, _>>()? })
    }
}

impl OutboxRow {
    fn read(row: Row) -> Result<Self, Error> {
        let (
            id,
            effect,
            entity,
            event,
            field,
            state,
            tries,
            created_ms,
            due_ms,
            holder,
            failed_ms,
            error,
            done_ms,
        ) = row;
        let state = OutboxState::from_name(&state).ok_or_else(unreadable)?;
        let tries = u64::try_from(tries).unwrap_or(0);
        let [id, effect, entity, event, field] = [id, effect, entity, event, field].map(|text| text.0);
        let [holder, error] = [holder, error].map(|text| text.map(|text| text.0));
        Ok(Self {
            id,
            effect,
            entity,
            event,
            field,
            state,
            tries,
            created_ms,
            due_ms,
            holder,
            failed_ms,
            error,
            done_ms,
        })
    }
}

pub(crate) fn unreadable() -> Error {
    Error::new(ErrorKind::Corrupt, "the outbox holds a row that cannot be read")
}

impl OutboxState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Leased, Self::Retrying, Self::Delivered, Self::Dead, Self::Discarded];

    /// The state in one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Leased => "leased",
            Self::Retrying => "retrying",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }

    /// The state that a word names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}
