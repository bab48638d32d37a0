//! New passwords: for who forgot theirs, by a link in a mail, and for who knows it, by itself.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use kizaki_store::{Email, Token};
use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::{Problem, refuse_any};
use super::request::Call;
use super::{login, new_password, signup};
use crate::address::Peer;
use crate::service::Service;

/// A new password by the token of a link in a mail.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    token: String,
    password: String,
}

/// A new password by the one before.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    current_password: String,
    /// The new one.
    password: String,
}

/// Answers the same for every address.
pub(crate) async fn forgot(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (call, email, counted) = signup::addressee(service, peer, request, "forgot").await?;
    call.service.ask(call.service.store.users().forgot_password(&email, counted)).await?;
    call.service.mail_waits.notify_one();
    Ok(StatusCode::ACCEPTED)
}

/// A password that is refused leaves the link as it is.
pub(crate) async fn reset(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (call, Reset { token, password }) = Call::write(service, peer, request).await?;
    refuse_any(new_password::errors(&call.policy, &password))?;
    let address = call.attempt("reset").await?;
    let token = Token::parse(&token).ok_or(Problem::Token)?;
    let users = call.service.store.users();
    if !call.service.ask(users.can_reset(&token)).await? {
        return Err(Problem::Token);
    }
    let new = new_password::accept(&call, &password).await?;
    if !call.service.ask(users.reset_password(&token, new.as_new())).await? {
        return Err(Problem::Token);
    }
    call.service.ask(call.service.store.attempts().take_back(address)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The session that asks goes on; all others end.
pub(crate) async fn change(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (call, Change { current_password, password }) = Call::write(service, peer, request).await?;
    let (token, session) = call.session().await?;
    refuse_any(new_password::errors(&call.policy, &password))?;
    let email = Email::parse(&session.user.email);
    let counted = call.attempt_at("login", login::account(email.as_ref())).await?;
    let users = call.service.store.users();
    let found = call.service.ask(users.find_by_id(&session.user.id)).await?;
    let found = login::check(&call, found, &current_password).await?;
    call.succeeded(counted).await?;
    let new = new_password::accept(&call, &password).await?;
    let change = users.change_password(&found.user.id, &found.password_hash, new.as_new(), &token);
    if !call.service.ask(change).await? {
        return Err(Problem::Credentials);
    }
    Ok(StatusCode::NO_CONTENT)
}
