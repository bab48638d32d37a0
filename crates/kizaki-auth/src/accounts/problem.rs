//! What keeps an account's request from being done, and how that is answered.

use std::borrow::Cow;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::authorize::decision::Refusal;
use crate::body::BodyError;
use crate::response;

/// Why a request is not done.
pub(crate) enum Problem {
    /// As any other endpoint refuses.
    Refusal(Refusal),
    /// The body is not what the endpoint takes.
    Body(BodyError),
    /// Another site sent it.
    CrossSite,
    /// There is no such account, or the password is another.
    Credentials,
    /// The password is right, and the address is not verified.
    NotVerified,
    /// The password is right, and known from a leak.
    Leaked,
    /// The token of a link is not alive.
    Token,
    /// Fields that are refused.
    Fields(Vec<FieldError>),
}

/// Refused fields.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FieldErrors {
    error: FieldErrorsDetail,
}

/// A code for programs, a sentence for people, and what is wrong with each field.
#[derive(Debug, Serialize, JsonSchema)]
struct FieldErrorsDetail {
    code: &'static str,
    message: &'static str,
    fields: Vec<FieldError>,
}

/// A rule that a field breaks.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FieldError {
    field: Cow<'static, str>,
    message: String,
}

impl FieldError {
    pub(super) fn new(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Refuses when a field breaks a rule.
pub(super) fn refuse_any(errors: Vec<FieldError>) -> Result<(), Problem> {
    if errors.is_empty() { Ok(()) } else { Err(Problem::Fields(errors)) }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Refusal(refusal) => return refusal.into_response(),
            Self::Fields(fields) => return of_fields(fields),
            Self::Body(error) => return error.into_response(),
            Self::CrossSite => (StatusCode::FORBIDDEN, "cross_site", "another site sent this request"),
            Self::Credentials => {
                (StatusCode::UNAUTHORIZED, "wrong_credentials", "the e-mail address or the password is wrong")
            }
            Self::NotVerified => {
                (StatusCode::FORBIDDEN, "email_not_verified", "the e-mail address is not verified yet")
            }
            Self::Leaked => (
                StatusCode::FORBIDDEN,
                "password_breached",
                "this password is known from a leak and signs in no more; a mail has a link to choose another",
            ),
            Self::Token => {
                (StatusCode::UNAUTHORIZED, "invalid_token", "this link was used already, or is too old")
            }
        };
        response::error(status, code, message)
    }
}

fn of_fields(fields: Vec<FieldError>) -> Response {
    let message = "some fields cannot be taken as they are";
    let error = FieldErrorsDetail { code: "invalid_fields", message, fields };
    (StatusCode::UNPROCESSABLE_ENTITY, Json(FieldErrors { error })).into_response()
}
