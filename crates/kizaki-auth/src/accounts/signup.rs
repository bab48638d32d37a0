//! Signing up, and verifying the address.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use kizaki_store::{Email, MOST_NAME_CHARACTERS, NewUser, Subject, Token, is_name};
use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::{FieldError, Problem, refuse_any};
use super::request::Call;
use super::{login, new_password};
use crate::address::Peer;
use crate::service::Service;

/// Who signs up.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUp {
    email: String,
    password: String,
    /// What people call them: 1 to 100 characters on one line.
    name: String,
}

/// The token of a link in a mail, and the password of the sign-up that it is about.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verification {
    token: String,
    password: String,
}

/// Whom a mail is to go to.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Addressee {
    email: String,
}

/// Answers the same for every address; its owner learns by mail which it was.
pub(crate) async fn signup(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (call, SignUp { email, password, name }) = Call::write(service, peer, request).await?;
    let mut errors = new_password::errors(&call.policy, &password);
    let (address, name) = (Email::parse(&email), name.trim());
    if address.is_none() {
        errors.push(bad_address());
    }
    if !is_name(name) {
        let message = format!("Give a name of 1 to {MOST_NAME_CHARACTERS} characters on one line.");
        errors.push(FieldError::new("name", message));
    }
    refuse_any(errors)?;
    let email = address.ok_or_else(|| Problem::Fields(vec![bad_address()]))?;
    let counted = call.attempt_at("sign-up", mail_to(&email)).await?;
    let password = new_password::accept(&call, &password).await?;
    let new = NewUser { email: &email, name, password: password.as_new() };
    call.service.ask(call.service.store.users().sign_up(&new, counted.account)).await?;
    call.service.mail_waits.notify_one();
    Ok(StatusCode::ACCEPTED)
}

/// Takes both what only the owner of the address has and what only the one who signed up knows: otherwise an owner who
/// follows a link would let in a stranger who signed up with their address.
pub(crate) async fn verify(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (call, Verification { token, password }) = Call::write(service, peer, request).await?;
    let address = call.attempt("verify").await?;
    let token = Token::parse(&token).ok_or(Problem::Token)?;
    let users = call.service.store.users();
    let found = call.service.ask(users.find_by_verification(&token)).await?.ok_or(Problem::Token)?;
    login::check(&call, Some(found), &password).await?;
    if !call.service.ask(users.verify(&token)).await? {
        return Err(Problem::Token);
    }
    call.service.ask(call.service.store.attempts().take_back(address)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn resend(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (call, email, counted) = addressee(service, peer, request, "resend").await?;
    call.service.ask(call.service.store.users().resend_verification(&email, counted)).await?;
    call.service.mail_waits.notify_one();
    Ok(StatusCode::ACCEPTED)
}

/// Reads a request for a mail, and counts it for the one who asks and the one who would get it.
pub(super) async fn addressee(
    service: Arc<Service>,
    peer: Peer,
    request: Request,
    what: &str,
) -> Result<(Call, Email, Subject), Problem> {
    let (call, Addressee { email }) = Call::write(service, peer, request).await?;
    let email = Email::parse(&email).ok_or_else(|| Problem::Fields(vec![bad_address()]))?;
    let counted = call.attempt_at(what, mail_to(&email)).await?;
    Ok((call, email, counted.account))
}

/// What mails that anybody can ask for are counted by.
fn mail_to(email: &Email) -> Subject {
    Subject::new("mail", email.key())
}

fn bad_address() -> FieldError {
    FieldError::new("email", "Give an e-mail address, such as ada@example.com.")
}
