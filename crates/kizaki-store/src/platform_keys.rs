//! Platform keys: what automation of deployments signs in with. They open no route of the app.

use crate::audit::Actor;
use crate::error::Error;
use crate::key::KeyId;
use crate::keys::{Access, Check, Filter, Issued, Keys, Lifetime, Listing, Revocation};

/// The platform keys of a store; see [`Store::platform_keys`](crate::Store::platform_keys).
#[derive(Debug, Clone, Copy)]
pub struct PlatformKeys<'s>(pub(crate) Keys<'s>);

/// A platform key to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewPlatformKey<'n> {
    /// What people call it: 1 to 100 characters on one line.
    pub name: &'n str,
    /// How long it is valid.
    pub lifetime: Lifetime,
}

/// A platform key that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformAccess {
    /// Its public part.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// From when on it is refused, in Unix milliseconds; none for a key that does not expire.
    pub expires_ms: Option<i64>,
}

impl<'s> PlatformKeys<'s> {
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
    pub async fn create(&self, new: &NewPlatformKey<'_>) -> Result<Issued, Error> {
        self.0.create(None, new.name, new.lifetime).await
    }

    /// All keys, by the time they were made.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn list(&self) -> Result<Listing, Error> {
        self.0.list(Filter::default()).await
    }

    /// Ends a key. When this returns, no check that begins later accepts it, on any node.
    ///
    /// # Errors
    ///
    /// The store failed; whether the key is revoked is then not known.
    pub async fn revoke(&self, id: &KeyId) -> Result<Revocation, Error> {
        self.0.revoke(id).await
    }

    /// Judges what was presented as a platform key. A refusal is in the audit before it is returned.
    ///
    /// # Errors
    ///
    /// The store failed; the key is then not to be let in.
    pub async fn check(&self, presented: &str) -> Result<Check<PlatformAccess>, Error> {
        let to_access = |Access { id, name, expires_ms, .. }| PlatformAccess { id, name, expires_ms };
        Ok(self.0.check(presented).await?.map(to_access))
    }
}
