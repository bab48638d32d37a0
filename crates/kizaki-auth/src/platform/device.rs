//! The device flow of OAuth (RFC 8628): a command asks for codes, shows one to a person, and asks for its token until
//! that person has answered on a page of the service.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kizaki_store::{CODE_SECONDS, NewDevice, POLL_SECONDS, Poll, Subject, Token, is_name};
use schemars::JsonSchema;
use serde::Deserialize;

use super::documents::{DeviceAuthorization, LoginToken, TokenError};
use super::pages::APPROVE;
use super::problem::Problem;
use crate::address::{self, Peer};
use crate::authorize::decision::Refusal;
use crate::body::{self, BodyError};
use crate::service::Service;

/// The one client that there is.
const CLIENT: &str = "kizaki-cli";
/// The grant type of the device flow (RFC 8628, 3.4).
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A command that asks for codes (RFC 8628, 3.1). What else it sends is not looked at (RFC 6749, 3.2).
#[derive(Deserialize, JsonSchema)]
pub(crate) struct AskForCodes {
    /// `kizaki-cli`.
    client_id: Option<String>,
    /// What the command calls itself, such as the name of its machine: up to 100 characters on one line.
    client_name: Option<String>,
}

/// A command that asks for its token (RFC 8628, 3.4).
#[derive(Deserialize, JsonSchema)]
pub(crate) struct AskForToken {
    /// `urn:ietf:params:oauth:grant-type:device_code`.
    grant_type: Option<String>,
    device_code: Option<String>,
    /// `kizaki-cli`.
    client_id: Option<String>,
}

/// Why the flow does not go on, in the form of the standards.
pub(crate) enum FlowError {
    /// A code of RFC 6749, 5.2, or RFC 8628, 3.5, and a sentence.
    Code(&'static str, &'static str),
    /// What the standards leave to HTTP.
    Problem(Problem),
}

pub(crate) async fn start(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<Json<DeviceAuthorization>, FlowError> {
    let address = address::client(peer, request.headers(), &service.settings.trusted_proxies);
    let AskForCodes { client_id, client_name } = body::form(request).await?;
    match client_id.as_deref() {
        Some(CLIENT) => {}
        Some(_) => return Err(FlowError::Code("invalid_client", "the client is `kizaki-cli`")),
        None => return Err(FlowError::Code("invalid_request", "`client_id` is missing")),
    }
    let client = client_name.unwrap_or_default();
    let client = client.trim();
    if !client.is_empty() && !is_name(client) {
        let what = "`client_name` has up to 100 characters on one line";
        return Err(FlowError::Code("invalid_request", what));
    }
    let counted = Subject::new("device", &format!("address:{}", address::counted(address)));
    service.attempt(service.store.attempts().take(&[counted])).await?;
    let new = NewDevice { client, address: &address.to_string() };
    let started = service.ask(service.store.devices().start(&new)).await?;
    let started = started.ok_or(FlowError::Problem(Problem::NoOperator))?;
    let (uri, user_code) =
        (format!("{}{APPROVE}", service.settings.public_url), started.user_code.to_string());
    Ok(Json(DeviceAuthorization {
        device_code: started.device_code.expose().to_owned(),
        verification_uri_complete: format!("{uri}?user_code={user_code}"),
        verification_uri: uri,
        user_code,
        expires_in: CODE_SECONDS,
        interval: POLL_SECONDS,
    }))
}

pub(crate) async fn token(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Json<LoginToken>, FlowError> {
    let AskForToken { grant_type, device_code, client_id } = body::form(request).await?;
    match grant_type.as_deref() {
        Some(DEVICE_CODE) => {}
        Some(_) => {
            let what = "tokens are given for device codes only";
            return Err(FlowError::Code("unsupported_grant_type", what));
        }
        None => return Err(FlowError::Code("invalid_request", "`grant_type` is missing")),
    }
    let (Some(device_code), Some(client)) = (device_code, client_id) else {
        return Err(FlowError::Code("invalid_request", "`device_code` or `client_id` is missing"));
    };
    let code = Token::parse(&device_code).filter(|_| client == CLIENT);
    let code = code.ok_or(FlowError::Code("invalid_grant", "no command of this client has this code"))?;
    match service.ask(service.store.devices().poll(&code)).await? {
        Poll::Granted(granted) => {
            tracing::info!("a command was signed in");
            let access_token = granted.token.expose().to_owned();
            let expires_in = granted.length_ms / 1000;
            Ok(Json(LoginToken { access_token, token_type: "Bearer".to_owned(), expires_in }))
        }
        Poll::Waiting => Err(FlowError::Code("authorization_pending", "nobody has answered yet")),
        Poll::TooFast => Err(FlowError::Code("slow_down", "wait 5 seconds longer before asking again")),
        Poll::Denied => Err(FlowError::Code("access_denied", "an operator has refused")),
        Poll::Expired => Err(FlowError::Code("expired_token", "nobody answered in time")),
        Poll::Unknown => {
            Err(FlowError::Code("invalid_grant", "the code is unknown, or its token was given out already"))
        }
    }
}

impl From<Refusal> for FlowError {
    fn from(refusal: Refusal) -> Self {
        Self::Problem(refusal.into())
    }
}

impl From<BodyError> for FlowError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::Problem(error.into()),
            BodyError::OtherType(_) => Self::Code("invalid_request", "the body must be a form"),
            BodyError::Malformed(_) => Self::Code("invalid_request", "the form cannot be read"),
        }
    }
}

impl IntoResponse for FlowError {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Code(error, what) => {
                let error = TokenError { error: error.to_owned(), error_description: what.to_owned() };
                (StatusCode::BAD_REQUEST, Json(error)).into_response()
            }
        }
    }
}
