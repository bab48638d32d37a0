//! The body of a request, as JSON or as a form, and only when it says that it is one.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::response;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Why a body is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// It does not say that it is of the kind that is asked for, which is this one.
    OtherType(&'static str),
    /// It is too large.
    TooLarge,
    /// It is not what the endpoint takes, and why.
    Malformed(String),
}

/// Reads a JSON body, which is an object.
pub(crate) async fn json<T: DeserializeOwned>(request: Request) -> Result<T, BodyError> {
    let body = read(request, JSON).await?;
    // For serde an array of the fields would do as well.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(BodyError::Malformed("the body must be a JSON object".to_owned()));
    }
    serde_json::from_slice(&body).map_err(|error| BodyError::Malformed(error.to_string()))
}

/// Reads the body of a form; a field that stands there twice is refused.
pub(crate) async fn form<T: DeserializeOwned>(request: Request) -> Result<T, BodyError> {
    let body = read(request, FORM).await?;
    serde_urlencoded::from_bytes(&body).map_err(|error| BodyError::Malformed(error.to_string()))
}

async fn read(request: Request, kind: &'static str) -> Result<Bytes, BodyError> {
    if !is_of(request.headers(), kind) {
        return Err(BodyError::OtherType(kind));
    }
    Bytes::from_request(request, &()).await.map_err(|refused| match refused.status() {
        StatusCode::PAYLOAD_TOO_LARGE => BodyError::TooLarge,
        _ => BodyError::Malformed("the body ended early".to_owned()),
    })
}

/// Whether the one `Content-Type` is this one, whatever its parameters.
fn is_of(headers: &HeaderMap, kind: &str) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().ok().and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(kind)
}

impl BodyError {
    /// The status, the code for programs and the sentence for people.
    pub(crate) fn told(self) -> (StatusCode, &'static str, String) {
        match self {
            Self::OtherType(JSON) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "the body must be JSON, and `Content-Type` must say so".to_owned(),
            ),
            Self::OtherType(kind) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                format!("the body must be a form, and `Content-Type` must be `{kind}`"),
            ),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the body is too large".to_owned())
            }
            Self::Malformed(why) => (StatusCode::BAD_REQUEST, "malformed_request", why),
        }
    }
}

impl IntoResponse for BodyError {
    fn into_response(self) -> Response {
        let (status, code, message) = self.told();
        response::error(status, code, message)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{FORM, JSON, is_of};

    fn of(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in lines {
            headers.append("content-type", value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_json_is_json_and_only_a_form_is_a_form() {
        for value in ["application/json", "Application/JSON; charset=utf-8"] {
            assert!(is_of(&of(&[value]), JSON), "{value}");
            assert!(!is_of(&of(&[value]), FORM), "{value}");
        }
        let others = ["", "text/plain", FORM, "application/jsonx", "text/plain; application/json"];
        for value in others {
            assert!(!is_of(&of(&[value]), JSON), "{value}");
            assert_eq!(is_of(&of(&[value]), FORM), value == FORM, "{value}");
        }
        assert!(!is_of(&of(&[]), JSON));
        assert!(!is_of(&of(&["application/json", "text/plain"]), JSON));
    }
}
