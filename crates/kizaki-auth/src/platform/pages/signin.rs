//! The pages where operators sign in and out.

use std::fmt;

use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use kizaki_store::{OperatorCredentials, Subject, Token, UserCode};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::layout::{alert, go_to};
use super::trouble::Trouble;
use super::visit::{Form, Visit};
use super::{APPROVE, SIGN_IN};
use crate::authorize::decision::Refusal;
use crate::cookie;
use crate::service::Service;

/// An operator who signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInForm {
    form_token: String,
    name: String,
    password: String,
    /// The code to go on with.
    #[serde(default)]
    user_code: String,
}

/// An operator who signs out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignOutForm {
    form_token: String,
}

/// The code that a link brought along; nothing else of a link is handed on.
#[derive(Deserialize)]
pub(super) struct Brought {
    user_code: Option<String>,
}

impl Form for SignInForm {
    fn form_token(&self) -> &str {
        &self.form_token
    }
}

impl Form for SignOutForm {
    fn form_token(&self) -> &str {
        &self.form_token
    }
}

impl Brought {
    pub(super) fn code(query: Option<&str>) -> Option<UserCode> {
        let brought: Option<Self> = serde_urlencoded::from_str(query.unwrap_or_default()).ok();
        UserCode::parse(&brought?.user_code?)
    }
}

/// A page of this service, with the code to go on with.
pub(super) struct Target<'c>(pub(super) &'static str, pub(super) Option<&'c UserCode>);

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        self.1.map_or(Ok(()), |code| write!(f, "?user_code={code}"))
    }
}

pub(crate) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let code = Brought::code(query.as_deref());
    if visit.operator.is_some() {
        return Ok(go_to(&Target(APPROVE, code.as_ref()).to_string()));
    }
    form(&visit, StatusCode::OK, "", code.as_ref(), &[])
}

/// An attempt is counted before the password is looked at, and a name that nobody has costs as much work as another.
pub(crate) async fn sign_in(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let SignInForm { name, password, user_code, .. } = visit.form(request).await?;
    let (service, code) = (&visit.service, UserCode::parse(&user_code));
    let (operators, attempts) = (service.store.operators(), service.store.attempts());
    let (name, address) = (name.trim(), visit.subject("operator"));
    let account = Subject::new("operator", &format!("name:{}", name.to_lowercase()));
    service.attempt(attempts.take(&[address, account])).await?;
    let found = service.ask(operators.find(name)).await?;
    let Some(right) = check(service, found.as_ref(), &password).await? else {
        service.ask(operators.refuse(found.as_ref().map(|found| &found.operator))).await?;
        let errors = ["The name or the password is wrong.".to_owned()];
        return form(&visit, StatusCode::UNAUTHORIZED, name, code.as_ref(), &errors);
    };
    service.ask(attempts.reset(account)).await?;
    service.ask(attempts.take_back(address)).await?;
    let token = begin(&visit, right.clone(), &password).await?;
    tracing::info!(operator = right.operator.id, "an operator signed in");
    visit.with_token(go_to(&Target(APPROVE, code.as_ref()).to_string()), &token)
}

/// The credentials whose password this is; finding out takes the same work when there are none.
async fn check<'f>(
    service: &Service,
    found: Option<&'f OperatorCredentials>,
    password: &str,
) -> Result<Option<&'f OperatorCredentials>, Refusal> {
    let hash = found.map(|found| found.password_hash.as_str());
    let is_right = service.passwords.verify(password, hash).await?;
    Ok(found.filter(|_| is_right))
}

/// Begins a session with a password that was verified, and renews its hash if that is outdated.
async fn begin(visit: &Visit, mut found: OperatorCredentials, password: &str) -> Result<Token, Refusal> {
    let (service, operators) = (&visit.service, visit.service.store.operators());
    for _ in 0..2 {
        let OperatorCredentials { operator, password_hash: hash } = &found;
        let renewed = service.passwords.renewed(password, hash).await?;
        if let Some(renewed) = &renewed {
            service.ask(operators.rehash(&operator.id, hash, renewed)).await?;
        }
        let hash = renewed.as_ref().unwrap_or(hash);
        if let Some(token) = service.ask(operators.begin(&operator.id, hash, Some(&visit.token))).await? {
            return Ok(token);
        }
        // The hash is another by now. Where that is another sign-in's renewal, the password is still right.
        let again = service.ask(operators.find(&operator.name)).await?;
        found = check(service, again.as_ref(), password).await?.ok_or(Refusal::Unavailable)?.clone();
    }
    Err(Refusal::Unavailable)
}

pub(crate) async fn sign_out(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let SignOutForm { .. } = visit.form(request).await?;
    visit.service.ask(visit.service.store.operators().end(&visit.token)).await?;
    let mut response = go_to(SIGN_IN);
    let cookie = cookie::clear_operator(&visit.service.settings.public_url);
    response.headers_mut().insert(SET_COOKIE, cookie.ok_or(Refusal::Unavailable)?);
    Ok(response)
}

fn form(
    visit: &Visit,
    status: StatusCode,
    name: &str,
    code: Option<&UserCode>,
    errors: &[String],
) -> Result<Response, Trouble> {
    let content = html! {
        (alert(errors))
        form method="post" action=(SIGN_IN) {
            (visit.hidden())
            @if let Some(code) = code {
                input type="hidden" name="user_code" value=(code);
            }
            label for="name" { "Name" }
            input id="name" name="name" value=(name) required autofocus autocomplete="username"
                autocapitalize="none" spellcheck="false";
            label for="password" { "Password" }
            input id="password" name="password" type="password" required autocomplete="current-password";
            button class="main" { "Sign in" }
        }
    };
    visit.page(status, "Sign in as an operator", &content)
}
