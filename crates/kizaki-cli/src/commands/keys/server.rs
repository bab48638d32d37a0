//! The keys of a server, by its management API.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::PublicUrl;
use kizaki_auth::platform::documents::{
    ApiKeyFilter, CreateApiKey, CreatePlatformKey, IssuedKey, KeyList, RevokedKey, RotateKey,
};
use kizaki_store::{Filter, Issued, KeyId, Kind, Lifetime, Listing, NewApiKey, NewPlatformKey, Revocation};
use reqwest::RequestBuilder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::place::NotRotated;
use crate::commands::side;
use crate::failure::Failure;
use crate::remote::{Account, Refusal};

const API_KEYS: &str = "/__platform/api-keys";
const PLATFORM_KEYS: &str = "/__platform/keys";
/// The codes of refusals that are about a key.
const UNKNOWN: &str = "unknown_key";
const REVOKED: &str = "key_revoked";
const EXPIRED: &str = "key_expired";

/// A server, and who asks it.
pub(in crate::commands) struct Server {
    account: Account,
}

impl Server {
    pub(super) fn new(account: Account) -> Self {
        Self { account }
    }

    pub(super) fn url(&self) -> &PublicUrl {
        self.account.remote().server()
    }

    /// What to tell where the server's own artifact is not the one that is meant.
    pub(super) fn has_artifact(&self) -> Diagnostic {
        let message = format!("`--artifact` is for the local store; the server `{}` has its own", self.url());
        Diagnostic::without_place(Code::InvalidKeySetting, message).help("leave it out, or say `--local`")
    }

    pub(super) fn create_api_key(&self, new: &NewApiKey<'_>) -> Result<Issued, Failure> {
        let (scope, name) = (new.scope.to_owned(), new.name.to_owned());
        let body = CreateApiKey { scope, name, lifetime_ms: milliseconds(new.lifetime) };
        self.create(API_KEYS, &body)
    }

    pub(super) fn create_platform_key(&self, new: &NewPlatformKey<'_>) -> Result<Issued, Failure> {
        let body = CreatePlatformKey { name: new.name.to_owned(), lifetime_ms: milliseconds(new.lifetime) };
        self.create(PLATFORM_KEYS, &body)
    }

    fn create(&self, path: &str, body: &impl Serialize) -> Result<Issued, Failure> {
        let request = self.account.remote().post(path).json(body);
        self.ask::<IssuedKey, _>(request, Some("made"))?.map_err(|refusal| refused(&refusal))
    }

    pub(super) fn api_keys(&self, filter: Filter<'_>) -> Result<Listing, Failure> {
        let filter = ApiKeyFilter { scope: filter.scope.map(str::to_owned), expiring_ms: filter.expiring_ms };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(filter.scope.map(|scope| ("scope", scope)));
        query.extend_pairs(filter.expiring_ms.map(|period| ("expiring_ms", period.to_string())));
        self.list(&format!("{API_KEYS}?{}", query.finish()))
    }

    pub(super) fn platform_keys(&self) -> Result<Listing, Failure> {
        self.list(PLATFORM_KEYS)
    }

    fn list(&self, path: &str) -> Result<Listing, Failure> {
        let request = self.account.remote().get(path);
        self.ask::<KeyList, _>(request, None)?.map_err(|refusal| refused(&refusal))
    }

    pub(super) fn rotate(&self, id: &KeyId, grace_ms: u64) -> Result<Result<Issued, NotRotated>, Failure> {
        let path = format!("{API_KEYS}/{id}/rotate");
        let request = self.account.remote().post(&path).json(&RotateKey { grace_ms });
        self.ask::<IssuedKey, _>(request, Some("rotated"))?.map_or_else(
            |refusal| match refusal.code.as_str() {
                UNKNOWN => Ok(Err(NotRotated::Unknown)),
                REVOKED => Ok(Err(NotRotated::Revoked)),
                EXPIRED => Ok(Err(NotRotated::Expired)),
                _ => Err(refused(&refusal)),
            },
            |issued| Ok(Ok(issued)),
        )
    }

    pub(super) fn revoke(&self, kind: Kind, id: &KeyId) -> Result<Revocation, Failure> {
        let keys = match kind {
            Kind::Api => API_KEYS,
            Kind::Platform => PLATFORM_KEYS,
        };
        let request = self.account.remote().post(&format!("{keys}/{id}/revoke"));
        match self.ask::<RevokedKey, _>(request, Some("revoked"))? {
            Ok(revocation) => Ok(revocation),
            Err(refusal) if refusal.code == UNKNOWN => Ok(Revocation::Unknown),
            Err(refusal) => Err(refused(&refusal)),
        }
    }

    /// Asks, and reads the answer; `change` is what may have been done to a key when there is none.
    fn ask<Document: DeserializeOwned, T: TryFrom<Document>>(
        &self,
        request: RequestBuilder,
        change: Option<&str>,
    ) -> Result<Result<T, Refusal>, Failure> {
        let undone = change
            .map(|change| format!("whether the key was {change} is not known: look at the list of keys"));
        side::ask::<Document, T>(&self.account, request, undone.as_deref())
    }
}

/// What to tell where the server does not do what it was asked, as the local store would tell it.
fn refused(refusal: &Refusal) -> Failure {
    if refusal.code != "unknown_scope" {
        return Diagnostic::without_place(Code::InvalidKeySetting, refusal.message.clone()).into();
    }
    // Behind the semicolon stands the way out.
    let (message, help) = match refusal.message.split_once("; ") {
        Some((message, help)) => (message, Some(help.to_owned())),
        None => (refusal.message.as_str(), None),
    };
    let mut one = Diagnostic::without_place(Code::UnknownScope, message);
    one.help = help;
    one.into()
}

fn milliseconds(lifetime: Lifetime) -> Option<u64> {
    match lifetime {
        Lifetime::For(length_ms) => Some(length_ms),
        Lifetime::Never => None,
    }
}
