//! The audit: what was done with keys, logins and operators, by whom, and what was refused. No record has a secret, or a
//! part of one, in it.
//!
//! Every change is one record. Refusals that are alike – the same key, the same reason, the same hour – are
//! one record that counts them, and an id that belongs to nothing is not written down, because whoever presents it
//! chooses it. So the audit grows with what operators do and with the number of keys, and not with what is thrown at the
//! service. Refusals are kept for 90 days, changes for ever.

use std::fmt;

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
    /// What was changed or presented.
    pub kind: AuditKind,
    /// Which of them; none where nothing has the id that was presented.
    pub id: Option<String>,
    /// Who acted, as [`Actor`] is shown; none where a command acted on the store itself, and for refusals.
    pub actor: Option<String>,
    /// When it happened first.
    pub first_ms: i64,
    /// When it happened last.
    pub last_ms: i64,
    /// How often; more than 1 for refusals only.
    pub count: u64,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditEvent {
    /// It was made.
    Created,
    /// A key got a new secret.
    Rotated,
    /// It was taken back.
    Revoked,
    /// A check was refused.
    Refused(Reason),
    /// An operator let a command sign in; the login has the same id.
    Approved,
    /// An operator did not.
    Denied,
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuditKind {
    /// An API key.
    Api,
    /// A platform key.
    Platform,
    /// The login of a command.
    Login,
    /// An operator; refused sign-ins are theirs.
    Operator,
    /// A link to make an operator.
    SetUp,
}

/// Who acts, shown as the audit names them: `operator:ID`, `login:ID`, `key:ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A command that works on the store itself; shown as nothing.
    Machine,
    /// An operator, in a browser.
    Operator(&'a str),
    /// A command that an operator has signed in with.
    Login(&'a str),
    /// Whoever has a platform key.
    PlatformKey(&'a KeyId),
}

type Row = (String, String, String, String, i64, i64, i64, String);

/// A change, at the time that the change itself noted.
pub(crate) const RECORD: Statement = same!(
    "INSERT INTO audit (event, kind, key_id, reason, hour, first_ms, last_ms, count, actor) \
     VALUES ($1, $2, $3, '', $4 / 3600000, $4, $4, 1, $5)"
);
const LATEST: Statement = same!(
    "SELECT event, kind, key_id, reason, first_ms, last_ms, count, actor FROM audit \
     ORDER BY last_ms DESC, seq DESC LIMIT $1"
);

/// Writes the record of a change within its transaction.
macro_rules! record {
    ($transaction:ident, $text:ident, $event:expr, $kind:expr, $id:expr, $at_ms:expr, $actor:expr) => {
        sqlx::query($text(&$crate::audit::RECORD))
            .bind($event.as_str())
            .bind($kind.as_str())
            .bind($id)
            .bind($at_ms)
            .bind($actor.to_string())
            .execute(&mut *$transaction)
            .await?
    };
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
    fn read((event, kind, id, reason, first_ms, last_ms, count, actor): Row) -> Option<Self> {
        let event = match event.as_str() {
            "created" => AuditEvent::Created,
            "rotated" => AuditEvent::Rotated,
            "revoked" => AuditEvent::Revoked,
            "approved" => AuditEvent::Approved,
            "denied" => AuditEvent::Denied,
            _ => AuditEvent::Refused(Reason::from_name(&reason)?),
        };
        let (kind, count) = (AuditKind::from_name(&kind)?, u64::try_from(count).ok()?);
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Some(Self { event, kind, id: some(id), actor: some(actor), first_ms, last_ms, count })
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
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }
}

impl AuditKind {
    const ALL: [Self; 5] = [Self::Api, Self::Platform, Self::Login, Self::Operator, Self::SetUp];

    /// The kind in one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => Kind::Api.as_str(),
            Self::Platform => Kind::Platform.as_str(),
            Self::Login => "login",
            Self::Operator => "operator",
            Self::SetUp => "setup",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl From<Kind> for AuditKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Api => Self::Api,
            Kind::Platform => Self::Platform,
        }
    }
}

impl fmt::Display for Actor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine => Ok(()),
            Self::Operator(id) => write!(f, "operator:{id}"),
            Self::Login(id) => write!(f, "login:{id}"),
            Self::PlatformKey(id) => write!(f, "key:{id}"),
        }
    }
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Corrupt, "the audit holds a record that cannot be read")
}
