//! Effects as programs read them: what `kizaki effects` prints and the management API answers. Times are Unix
//! milliseconds.

use kizaki_store::{EffectCounts, OutboxListing, OutboxRow, OutboxState, OutboxStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declared::Declared;
use crate::artifact::Snapshot;
use crate::platform::documents::Malformed;

/// How many effects are listed where nothing is said.
pub const LISTED: u32 = 50;
/// The most effects that a service lists at once.
pub const MOST_LISTED: u32 = 10_000;

/// How the effects stand, from one snapshot of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusDocument {
    /// When.
    pub now_ms: i64,
    /// When the oldest was written of all that wait or are tried.
    pub oldest_ms: Option<i64>,
    /// Each effect of which the outbox has a row, by name.
    pub effects: Vec<EffectDocument>,
}

/// How one effect stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EffectDocument {
    /// The function.
    pub effect: String,
    /// Whether the artifact declares it; one that is not declared waits. Null where no artifact was asked.
    pub declared: Option<bool>,
    /// Those that wait for their first try.
    pub pending: u64,
    /// Those that a worker has.
    pub leased: u64,
    /// Those that wait for another try.
    pub retrying: u64,
    /// Those whose last try failed.
    pub dead: u64,
    /// Those that were delivered within a week.
    pub delivered: u64,
    /// Those that were discarded within a week.
    pub discarded: u64,
    /// When the oldest was written of those that are pending, leased or retrying.
    pub oldest_ms: Option<i64>,
    /// When a try failed last of what is neither delivered nor discarded.
    pub failed_ms: Option<i64>,
    /// Why.
    pub error: Option<String>,
}

/// Rows of the outbox, the last written first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListDocument {
    /// When they were listed.
    pub now_ms: i64,
    /// The rows.
    pub effects: Vec<RowDocument>,
}

/// One row, without its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowDocument {
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
    /// `pending`, `leased`, `retrying`, `delivered`, `dead` or `discarded`.
    pub state: String,
    /// Tries that ended.
    pub tries: u64,
    /// When the app wrote it.
    pub created_ms: i64,
    /// From when on a worker may take it; in a lease, when that ends.
    pub due_ms: Option<i64>,
    /// Which worker has it.
    pub holder: Option<String>,
    /// When its last try failed.
    pub failed_ms: Option<i64>,
    /// Why.
    pub error: Option<String>,
    /// When it was delivered or discarded.
    pub done_ms: Option<i64>,
}

/// An effect that an operator had tried again or discarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedDocument {
    /// What tells a repetition.
    pub id: String,
    /// The state before the change.
    pub was: String,
}

impl StatusDocument {
    /// The document of a status; with an artifact it says which effects that declares.
    #[must_use]
    pub fn new(status: OutboxStatus, snapshot: Option<&Snapshot>) -> Self {
        let declared = snapshot.and_then(|snapshot| Declared::of(snapshot).ok());
        let oldest_ms = status.effects.iter().filter_map(|effect| effect.oldest_ms).min();
        let document = |effect: EffectCounts| {
            let declared = declared.as_ref().map(|declared| declared.has(&effect.effect));
            EffectDocument {
                declared,
                pending: effect.count(OutboxState::Pending),
                leased: effect.count(OutboxState::Leased),
                retrying: effect.count(OutboxState::Retrying),
                dead: effect.count(OutboxState::Dead),
                delivered: effect.count(OutboxState::Delivered),
                discarded: effect.count(OutboxState::Discarded),
                oldest_ms: effect.oldest_ms,
                failed_ms: effect.failed_ms,
                error: effect.error,
                effect: effect.effect,
            }
        };
        Self { now_ms: status.now_ms, oldest_ms, effects: status.effects.into_iter().map(document).collect() }
    }
}

impl From<OutboxListing> for ListDocument {
    fn from(listing: OutboxListing) -> Self {
        Self { now_ms: listing.now_ms, effects: listing.rows.into_iter().map(RowDocument::from).collect() }
    }
}

impl From<OutboxRow> for RowDocument {
    fn from(row: OutboxRow) -> Self {
        Self {
            id: row.id,
            effect: row.effect,
            entity: row.entity,
            event: row.event,
            field: row.field,
            state: row.state.as_str().to_owned(),
            tries: row.tries,
            created_ms: row.created_ms,
            due_ms: row.due_ms,
            holder: row.holder,
            failed_ms: row.failed_ms,
            error: row.error,
            done_ms: row.done_ms,
        }
    }
}

/// The state before the change.
impl TryFrom<ChangedDocument> for OutboxState {
    type Error = Malformed;

    fn try_from(changed: ChangedDocument) -> Result<Self, Malformed> {
        Self::from_name(&changed.was).ok_or(Malformed)
    }
}
