//! Why the management of the service does not do what it was asked for.

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kizaki_store::{Error, KeyId};

use crate::authorize::decision::Refusal;
use crate::body::BodyError;
use crate::effects::told;
use crate::response;

/// Why a request is not done.
pub(crate) enum Problem {
    /// As any other endpoint refuses.
    Refusal(Refusal),
    /// The body is not what the endpoint takes.
    Body(BodyError),
    /// The query is not what the endpoint takes, and why.
    Query(String),
    /// There is no valid credential of the platform.
    Unauthorized,
    /// The credential is a platform key, and this is for people.
    NotAPerson,
    /// Nobody could answer a request for a login.
    NoOperator,
    /// No key has this id.
    UnknownKey(String),
    /// The key is revoked.
    Revoked(KeyId),
    /// The key has expired.
    Expired(KeyId),
    /// The artifact does not declare the scope, and what to do.
    UnknownScope(String, String),
    /// A name, a lifetime, a period or a limit is beyond its limits.
    Setting(String),
    /// The service was given no app's database.
    NoAppDatabase,
    /// The app's database has no outbox, and what it has instead.
    NoOutbox(Error),
    /// No effect has this id.
    UnknownEffect(String),
    /// The effect is in a state in which this makes no sense, and why.
    SettledEffect(String),
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
            Self::Body(error) => return error.into_response(),
            Self::Unauthorized => return unauthorized(),
            Self::Query(why) => (StatusCode::BAD_REQUEST, "malformed_request", why),
            Self::NotAPerson => (
                StatusCode::FORBIDDEN,
                "login_required",
                "this is for people, and not for platform keys: sign in with `kizaki login`".to_owned(),
            ),
            Self::NoOperator => (
                StatusCode::NOT_FOUND,
                "no_operator",
                "nobody could approve a login: run `kizaki serve --init-operator` on the machine of the service"
                    .to_owned(),
            ),
            Self::UnknownKey(id) => {
                (StatusCode::NOT_FOUND, "unknown_key", format!("no key has the id `{id}`"))
            }
            Self::Revoked(id) => (
                StatusCode::CONFLICT,
                "key_revoked",
                format!("the key `{id}` is revoked and cannot be rotated"),
            ),
            Self::Expired(id) => (
                StatusCode::CONFLICT,
                "key_expired",
                format!("the key `{id}` has expired and cannot be rotated"),
            ),
            Self::UnknownScope(scope, way_out) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "unknown_scope",
                format!("no API-key scope of the artifact is named `{scope}`; {way_out}"),
            ),
            Self::Setting(why) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_setting", why),
            Self::NoAppDatabase => (
                StatusCode::NOT_FOUND,
                "no_app_database",
                "the service knows no app's database: run `kizaki serve` with `--app-database`".to_owned(),
            ),
            Self::NoOutbox(error) => {
                let way_out = error.help_text().map(|help| format!("; {help}")).unwrap_or_default();
                let message = format!("the app's database has no outbox: {error}{way_out}");
                (StatusCode::NOT_FOUND, "no_outbox", message)
            }
            Self::UnknownEffect(id) => (StatusCode::NOT_FOUND, "unknown_effect", told::unknown(&id)),
            Self::SettledEffect(why) => (StatusCode::CONFLICT, "settled_effect", why),
        };
        response::error(status, code, message)
    }
}

/// What HTTP wants said beside the status (RFC 9110, 15.5.2).
fn unauthorized() -> Response {
    let message = "a valid login or platform key is needed: `kizaki login`";
    let mut response = response::error(StatusCode::UNAUTHORIZED, "unauthorized", message);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}
