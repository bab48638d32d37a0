//! How the effects stand, from one snapshot, at a cost that depends on how many effects there are and not on how many
//! rows: beyond those, it reads what was counted since it was asked last.

use crate::error::{Error, ErrorKind};
use crate::outbox::shown::Shown;
use crate::outbox::{Outbox, OutboxState};
use crate::statement::{Statement, clocked, on_each};

/// How all effects stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxStatus {
    /// When, in Unix milliseconds.
    pub now_ms: i64,
    /// Each effect of which there is a row, by name.
    pub effects: Vec<EffectCounts>,
}

/// How one effect stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectCounts {
    /// Its name.
    pub effect: String,
    /// In the order of [`OutboxState::ALL`].
    counts: [u64; 6],
    /// When the oldest was written of those that are pending, leased or retrying, in Unix milliseconds.
    pub oldest_ms: Option<i64>,
    /// When a try failed last of what is not delivered.
    pub failed_ms: Option<i64>,
    /// Why.
    pub error: Option<String>,
}

/// The time; then an effect, with its counts in the order of [`EffectCounts`], if there is one.
type Row = (
    i64,
    Option<Shown>,
    Counted,
    Counted,
    Counted,
    Counted,
    Counted,
    Counted,
    Counted,
    Counted,
    Option<Shown>,
);
type Counted = Option<i64>;

pub(super) const STATUS: Statement = clocked!(
    ", sums AS (SELECT effect, \
     CAST(sum(CASE state WHEN 'pending' THEN count ELSE 0 END) AS bigint) AS pending, \
     CAST(sum(CASE state WHEN 'leased' THEN count ELSE 0 END) AS bigint) AS leased, \
     CAST(sum(CASE state WHEN 'retrying' THEN count ELSE 0 END) AS bigint) AS retrying, \
     CAST(sum(CASE state WHEN 'delivered' THEN count ELSE 0 END) AS bigint) AS delivered, \
     CAST(sum(CASE state WHEN 'dead' THEN count ELSE 0 END) AS bigint) AS dead, \
     CAST(sum(CASE state WHEN 'discarded' THEN count ELSE 0 END) AS bigint) AS discarded \
     FROM kizaki_outbox_counts GROUP BY effect HAVING sum(count) <> 0) \
     SELECT now_ms, effect, pending, leased, retrying, delivered, dead, discarded, \
     (SELECT CAST(created_ms AS bigint) FROM kizaki_outbox AS o WHERE o.effect = sums.effect AND due_ms IS NOT NULL \
      ORDER BY created_ms LIMIT 1), \
     (SELECT CAST(failed_ms AS bigint) FROM kizaki_outbox AS o WHERE o.effect = sums.effect AND failed_ms IS NOT NULL \
      ORDER BY failed_ms DESC LIMIT 1), \
     (SELECT error FROM kizaki_outbox AS o WHERE o.effect = sums.effect AND failed_ms IS NOT NULL \
      ORDER BY failed_ms DESC LIMIT 1) \
     FROM clock LEFT JOIN sums ON true ORDER BY effect"
);

impl Outbox<'_> {
    /// How the effects stand. Counts are added up before, where this user may change them.
    ///
    /// # Errors
    ///
    /// The database failed, or its counts are none.
    pub async fn status(&self) -> Result<OutboxStatus, Error> {
        // What is not added up now is the next time; the sums are the same.
        let _ = self.add_up().await;
        let now = self.0.injected_now();
        let rows: Vec<Row> =
            on_each!(self.0, |pool, text| sqlx::query_as(text(&STATUS)).bind(now).fetch_all(pool).await?);
        let now_ms = rows.first().map(|row| row.0).ok_or_else(unreadable)?;
        let effects = rows.into_iter().filter_map(EffectCounts::read).collect::<Result<_, _>>()?;
        Ok(OutboxStatus { now_ms, effects })
    }
}

impl EffectCounts {
    /// How many rows it has in a state; of those delivered or discarded, since a week ago.
    #[must_use]
    pub fn count(&self, state: OutboxState) -> u64 {
        let of_state = OutboxState::ALL.into_iter().zip(self.counts).find(|(other, _)| *other == state);
        of_state.map_or(0, |(_, count)| count)
    }

    fn read(row: Row) -> Option<Result<Self, Error>> {
        let (_, effect, pending, leased, retrying, delivered, dead, discarded, oldest_ms, failed_ms, error) =
            row;
        let effect = effect?.0;
        let counts = [pending, leased, retrying, delivered, dead, discarded];
        // None is below zero, unless a row went past the triggers.
        if counts.iter().any(|count| count.is_none_or(|count| count < 0)) {
            return Some(Err(unreadable()));
        }
        let counts = counts.map(|count| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0));
        Some(Ok(Self { effect, counts, oldest_ms, failed_ms, error: error.map(|error| error.0) }))
    }
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Corrupt, "the counts of the outbox are not those of its rows")
}
