//! The JSON documents of the management API, which `kizaki api-keys` and `kizaki keys` print with `--json` as well.
//!
//! All times are Unix milliseconds, and lengths of time are milliseconds.

use kizaki_store::{Issued, KeyId, KeyRecord, Kind, Lifetime, Listing, Revocation, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A list of keys.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeyList {
    /// When they were listed.
    pub now_ms: i64,
    /// The keys, by the time they were made.
    pub keys: Vec<KeyDocument>,
}

/// A key that was made or rotated, with its secret, which is shown this once.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct IssuedKey {
    /// The whole key.
    pub key: String,
    /// All else about it.
    #[serde(flatten)]
    pub about: KeyDocument,
}

/// A key that is revoked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RevokedKey {
    /// Whether it was revoked before.
    pub already: bool,
    /// The key.
    #[serde(flatten)]
    pub about: KeyDocument,
}

/// All there is to know of a key but its secret.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeyDocument {
    /// Its public part.
    pub id: String,
    /// `api` or `platform`.
    pub kind: String,
    /// The scope of an API key; a platform key has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What people call it.
    pub name: String,
    /// `active`, `expired` or `revoked`.
    pub state: String,
    /// When it was made.
    pub created_ms: i64,
    /// From when on it is refused; null for a key that does not expire.
    pub expires_ms: Option<i64>,
    /// When its secret was last replaced.
    pub rotated_ms: Option<i64>,
    /// From when on the secret before the last rotation is refused.
    pub previous_ends_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
}

/// An API key to be made.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// The scope, which the artifact must declare.
    pub scope: String,
    /// What to call it: 1 to 100 characters on one line.
    pub name: String,
    /// How long it is valid; null until it is revoked.
    #[serde(default = "default_lifetime_ms")]
    pub lifetime_ms: Option<u64>,
}

/// A platform key to be made.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePlatformKey {
    /// What to call it: 1 to 100 characters on one line.
    pub name: String,
    /// How long it is valid; null until it is revoked.
    #[serde(default = "default_lifetime_ms")]
    pub lifetime_ms: Option<u64>,
}

/// How a key is rotated.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// How long the old secret is accepted.
    pub grace_ms: u64,
}

/// Which API keys to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyFilter {
    /// Those of this scope only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Those only that are active and expire within this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiring_ms: Option<u64>,
}

/// Whose credential a request has.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WhoAmI {
    /// `login` or `key`.
    pub kind: String,
    /// The name of the operator, or of the platform key.
    pub name: String,
    /// When the login or the platform key ends (RFC 3339); null for a platform key that does not.
    pub expires_at: Option<String>,
}

/// What a command shows to a person who is to let it sign in (RFC 8628, 3.2).
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeviceAuthorization {
    /// What the command asks for its token with.
    pub device_code: String,
    /// What the person types, `WDJB-MJHT`.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// The same, with the code in it.
    pub verification_uri_complete: String,
    /// How many seconds the codes live.
    pub expires_in: i64,
    /// How many seconds to wait between two questions.
    pub interval: i64,
}

/// The token of a login (RFC 6749, 5.1).
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LoginToken {
    /// The token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// How many seconds it lives.
    pub expires_in: i64,
}

/// Why there is no token (RFC 6749, 5.2; RFC 8628, 3.5).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TokenError {
    /// The code of the standards.
    pub error: String,
    /// A sentence for people.
    pub error_description: String,
}

/// A document that holds what no store could have given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// What is taken when nothing is said.
fn default_lifetime_ms() -> Option<u64> {
    match Lifetime::DEFAULT {
        Lifetime::For(length_ms) => Some(length_ms),
        Lifetime::Never => None,
    }
}

/// A lifetime as documents have it: null for one that does not end.
#[must_use]
pub fn lifetime(lifetime_ms: Option<u64>) -> Lifetime {
    lifetime_ms.map_or(Lifetime::Never, Lifetime::For)
}

impl From<&Listing> for KeyList {
    fn from(listing: &Listing) -> Self {
        let keys = listing.keys.iter().map(|key| KeyDocument::new(key, listing.now_ms)).collect();
        Self { now_ms: listing.now_ms, keys }
    }
}

impl From<&Issued> for IssuedKey {
    fn from(issued: &Issued) -> Self {
        let about = KeyDocument::new(&issued.record, issued.now_ms);
        Self { key: issued.key.expose().to_owned(), about }
    }
}

impl KeyDocument {
    /// A key as it was at `now_ms`.
    #[must_use]
    pub fn new(key: &KeyRecord, now_ms: i64) -> Self {
        Self {
            id: key.id.to_string(),
            kind: key.kind.as_str().to_owned(),
            scope: key.scope.clone(),
            name: key.name.clone(),
            state: key.state(now_ms).as_str().to_owned(),
            created_ms: key.created_ms,
            expires_ms: key.expires_ms,
            rotated_ms: key.rotated_ms,
            previous_ends_ms: key.previous_ends_ms,
            revoked_ms: key.revoked_ms,
        }
    }
}

impl RevokedKey {
    /// What came of a revocation; none when no key has the id.
    #[must_use]
    pub fn new(revocation: &Revocation) -> Option<Self> {
        let (already, key) = match revocation {
            Revocation::Revoked(key) => (false, key),
            Revocation::Already(key) => (true, key),
            Revocation::Unknown => return None,
        };
        // A key that is revoked is so at any time.
        Some(Self { already, about: KeyDocument::new(key, 0) })
    }
}

impl TryFrom<KeyDocument> for KeyRecord {
    type Error = Malformed;

    fn try_from(key: KeyDocument) -> Result<Self, Malformed> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == key.kind).ok_or(Malformed)?;
        if key.scope.is_some() != (kind == Kind::Api) {
            return Err(Malformed);
        }
        Ok(Self {
            id: KeyId::parse(&key.id).ok_or(Malformed)?,
            kind,
            scope: key.scope,
            name: key.name,
            created_ms: key.created_ms,
            expires_ms: key.expires_ms,
            rotated_ms: key.rotated_ms,
            previous_ends_ms: key.previous_ends_ms,
            revoked_ms: key.revoked_ms,
        })
    }
}

impl TryFrom<KeyList> for Listing {
    type Error = Malformed;

    fn try_from(list: KeyList) -> Result<Self, Malformed> {
        let keys = list.keys.into_iter().map(KeyRecord::try_from).collect::<Result<_, _>>()?;
        Ok(Self { now_ms: list.now_ms, keys })
    }
}

impl TryFrom<IssuedKey> for Issued {
    type Error = Malformed;

    fn try_from(issued: IssuedKey) -> Result<Self, Malformed> {
        let record = KeyRecord::try_from(issued.about)?;
        let key = kizaki_store::Key::parse(&issued.key).map_err(|_| Malformed)?;
        if key.id != record.id || key.kind != record.kind {
            return Err(Malformed);
        }
        // It was made or rotated in that very moment.
        let now_ms = record.rotated_ms.unwrap_or(record.created_ms);
        Ok(Self { key: Secret::from(issued.key), record, now_ms })
    }
}

impl TryFrom<RevokedKey> for Revocation {
    type Error = Malformed;

    fn try_from(revoked: RevokedKey) -> Result<Self, Malformed> {
        let key = KeyRecord::try_from(revoked.about)?;
        match (key.revoked_ms, revoked.already) {
            (None, _) => Err(Malformed),
            (Some(_), true) => Ok(Self::Already(key)),
            (Some(_), false) => Ok(Self::Revoked(key)),
        }
    }
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the document holds what no store could have given")
    }
}

impl std::error::Error for Malformed {}
