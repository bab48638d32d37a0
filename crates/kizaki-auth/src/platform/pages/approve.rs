//! The page where an operator lets a command sign in, or does not.

use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use kizaki_store::{DeviceRequest, Operator, Subject, UserCode};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::layout::{alert, go_to};
use super::signin::{Brought, Target};
use super::trouble::Trouble;
use super::visit::{Form, Visit};
use super::{APPROVE, SIGN_IN, SIGN_OUT};

/// The code that a command shows, and the answer once the operator has seen whose it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveForm {
    form_token: String,
    user_code: String,
    decision: Option<Decision>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Approve,
    Deny,
}

impl Form for ApproveForm {
    fn form_token(&self) -> &str {
        &self.form_token
    }
}

pub(crate) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let code = Brought::code(query.as_deref());
    let Some(operator) = &visit.operator else {
        return Ok(go_to(&Target(SIGN_IN, code.as_ref()).to_string()));
    };
    let typed = code.map(|code| code.to_string()).unwrap_or_default();
    ask_for_code(&visit, operator, StatusCode::OK, &typed, &[])
}

/// Every code that is looked up is counted, be it with an answer or without: guessing has no other way.
pub(crate) async fn decide(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let ApproveForm { user_code: typed, decision, .. } = visit.form(request).await?;
    let code = UserCode::parse(&typed);
    let Some(operator) = &visit.operator else {
        return Ok(go_to(&Target(SIGN_IN, code.as_ref()).to_string()));
    };
    let Some(code) = code else {
        let errors = ["This is no code: it has 8 letters, such as WDJB-MJHT.".to_owned()];
        return ask_for_code(&visit, operator, StatusCode::UNPROCESSABLE_ENTITY, &typed, &errors);
    };
    let Some(asked) = look_up(&visit, operator, &code).await? else {
        return unknown(&visit, operator);
    };
    let Some(decision) = decision else {
        return ask_for_decision(&visit, operator, &code, &asked);
    };
    let may = decision == Decision::Approve;
    let (service, devices) = (&visit.service, visit.service.store.devices());
    if !service.ask(devices.decide(&code, operator, may)).await? {
        return unknown(&visit, operator);
    }
    tracing::info!(operator = operator.id, may, "a request for a login was answered");
    let (title, line) = match may {
        true => ("Signed in", "The command goes on by itself. You can close this page."),
        false => ("Refused", "The command was told no. You can close this page."),
    };
    visit.page(StatusCode::OK, title, &html! { p { (line) } (foot(&visit, operator)) })
}

/// The request that waits with a code.
async fn look_up(
    visit: &Visit,
    operator: &Operator,
    code: &UserCode,
) -> Result<Option<DeviceRequest>, Trouble> {
    let service = &visit.service;
    let attempts = service.store.attempts();
    let (own, address) =
        (Subject::new("user-code", &format!("operator:{}", operator.id)), visit.subject("user-code"));
    service.attempt(attempts.take_of_few(&[address, own])).await?;
    let found = service.ask(service.store.devices().find(code)).await?;
    if found.is_some() {
        service.ask(attempts.take_back(own)).await?;
        service.ask(attempts.take_back(address)).await?;
    }
    Ok(found)
}

fn unknown(visit: &Visit, operator: &Operator) -> Result<Response, Trouble> {
    let errors = ["No command waits with this code. Compare it with what the command shows; \
         codes live for 10 minutes and are answered once."
        .to_owned()];
    ask_for_code(visit, operator, StatusCode::NOT_FOUND, "", &errors)
}

fn ask_for_code(
    visit: &Visit,
    operator: &Operator,
    status: StatusCode,
    typed: &str,
    errors: &[String],
) -> Result<Response, Trouble> {
    let content = html! {
        (alert(errors))
        form method="post" action=(APPROVE) {
            (visit.hidden())
            label for="code" { "Code" }
            p class="hint" id="where" { "As " code { "kizaki login" } " shows it, such as WDJB-MJHT." }
            input id="code" class="code" name="user_code" value=(typed) required autofocus autocomplete="off"
                autocapitalize="characters" spellcheck="false" maxlength="20" aria-describedby="where";
            button class="main" { "Continue" }
        }
        (foot(visit, operator))
    };
    visit.page(status, "Let a command sign in", &content)
}

fn ask_for_decision(
    visit: &Visit,
    operator: &Operator,
    code: &UserCode,
    asked: &DeviceRequest,
) -> Result<Response, Trouble> {
    let client = if asked.client.is_empty() { "(it gave no name)" } else { &asked.client };
    let content = html! {
        p { "Approve only what you started yourself. The name is what the command calls itself." }
        dl {
            dt { "Code" } dd { (code) }
            dt { "Command" } dd { bdi { (client) } }
            dt { "Address" } dd { (asked.address) }
            dt { "Asked" } dd { (when(asked)) }
        }
        form method="post" action=(APPROVE) {
            (visit.hidden())
            input type="hidden" name="user_code" value=(code);
            button class="main" name="decision" value="approve" { "Approve" }
            button name="decision" value="deny" { "Deny" }
        }
        (foot(visit, operator))
    };
    visit.page(StatusCode::OK, "Let this command sign in?", &content)
}

/// When a command asked: how long ago, and the time.
fn when(asked: &DeviceRequest) -> String {
    let ago = match (asked.now_ms - asked.created_ms) / 60_000 {
        ..1 => "less than a minute ago".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes => format!("{minutes} minutes ago"),
    };
    match Timestamp::from_millisecond(asked.created_ms) {
        Ok(time) => format!("{ago}, at {}", time.strftime("%Y-%m-%d %H:%M UTC")),
        Err(_) => ago,
    }
}

/// Who is signed in, and the way out.
fn foot(visit: &Visit, operator: &Operator) -> Markup {
    html! {
        footer {
            p { "Signed in as " bdi { (operator.name) } }
            form method="post" action=(SIGN_OUT) {
                (visit.hidden())
                button { "Sign out" }
            }
        }
    }
}
