//! The page where an operator is made, by a link that `kizaki serve --init-operator` prints.

use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Response;
use inspire_artifact::auth::PasswordPolicy;
use kizaki_store::{MOST_NAME_CHARACTERS, NewOperator, SetUp, Token, is_name};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::layout::alert;
use super::trouble::Trouble;
use super::visit::{Form, Visit};
use super::{SETUP, SIGN_IN};
use crate::accounts::new_password::COMMON;
use crate::common_passwords;

/// Where a password is all there is, 15 characters are asked for, and none of any sort (NIST SP 800-63B, 3.1.1.2).
const POLICY: PasswordPolicy = PasswordPolicy {
    min_length: 15,
    max_length: 256,
    require_uppercase: false,
    require_lowercase: false,
    require_digit: false,
    require_special: false,
    block_common: true,
    breach_check: false,
};

/// What the link holds.
#[derive(Deserialize)]
struct Link {
    token: String,
}

/// An operator to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOperatorForm {
    form_token: String,
    /// The token of the link.
    token: String,
    /// 1 to 100 characters on one line.
    name: String,
    password: String,
    /// The password again.
    again: String,
}

impl Form for NewOperatorForm {
    fn form_token(&self) -> &str {
        &self.form_token
    }
}

pub(crate) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let link: Option<Link> = serde_urlencoded::from_str(&query.unwrap_or_default()).ok();
    let token = link.and_then(|link| Token::parse(&link.token)).ok_or(Trouble::DeadLink)?;
    is_alive(&visit, &token).await?;
    form(&visit, StatusCode::OK, &token, "", &[])
}

pub(crate) async fn make(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let NewOperatorForm { token, name, password, again, .. } = visit.form(request).await?;
    let token = Token::parse(&token).ok_or(Trouble::DeadLink)?;
    is_alive(&visit, &token).await?;
    let name = name.trim();
    let errors = errors(name, &password, &again);
    if !errors.is_empty() {
        return form(&visit, StatusCode::UNPROCESSABLE_ENTITY, &token, name, &errors);
    }
    let hash = visit.service.passwords.hash(&password).await?;
    let new = NewOperator { name, password_hash: &hash };
    match visit.service.ask(visit.service.store.operators().set_up(&token, &new)).await? {
        SetUp::Made(operator) => {
            tracing::info!(operator = operator.id, "an operator was made");
            visit.page(
                StatusCode::OK,
                "You are an operator",
                &html! {
                    p { "The name and the password are set. The link does not work any more." }
                    p { a href=(SIGN_IN) { "Sign in" } }
                },
            )
        }
        SetUp::Taken => {
            let errors = ["Choose another name: an operator has this one.".to_owned()];
            form(&visit, StatusCode::UNPROCESSABLE_ENTITY, &token, name, &errors)
        }
        SetUp::Dead => Err(Trouble::DeadLink),
    }
}

/// Whether the link works; each try of one that does not is counted.
async fn is_alive(visit: &Visit, token: &Token) -> Result<(), Trouble> {
    let service = &visit.service;
    let (attempts, subject) = (service.store.attempts(), visit.subject("set-up"));
    service.attempt(attempts.take(&[subject])).await?;
    if !service.ask(service.store.operators().can_set_up(token)).await? {
        return Err(Trouble::DeadLink);
    }
    Ok(service.ask(attempts.take_back(subject)).await?)
}

/// Every rule that what was typed breaks.
fn errors(name: &str, password: &str, again: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if !is_name(name) {
        errors.push(format!("Give a name of 1 to {MOST_NAME_CHARACTERS} characters on one line."));
    }
    match POLICY.check(password) {
        Err(violations) => errors.extend(violations.iter().map(ToString::to_string)),
        Ok(()) if common_passwords::is_common(password) => errors.push(COMMON.to_owned()),
        Ok(()) => {}
    }
    if password != again {
        errors.push("Type the same password twice.".to_owned());
    }
    errors
}

fn form(
    visit: &Visit,
    status: StatusCode,
    token: &Token,
    name: &str,
    errors: &[String],
) -> Result<Response, Trouble> {
    let content = html! {
        (alert(errors))
        p { "Operators look after this service: they let commands sign in. They are no users of the app." }
        form method="post" action=(SETUP) {
            (visit.hidden())
            input type="hidden" name="token" value=(token.expose());
            label for="name" { "Name" }
            input id="name" name="name" value=(name) required autofocus autocomplete="username"
                maxlength=(MOST_NAME_CHARACTERS) autocapitalize="none" spellcheck="false";
            label for="password" { "Password" }
            p class="hint" id="rules" { "At least " (POLICY.min_length) " characters, of any sort." }
            input id="password" name="password" type="password" required autocomplete="new-password"
                aria-describedby="rules";
            label for="again" { "The password again" }
            input id="again" name="again" type="password" required autocomplete="new-password";
            button class="main" { "Become an operator" }
        }
    };
    visit.page(status, "Become an operator", &content)
}
