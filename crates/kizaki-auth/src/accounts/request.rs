//! A request about an account, read and judged before anything is done with it.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderMap;
use inspire_artifact::auth::{PasswordPolicy, Provider};
use inspire_artifact::routes::AuthMode;
use kizaki_store::{LiveSession, Subject, Token};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::address::{self, Peer};
use crate::artifact::Snapshot;
use crate::authorize::decision::Refusal;
use crate::service::Service;
use crate::site::is_cross_site;
use crate::{body, session};

/// The cookie names no session that goes on.
pub(super) const NO_SESSION: Refusal = Refusal::Unauthorized { asked: AuthMode::Session };

/// An attempt that was counted for the address it comes from and for the account it is about.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    address: Subject,
    pub(super) account: Subject,
}

/// A request that may be done.
pub(super) struct Call {
    pub(super) service: Arc<Service>,
    /// What the request is judged by to its end.
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) policy: PasswordPolicy,
    pub(super) session_seconds: u64,
    headers: HeaderMap,
    /// What attempts are counted by.
    address: String,
}

impl Call {
    /// Reads a request that changes something, and its body.
    pub(super) async fn write<T: DeserializeOwned>(
        service: Arc<Service>,
        peer: Peer,
        request: Request,
    ) -> Result<(Self, T), Problem> {
        let call = Self::without_body(service, peer, request.headers().clone())?;
        let body = body::json(request).await?;
        Ok((call, body))
    }

    /// Reads a request that changes something and says all with its headers.
    pub(super) fn without_body(
        service: Arc<Service>,
        peer: Peer,
        headers: HeaderMap,
    ) -> Result<Self, Problem> {
        Self::read_only(service, peer, headers)?.of_own_site()
    }

    /// The same request, unless a page of another site sends it.
    pub(super) fn of_own_site(self) -> Result<Self, Problem> {
        if is_cross_site(&self.headers, &self.service.settings.public_url) {
            return Err(Problem::CrossSite);
        }
        Ok(self)
    }

    /// Reads a request that changes nothing.
    pub(super) fn read_only(service: Arc<Service>, peer: Peer, headers: HeaderMap) -> Result<Self, Problem> {
        let snapshot = service.current.snapshot();
        let (policy, session_seconds) = rules(&snapshot)?;
        let address = address::client(peer, &headers, &service.settings.trusted_proxies);
        let address = address::counted(address).to_string();
        Ok(Self { service, snapshot, policy, session_seconds, headers, address })
    }

    /// The token in the session cookie.
    pub(super) fn token(&self) -> Option<Token> {
        session::of_cookie(&self.service, &self.headers)
    }

    /// The session of the cookie, with its token.
    pub(super) async fn session(&self) -> Result<(Token, LiveSession), Problem> {
        let token = self.token().ok_or(NO_SESSION)?;
        let session = self.service.ask(self.service.store.sessions().find(&token)).await?;
        Ok((token, session.ok_or(NO_SESSION)?))
    }

    /// Counts an attempt of this address at `what`.
    pub(super) async fn attempt(&self, what: &str) -> Result<Subject, Problem> {
        let subject = self.subject(what);
        self.take(&[subject]).await?;
        Ok(subject)
    }

    /// Counts an attempt of this address at `what`, and one for `account`; both, or none where one has to wait.
    pub(super) async fn attempt_at(&self, what: &str, account: Subject) -> Result<Counted, Problem> {
        let address = self.subject(what);
        self.take(&[address, account]).await?;
        Ok(Counted { address, account })
    }

    /// Counts an attempt of each of these, or of none.
    pub(super) async fn take(&self, subjects: &[Subject]) -> Result<(), Problem> {
        Ok(self.service.attempt(self.service.store.attempts().take(subjects)).await?)
    }

    /// Tells that an attempt succeeded: those at the account are forgotten, and this one of the address.
    pub(super) async fn succeeded(&self, counted: Counted) -> Result<(), Problem> {
        self.service.ask(self.service.store.attempts().reset(counted.account)).await?;
        Ok(self.service.ask(self.service.store.attempts().take_back(counted.address)).await?)
    }

    fn subject(&self, what: &str) -> Subject {
        Subject::new(what, &format!("address:{}", self.address))
    }
}

/// The rules for passwords and the length of sessions, if there are accounts.
fn rules(snapshot: &Snapshot) -> Result<(PasswordPolicy, u64), Refusal> {
    let auth = snapshot.auth()?.ok_or(Refusal::NotFound)?;
    if !auth.providers().any(|provider| provider == Provider::Email) {
        return Err(Refusal::NotFound);
    }
    let policy = auth.password().ok_or(Refusal::Unavailable)?;
    Ok((policy, auth.session_duration_seconds()))
}
