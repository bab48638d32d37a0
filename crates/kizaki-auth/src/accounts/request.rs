//! A request about an account, read and judged before anything is done with it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use inspire_artifact::auth::{PasswordPolicy, Provider};
use inspire_artifact::routes::AuthMode;
use kizaki_store::{LiveSession, Subject, Token};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::address::{self, Peer};
use crate::artifact::Snapshot;
use crate::authorize::decision::Refusal;
use crate::public_url::PublicUrl;
use crate::service::Service;
use crate::session;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The cookie names no session that goes on.
pub(super) const NO_SESSION: Refusal = Refusal::Unauthorized { asked: AuthMode::Session };

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
        if !is_json(&call.headers) {
            return Err(Problem::NotJson);
        }
        let body = Bytes::from_request(request, &()).await.map_err(|refused| match refused.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
            _ => Problem::Body("the body ended early".to_owned()),
        })?;
        let body = serde_json::from_slice(&body).map_err(|error| Problem::Body(error.to_string()))?;
        Ok((call, body))
    }

    /// Reads a request that changes something and says all with its headers.
    pub(super) fn without_body(
        service: Arc<Service>,
        peer: Peer,
        headers: HeaderMap,
    ) -> Result<Self, Problem> {
        let call = Self::read_only(service, peer, headers)?;
        if is_cross_site(&call.headers, &call.service.settings.public_url) {
            return Err(Problem::CrossSite);
        }
        Ok(call)
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
        self.attempt_of(what, &format!("address:{}", self.address)).await
    }

    /// Counts an attempt of `who` at `what`.
    pub(super) async fn attempt_of(&self, what: &str, who: &str) -> Result<Subject, Problem> {
        let subject = Subject::new(what, who);
        match self.service.ask(self.service.store.attempts().take(subject)).await? {
            Ok(()) => Ok(subject),
            Err(wait_ms) => Err(Refusal::Limited { retry_after: wait_ms.div_ceil(1000) }.into()),
        }
    }

    /// Tells that attempts at an account succeeded: its own are forgotten, and this one of the address.
    pub(super) async fn succeeded(&self, account: Subject, address: Subject) -> Result<(), Problem> {
        self.service.ask(self.service.store.attempts().reset(account)).await?;
        Ok(self.service.ask(self.service.store.attempts().take_back(address)).await?)
    }
}

/// The rules for passwords and the length of sessions, if there are accounts.
fn rules(snapshot: &Snapshot) -> Result<(PasswordPolicy, u64), Refusal> {
    let auth = snapshot.artifact.auth().map_err(|_| Refusal::Unavailable)?.ok_or(Refusal::NotFound)?;
    if !auth.providers().any(|provider| provider == Provider::Email) {
        return Err(Refusal::NotFound);
    }
    let policy = auth.password().ok_or(Refusal::Unavailable)?;
    Ok((policy, auth.session_duration_seconds()))
}

/// Whether a browser sends this for a page of another origin. Who sends neither header is no browser, and carries no
/// one else's cookies.
fn is_cross_site(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let every = |name: HeaderName, is_own: &dyn Fn(&[u8]) -> bool| {
        headers.get_all(name).iter().all(|value| is_own(value.as_bytes()))
    };
    let own = public_url.to_string();
    let is_own_origin = every(ORIGIN, &|value| value == own.as_bytes());
    let is_own_site = every(SITE, &|value| matches!(value, b"same-origin" | b"none"));
    !(is_own_origin && is_own_site)
}

/// Whether the one `Content-Type` is that of JSON, whatever its parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().ok().and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{is_cross_site, is_json};
    use crate::public_url::PublicUrl;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_the_own_origin_writes() {
        let own = PublicUrl::parse("https://app.example").unwrap();
        let is_refused = |lines: &[(&'static str, &str)]| is_cross_site(&headers(lines), &own);
        let accepted: [&[(&'static str, &str)]; 4] = [
            &[],
            &[("origin", "https://app.example")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://app.example")],
            &[("sec-fetch-site", "none")],
        ];
        for lines in accepted {
            assert!(!is_refused(lines), "{lines:?}");
        }
        let refused: [&[(&'static str, &str)]; 10] = [
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "http://app.example")],
            &[("origin", "https://app.example:8443")],
            &[("origin", "https://app.example.evil.example")],
            &[("origin", "https://app.example"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://app.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        ];
        for lines in refused {
            assert!(is_refused(lines), "{lines:?}");
        }
    }

    #[test]
    fn only_json_is_json() {
        for value in ["application/json", "Application/JSON; charset=utf-8"] {
            assert!(is_json(&headers(&[("content-type", value)])), "{value}");
        }
        for value in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonx",
            "text/plain; application/json",
        ] {
            assert!(!is_json(&headers(&[("content-type", value)])), "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
        assert!(!is_json(&headers(&[("content-type", "application/json"), ("content-type", "text/plain")])));
    }
}
