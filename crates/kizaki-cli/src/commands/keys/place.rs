//! Where the keys are that a command works on: the local store, or a server. The commands do not know which.

use std::path::Path;

use kizaki_store::{
    Filter, Issued, KeyId, Kind, Listing, NewApiKey, NewPlatformKey, Revocation, Rotation, StoreUrl,
};

use super::scope;
use super::server::Server;
use super::store::LocalStore;
use crate::args::{PlaceArgs, StoreArgs};
use crate::commands::Session;
use crate::commands::side::{Side, flags};
use crate::failure::Failure;
use crate::project::Project;

/// A place where keys are kept.
pub(in crate::commands) enum Place {
    /// With the arguments that name it, beginning with a blank.
    Store(LocalStore, String),
    Server(Server),
}

/// Why a key has no new secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum NotRotated {
    Unknown,
    Revoked,
    Expired,
}

impl Place {
    /// Where `args` and the logins say to make keys. A local store is made if it does not exist.
    pub(in crate::commands) fn made(args: &PlaceArgs, session: &Session) -> Result<Self, Failure> {
        Self::choose(args, session, LocalStore::made)
    }

    /// The same, for what makes no sense where there is no key yet.
    pub(in crate::commands) fn existing(args: &PlaceArgs, session: &Session) -> Result<Self, Failure> {
        Self::choose(args, session, LocalStore::existing)
    }

    fn choose(
        args: &PlaceArgs,
        session: &Session,
        local: fn(&StoreArgs) -> Result<LocalStore, Failure>,
    ) -> Result<Self, Failure> {
        let is_here = args.local || args.store.named().is_some();
        match Side::choose(args.server.as_ref(), is_here, "the local store", session)? {
            Side::Here => local(&args.store).map(|store| Self::here(store, args, session)),
            Side::Server(account) => Ok(Self::Server(Server::new(account))),
        }
    }

    fn here(store: LocalStore, args: &PlaceArgs, session: &Session) -> Self {
        let given = args.store.store.as_ref().map(|_| store.url());
        let flags = flags("--store", given, args.local, session);
        Self::Store(store, flags)
    }

    /// What a command that shall work on the same place needs besides, beginning with a blank.
    pub(in crate::commands) fn flags(&self) -> String {
        match self {
            Self::Store(_, flags) => flags.clone(),
            Self::Server(server) => format!(" --server {}", server.url()),
        }
    }

    /// The local store, if this command has made it.
    pub(in crate::commands) fn new_store(&self) -> Option<&StoreUrl> {
        match self {
            Self::Store(store, _) => store.was_made().then(|| store.url()),
            Self::Server(_) => None,
        }
    }

    /// Makes an API key, of a scope that the app declares: a server knows its artifact, and the local store is told it.
    pub(in crate::commands) fn create_api_key(
        &self,
        new: &NewApiKey<'_>,
        artifact: Option<&Path>,
        session: &Session,
    ) -> Result<Issued, Failure> {
        match (self, artifact) {
            (Self::Store(store, _), artifact) => {
                let path = match artifact {
                    Some(path) => path.to_owned(),
                    None => Project::find()?.output(),
                };
                scope::is_declared(new.scope, &path, session)?;
                store.run(async |store| store.api_keys().create(new).await)
            }
            (Self::Server(server), None) => server.create_api_key(new),
            (Self::Server(server), Some(_)) => Err(server.has_artifact().into()),
        }
    }

    /// The API keys that `filter` lets through.
    pub(in crate::commands) fn api_keys(&self, filter: Filter<'_>) -> Result<Listing, Failure> {
        match self {
            Self::Store(store, _) => store.run(async |store| store.api_keys().list(filter).await),
            Self::Server(server) => server.api_keys(filter),
        }
    }

    /// Gives an API key a new secret.
    pub(in crate::commands) fn rotate(
        &self,
        id: &KeyId,
        grace_ms: u64,
    ) -> Result<Result<Issued, NotRotated>, Failure> {
        let rotation = match self {
            Self::Store(store, _) => store.run(async |store| store.api_keys().rotate(id, grace_ms).await)?,
            Self::Server(server) => return server.rotate(id, grace_ms),
        };
        Ok(match rotation {
            Rotation::Rotated(issued) => Ok(issued),
            Rotation::Unknown => Err(NotRotated::Unknown),
            Rotation::Revoked(_) => Err(NotRotated::Revoked),
            Rotation::Expired(_) => Err(NotRotated::Expired),
        })
    }

    /// Makes a platform key.
    pub(in crate::commands) fn create_platform_key(
        &self,
        new: &NewPlatformKey<'_>,
    ) -> Result<Issued, Failure> {
        match self {
            Self::Store(store, _) => store.run(async |store| store.platform_keys().create(new).await),
            Self::Server(server) => server.create_platform_key(new),
        }
    }

    /// All platform keys.
    pub(in crate::commands) fn platform_keys(&self) -> Result<Listing, Failure> {
        match self {
            Self::Store(store, _) => store.run(async |store| store.platform_keys().list().await),
            Self::Server(server) => server.platform_keys(),
        }
    }

    /// Ends a key of this kind.
    pub(in crate::commands) fn revoke(&self, kind: Kind, id: &KeyId) -> Result<Revocation, Failure> {
        match self {
            Self::Store(store, _) => store.run(async |store| match kind {
                Kind::Api => store.api_keys().revoke(id).await,
                Kind::Platform => store.platform_keys().revoke(id).await,
            }),
            Self::Server(server) => server.revoke(kind, id),
        }
    }
}
