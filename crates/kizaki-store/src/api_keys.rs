//! API keys: machine access to the routes that ask for `auth: apiKey(scope)`.

use crate::audit::Actor;
use crate::error::Error;
use crate::key::KeyId;
use crate::keys::{Access, Check, Filter, Issued, KeyRecord, Keys, Lifetime, Listing, Revocation, Rotation};

/// The API keys of a store; see [`Store::api_keys`](crate::Store::api_keys).
#[derive(Debug, Clone, Copy)]
pub struct ApiKeys<'s>(pub(crate) Keys<'s>);

/// An API key to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewApiKey<'n> {
    /// The scope; that the app declares it is for the caller to know.
    pub scope: &'n str,
    /// What people call it: 1 to 100 characters on one line.
    pub name: &'n str,
    /// How long it is valid.
    pub lifetime: Lifetime,
}

/// An API key that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAccess {
    /// Its public part.
    pub id: KeyId,
    /// The scope that it opens, and no other.
    pub scope: String,
    /// What people call it.
    pub name: String,
    /// Whether it was let in with the secret before the last rotation, which will end.
    pub in_grace: bool,
}

impl<'s> ApiKeys<'s> {
    /// The same keys, whose changes the audit puts down to `actor`.
    #[must_use]
    pub fn by(self, actor: Actor<'s>) -> Self {
        Self(self.0.by(actor))
    }

    /// Makes a key.
    ///
    /// # Errors
    ///
    /// A setting is beyond its limits ([`ErrorKind::Setting`](crate::ErrorKind::Setting)), or the store failed.
    pub async fn create(&self, new: &NewApiKey<'_>) -> Result<Issued, Error> {
        self.0.create(Some(new.scope), new.name, new.lifetime).await
    }

    /// The keys that `filter` lets through, by the time they were made.
    ///
    /// # Errors
    ///
    /// The period to look ahead is beyond its limit, or the store failed.
    pub async fn list(&self, filter: Filter<'_>) -> Result<Listing, Error> {
        self.0.list(filter).await
    }

    /// The key with this id.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn find(&self, id: &KeyId) -> Result<Option<KeyRecord>, Error> {
        Ok(self.0.find(id).await?.map(|(record, _)| record))
    }

    /// Gives a key a new secret. The old one is accepted until `grace_ms` from now, and no longer than the key itself;
    /// one that was in its grace period already ends at once.
    ///
    /// # Errors
    ///
    /// The grace period is beyond its limit, or the store failed.
    pub async fn rotate(&self, id: &KeyId, grace_ms: u64) -> Result<Rotation, Error> {
        self.0.rotate(id, grace_ms).await
    }

    /// Ends a key with all its secrets. When this returns, no check that begins later accepts it, on any node.
    ///
    /// # Errors
    ///
    /// The store failed; whether the key is revoked is then not known.
    pub async fn revoke(&self, id: &KeyId) -> Result<Revocation, Error> {
        self.0.revoke(id).await
    }

    /// Judges what was presented as an API key. A refusal is in the audit before it is returned.
    ///
    /// # Errors
    ///
    /// The store failed; the key is then not to be let in.
    pub async fn check(&self, presented: &str) -> Result<Check<ApiAccess>, Error> {
        let to_access = |Access { id, scope, name, in_grace, .. }| {
            // The table holds no API key without a scope.
            let scope = scope.unwrap_or_default();
            ApiAccess { id, scope, name, in_grace }
        };
        Ok(self.0.check(presented).await?.map(to_access))
    }
}
