//! Signing in and out, and who is signed in.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use kizaki_store::{Credentials, Email, LiveSession, Subject, Token};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::new_password;
use super::problem::Problem;
use super::request::Call;
use crate::address::Peer;
use crate::authorize::decision::Refusal;
use crate::cookie;
use crate::principal::{self, Attributes, Choices, Chosen};
use crate::service::Service;

/// Who signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    email: String,
    password: String,
}

/// A session.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SessionState {
    user: SignedIn,
    /// When the session ends (RFC 3339).
    expires_at: String,
    /// The attributes of the principal that have a value.
    attributes: Map<String, Value>,
    /// The attributes that have none, not even null.
    incomplete: Vec<String>,
    /// For each attribute that the user chooses, up to 100 values to choose from.
    choices: BTreeMap<String, Vec<Value>>,
}

/// A signed-in user.
#[derive(Serialize, JsonSchema)]
struct SignedIn {
    id: String,
    email: String,
    name: String,
}

/// Begins a new session, whatever cookie the browser had before; that session ends.
pub(crate) async fn login(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<Response, Problem> {
    let (call, Login { email, password }) = Call::write(service, peer, request).await?;
    let email = Email::parse(&email);
    let counted = call.attempt_at("login", account(email.as_ref())).await?;
    let found = match &email {
        Some(email) => call.service.ask(call.service.store.users().find(email)).await?,
        None => None,
    };
    let found = check(&call, found, &password).await?;
    call.succeeded(counted).await?;
    if !found.is_verified {
        return Err(Problem::NotVerified);
    }
    new_password::settle(&call, &found, &password).await?;
    // Before there is a session, because it may fail.
    let (service, user) = (&call.service, &found.user);
    let attributes =
        principal::of_user(service, &call.snapshot, user, &Chosen::new(), Choices::Listed).await?;
    let token = begin(&call, found, &password).await?;
    let live = call.service.ask(call.service.store.sessions().find(&token)).await?;
    let live = live.ok_or(Problem::Credentials)?;
    let cookie = cookie::set(&call.service.settings.public_url, &token, call.session_seconds);
    Ok((with_cookie(cookie)?, Json(SessionState::of(live, attributes)?)).into_response())
}

/// Ends the session of the cookie, if there is one, and takes the cookie back.
pub(crate) async fn logout(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let call = Call::without_body(service, peer, headers)?;
    if let Some(token) = call.token() {
        call.service.ask(call.service.store.sessions().end(&token)).await?;
    }
    let cookie = with_cookie(cookie::clear(&call.service.settings.public_url))?;
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
}

pub(crate) async fn session(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Json<SessionState>, Problem> {
    let call = Call::read_only(service, peer, headers)?;
    let (_, session) = call.session().await?;
    let attributes = principal::of_session(&call.service, &call.snapshot, &session, Choices::Listed).await?;
    Ok(Json(SessionState::of(session, attributes)?))
}

/// The credentials whose password this is; finding out takes the same work when there are none.
pub(super) async fn check(
    call: &Call,
    found: Option<Credentials>,
    password: &str,
) -> Result<Credentials, Problem> {
    let hash = found.as_ref().map(|found| found.password_hash.as_str());
    let is_right = call.service.passwords.verify(password, hash).await?;
    found.filter(|_| is_right).ok_or(Problem::Credentials)
}

/// What attempts at an account are counted by. What is no address has no account; all of that counts as one.
pub(super) fn account(email: Option<&Email>) -> Subject {
    Subject::new("login", email.map_or("", Email::key))
}

/// Begins a session with a password that was verified, and renews its hash if that is outdated.
async fn begin(call: &Call, mut found: Credentials, password: &str) -> Result<Token, Problem> {
    let (users, sessions, before) = (call.service.store.users(), call.service.store.sessions(), call.token());
    for _ in 0..2 {
        let Credentials { user, password_hash: hash, .. } = &found;
        let renewed = call.service.passwords.renewed(password, hash).await?;
        if let Some(renewed) = &renewed {
            call.service.ask(users.rehash(&user.id, hash, renewed)).await?;
        }
        let hash = renewed.as_ref().unwrap_or(hash);
        let begin = sessions.begin(&user.id, hash, call.session_seconds, before.as_ref());
        if let Some(token) = call.service.ask(begin).await? {
            return Ok(token);
        }
        // The hash is another by now. Where that is another sign-in's renewal, the password is still right.
        let again = call.service.ask(users.find_by_id(&user.id)).await?;
        found = check(call, again, password).await?;
    }
    Err(Problem::Credentials)
}

fn with_cookie(cookie: Option<HeaderValue>) -> Result<HeaderMap, Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert(SET_COOKIE, cookie.ok_or(Refusal::Unavailable)?);
    Ok(headers)
}

impl SessionState {
    pub(super) fn of(live: LiveSession, attributes: Attributes) -> Result<Self, Refusal> {
        let expires = Timestamp::from_millisecond(live.expires_ms).map_err(|_| Refusal::Unavailable)?;
        let user = SignedIn { id: live.user.id, email: live.user.email, name: live.user.name };
        let Attributes { values, incomplete, choices } = attributes;
        Ok(Self { user, expires_at: expires.to_string(), attributes: values, incomplete, choices })
    }
}
