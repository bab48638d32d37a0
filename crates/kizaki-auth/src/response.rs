//! Answers as they go over the wire: JSON, and one shape for everything that is refused.

use axum::Json;
use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use inspire_artifact::routes::AuthMode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::authorize::decision::Refusal;

/// Why a request was refused.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Error {
    error: ErrorDetail,
}

/// A code for programs and a sentence for people.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorDetail {
    code: &'static str,
    message: String,
}

/// A refusal with this status.
pub(crate) fn error(status: StatusCode, code: &'static str, message: impl Into<String>) -> Response {
    let error = ErrorDetail { code, message: message.into() };
    (status, Json(Error { error })).into_response()
}

/// The code of a refusal.
pub(crate) fn code(refusal: &Refusal) -> &'static str {
    status(refusal).1
}

pub(crate) async fn not_found() -> Response {
    Refusal::NotFound.into_response()
}

pub(crate) async fn method_not_allowed() -> Response {
    error(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this endpoint has other methods")
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code) = status(&self);
        let message = match self {
            Self::Malformed(why) => why,
            Self::Unauthorized { asked: AuthMode::Session } => "a session is needed",
            Self::Unauthorized { .. } => "a valid API key is needed",
            Self::Scope => "the API key has another scope",
            Self::CrossSite => "another site sent this request",
            Self::NotFound => "there is nothing here",
            Self::MethodNotAllowed(_) => "this path has other methods",
            Self::Limited { .. } => "too many requests",
            Self::Unavailable => "the request cannot be judged now",
        };
        let mut response = error(status, code, message);
        if let Some((name, value)) = header(&self) {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

fn status(refusal: &Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed_request"),
        Refusal::Unauthorized { .. } => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Refusal::Scope => (StatusCode::FORBIDDEN, "insufficient_scope"),
        Refusal::CrossSite => (StatusCode::FORBIDDEN, "cross_site"),
        Refusal::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Refusal::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        Refusal::Limited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
        Refusal::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    }
}

/// What HTTP wants said beside the status (RFC 9110, 15.5.2 and 15.5.6; RFC 6585, 4).
fn header(refusal: &Refusal) -> Option<(HeaderName, HeaderValue)> {
    match refusal {
        Refusal::Unauthorized { asked: AuthMode::ApiKey } => {
            Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
        }
        Refusal::MethodNotAllowed(methods) => {
            let methods: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
            Some((ALLOW, HeaderValue::try_from(methods.join(", ")).ok()?))
        }
        Refusal::Limited { retry_after } => Some((RETRY_AFTER, HeaderValue::from(*retry_after))),
        _ => None,
    }
}
