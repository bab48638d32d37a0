//! Whether a key that was presented is let in.

use std::fmt;

use subtle::{Choice, ConstantTimeEq as _};

use crate::error::Error;
use crate::key::{Key, KeyId, Kind, Malformed};
use crate::refusals::Refusal;
use crate::statement::{Statement, clocked, on_each};
use crate::store::Store;

/// What came of a check; `A` says what the key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check<A> {
    /// The key is valid.
    Accepted(A),
    /// The key is not; what was wrong is for logs and the audit, not for who presented it.
    Refused(Reason),
}

/// Why a key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The text is no key: its shape or its checksum is wrong.
    Malformed,
    /// It is a key of the other kind.
    WrongKind,
    /// No key has this id.
    UnknownId,
    /// The id is known, and the secret is neither its own nor the one before.
    WrongSecret,
    /// The secret was replaced, and its grace period is over.
    RotatedOut,
    /// The key's time is over.
    Expired,
    /// The key was revoked.
    Revoked,
}

/// A key that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) id: KeyId,
    pub(crate) scope: Option<String>,
    pub(crate) name: String,
    pub(crate) in_grace: bool,
    pub(crate) expires_ms: Option<i64>,
}

/// Scope, name, hash, the hash before and its end, expires, revoked, now.
type Row = (Option<String>, String, Vec<u8>, Option<Vec<u8>>, Option<i64>, Option<i64>, Option<i64>, i64);

const CHECK: Statement = clocked!(
    "SELECT scope, name, secret_hash, previous_hash, previous_ends_ms, expires_ms, revoked_ms, now_ms \
     FROM keys, clock WHERE id = $2 AND kind = $3"
);

/// Judges `presented` and records a refusal before it is told.
pub(super) async fn check(store: &Store, kind: Kind, presented: &str) -> Result<Check<Access>, Error> {
    let (key, refusal) = match Key::parse(presented) {
        Err(Malformed) => return refuse(store, kind, None, Reason::Malformed).await,
        // The id stands in the other kind's list, if anywhere.
        Ok(key) if key.kind != kind => return refuse(store, kind, None, Reason::WrongKind).await,
        Ok(key) => match find(store, &key).await? {
            None => return refuse(store, kind, None, Reason::UnknownId).await,
            Some(row) => match judge(&key, row) {
                Ok(access) => return Ok(Check::Accepted(access)),
                Err(reason) => (key, reason),
            },
        },
    };
    refuse(store, kind, Some(key.id), refusal).await
}

async fn find(store: &Store, key: &Key) -> Result<Option<Row>, Error> {
    let (now, id, kind) = (store.injected_now(), key.id.as_str(), key.kind.as_str());
    on_each!(store, |pool, text| {
        let query = sqlx::query_as(text(&CHECK)).bind(now).bind(id).bind(kind);
        Ok(query.fetch_optional(pool).await?)
    })
}

async fn refuse(
    store: &Store,
    kind: Kind,
    id: Option<KeyId>,
    reason: Reason,
) -> Result<Check<Access>, Error> {
    let id = id.map(|id| id.as_str().to_owned());
    store.refusals.record(store, Refusal { kind: kind.into(), id, reason }).await?;
    Ok(Check::Refused(reason))
}

/// The state of a key is told only to who has a secret of it.
fn judge(key: &Key, row: Row) -> Result<Access, Reason> {
    let (scope, name, current, previous, previous_ends_ms, expires_ms, revoked_ms, now_ms) = row;
    let presented = key.hash();
    let is_current: bool = presented.as_slice().ct_eq(&current).into();
    let is_previous: Choice = previous.map_or(Choice::from(0), |hash| presented.as_slice().ct_eq(&hash));
    let is_previous: bool = is_previous.into();
    let over = |time: Option<i64>| time.is_some_and(|time| time <= now_ms);
    match () {
        () if !is_current && !is_previous => Err(Reason::WrongSecret),
        () if revoked_ms.is_some() => Err(Reason::Revoked),
        () if over(expires_ms) => Err(Reason::Expired),
        () if !is_current && over(previous_ends_ms) => Err(Reason::RotatedOut),
        () => Ok(Access { id: key.id.clone(), scope, name, in_grace: !is_current, expires_ms }),
    }
}

impl<A> Check<A> {
    /// The same outcome, with what the key opens in another form.
    pub fn map<B>(self, to: impl FnOnce(A) -> B) -> Check<B> {
        match self {
            Self::Accepted(access) => Check::Accepted(to(access)),
            Self::Refused(reason) => Check::Refused(reason),
        }
    }
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Malformed,
        Self::WrongKind,
        Self::UnknownId,
        Self::WrongSecret,
        Self::RotatedOut,
        Self::Expired,
        Self::Revoked,
    ];

    /// Its name in the audit and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::WrongKind => "wrong_kind",
            Self::UnknownId => "unknown_id",
            Self::WrongSecret => "wrong_secret",
            Self::RotatedOut => "rotated_out",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
