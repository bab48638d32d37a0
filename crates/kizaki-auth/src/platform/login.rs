//! A command's own login: whose it is, and its end.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::caller::{Caller, Person};
use super::documents::WhoAmI;
use super::problem::Problem;
use crate::authorize::decision::Refusal;
use crate::service::Service;

pub(crate) async fn whoami(caller: Caller) -> Result<Json<WhoAmI>, Problem> {
    let (kind, name, expires_ms) = match caller {
        Caller::Login(login) => ("login", login.operator.name, Some(login.expires_ms)),
        Caller::Key(key) => ("key", key.name, key.expires_ms),
    };
    let expires = expires_ms.map(Timestamp::from_millisecond).transpose();
    let expires = expires.map_err(|_| Refusal::Unavailable)?;
    Ok(Json(WhoAmI { kind: kind.to_owned(), name, expires_at: expires.map(|time| time.to_string()) }))
}

/// Ends the login that asks. A platform key is ended by a person.
pub(crate) async fn logout(
    Person(login): Person,
    State(service): State<Arc<Service>>,
) -> Result<StatusCode, Problem> {
    service.ask(service.store.logins().end(&login)).await?;
    tracing::info!(login = login.id, "a login was ended");
    Ok(StatusCode::NO_CONTENT)
}
