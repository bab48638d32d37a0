//! The audit: what was done with keys, and what was refused. No record has a secret, or a part of one, in it.
//!
//! Every change of a key is one record. Refusals that are alike – the same key, the same reason, the same hour – are
//! one record that counts them, and an id that belongs to no key is not written down, because whoever presents it
//! chooses it. So the audit grows with what operators do and with the number of keys, and not with what is thrown at the
//! service. Refusals are kept for 90 days, changes for ever.

use crate::error::{Error, ErrorKind};
use crate::key::{KeyId, Kind};
use crate::keys::Reason;
use crate::statement::{Statement, on_each, same};
use crate::store::Store;

/// One record. Times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// What happened.
    pub event: AuditEvent,
    /// The kind of key that was changed or asked for.
    pub kind: Kind,
    /// The key; none where no key has the id that was presented.
    pub key_id: Option<KeyId>,
    /// When it happened first.
    pub first_ms: i64,
    /// When it happened last.
    pub last_ms: i64,
    /// How often; more than 1 for refusals only.
    pub count: u64,
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditEvent {
    /// A key was made.
    Created,
    /// A key got a new secret.
    Rotated,
    /// A key was revoked.
    Revoked,
    /// A check was refused.
    Refused(Reason),
}

type Row = (String, String, String, String, i64, i64, i64);

/// A change of a key, at the time that the change itself noted.
pub(crate) const RECORD: Statement = same!(
    "INSERT INTO audit (event, kind, key_id, reason, hour, first_ms, last_ms, count) \
     VALUES ($1, $2, $3, '', $4 / 3600000, $4, $4, 1)"
);
const LATEST: Statement = same!(
    "SELECT event, kind, key_id, reason, first_ms, last_ms, count FROM audit ORDER BY last_ms DESC, seq DESC LIMIT $1"
);

/// Writes the record of a change within its transaction.
macro_rules! record {
    ($transaction:ident, $text:ident, $event:expr, $kind:expr, $row:expr) => {{
        let row: &$crate::keys::Row = $row;
        sqlx::query($text(&$crate::audit::RECORD))
            .bind($event.as_str())
            .bind($kind)
            .bind(row.0.as_str())
            .bind(row.8)
            .execute(&mut *$transaction)
            .await?;
    }};
}

pub(crate) use record;

impl Store {
    /// The latest records, the last first.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn audit(&self, most: u32) -> Result<Vec<AuditRecord>, Error> {
        let rows: Vec<Row> = on_each!(self, |pool, text| {
            sqlx::query_as(text(&LATEST)).bind(i64::from(most)).fetch_all(pool).await?
        });
        let read = |row| AuditRecord::read(row).ok_or_else(unreadable);
        rows.into_iter().map(read).collect()
    }
}

impl AuditRecord {
    fn read((event, kind, key_id, reason, first_ms, last_ms, count): Row) -> Option<Self> {
        let event = match event.as_str() {
            "created" => AuditEvent::Created,
            "rotated" => AuditEvent::Rotated,
            "revoked" => AuditEvent::Revoked,
            _ => AuditEvent::Refused(Reason::from_name(&reason)?),
        };
        let (kind, count) = (Kind::from_name(&kind)?, u64::try_from(count).ok()?);
        Some(Self { event, kind, key_id: KeyId::parse(&key_id), first_ms, last_ms, count })
    }
}

impl AuditEvent {
    /// The event in one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Rotated => "rotated",
            Self::Revoked => "revoked",
            Self::Refused(_) => "refused",
        }
    }
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Corrupt, "the audit holds a record that cannot be read")
}
