//! What the store tells of a key, and what came of a change.

use crate::error::{Error, ErrorKind};
use crate::key::{Key, KeyId, Kind, Secret};

/// Id, scope, name, then the times: created, expires, rotated, end of the previous secret, revoked, and now.
pub(crate) type Row =
    (String, Option<String>, String, i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>, i64);

/// All there is to know of a key but its secret. Times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its public part.
    pub id: KeyId,
    /// What it opens.
    pub kind: Kind,
    /// The scope of an API key; a platform key has none.
    pub scope: Option<String>,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_ms: i64,
    /// From when on it is refused; none for a key that does not expire.
    pub expires_ms: Option<i64>,
    /// When its secret was last replaced.
    pub rotated_ms: Option<i64>,
    /// From when on the secret before the last rotation is refused.
    pub previous_ends_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
}

/// Whether a key can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It can.
    Active,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// A key that was made or rotated, with its secret, which is nowhere else.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The whole key.
    pub key: Secret,
    /// What the store keeps.
    pub record: KeyRecord,
    /// When it was made or rotated.
    pub now_ms: i64,
}

/// Keys, by the time they were made.
#[derive(Debug, Clone)]
pub struct Listing {
    /// When they were listed.
    pub now_ms: i64,
    /// The keys.
    pub keys: Vec<KeyRecord>,
}

/// What came of a rotation.
#[derive(Debug, Clone)]
pub enum Rotation {
    /// The key has a new secret.
    Rotated(Issued),
    /// No key has this id.
    Unknown,
    /// The key is revoked.
    Revoked(KeyRecord),
    /// The key has expired.
    Expired(KeyRecord),
}

/// What came of a revocation. From here on no check on any node accepts the key, unless there is none.
#[derive(Debug, Clone)]
pub enum Revocation {
    /// The key is revoked now.
    Revoked(KeyRecord),
    /// The key was revoked before.
    Already(KeyRecord),
    /// No key has this id.
    Unknown,
}

impl KeyRecord {
    pub(crate) fn new(kind: Kind, row: Row) -> Result<Self, Error> {
        let (id, scope, name, created_ms, expires_ms, rotated_ms, previous_ends_ms, revoked_ms, _) = row;
        let id = KeyId::parse(&id)
            .ok_or_else(|| Error::new(ErrorKind::Corrupt, "the store holds a key whose id is none"))?;
        Ok(Self { id, kind, scope, name, created_ms, expires_ms, rotated_ms, previous_ends_ms, revoked_ms })
    }

    /// Whether the key can be used at `now_ms`.
    #[must_use]
    pub fn state(&self, now_ms: i64) -> KeyState {
        match (self.revoked_ms, self.expires_ms) {
            (Some(_), _) => KeyState::Revoked,
            (None, Some(expires_ms)) if expires_ms <= now_ms => KeyState::Expired,
            _ => KeyState::Active,
        }
    }

    /// Until when the secret before the last rotation is accepted, if it is at `now_ms`.
    #[must_use]
    pub fn grace_ends_ms(&self, now_ms: i64) -> Option<i64> {
        let active = self.state(now_ms) == KeyState::Active;
        self.previous_ends_ms.filter(|ends_ms| active && *ends_ms > now_ms)
    }
}

impl Issued {
    pub(crate) fn new(key: &Key, kind: Kind, row: Row) -> Result<Self, Error> {
        let now_ms = row.8;
        Ok(Self { key: key.to_text(), record: KeyRecord::new(kind, row)?, now_ms })
    }
}

impl KeyState {
    /// The state in one word: `active`, `expired` or `revoked`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}
