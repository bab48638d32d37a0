//! The management of platform keys: everyone with a credential may list them, and only people make and end them.

use std::future::Future;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kizaki_store::{Actor, ErrorKind, KeyId, NewPlatformKey};

use super::caller::{Caller, Named, Person};
use super::documents::{CreatePlatformKey, IssuedKey, KeyList, RevokedKey, lifetime};
use super::problem::Problem;
use crate::body;
use crate::service::Service;

pub(crate) async fn list(
    _caller: Caller,
    State(service): State<Arc<Service>>,
) -> Result<Json<KeyList>, Problem> {
    let listing = service.ask(service.store.platform_keys().list()).await?;
    Ok(Json(KeyList::from(&listing)))
}

pub(crate) async fn create(
    Person(login): Person,
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Json<IssuedKey>, Problem> {
    let CreatePlatformKey { name, lifetime_ms } = body::json(request).await?;
    let new = NewPlatformKey { name: &name, lifetime: lifetime(lifetime_ms) };
    let actor = Actor::Login(&login.id);
    let issued = settled(&service, service.store.platform_keys().by(actor).create(&new)).await?;
    tracing::info!(id = %issued.record.id, %actor, "a platform key was made");
    Ok(Json(IssuedKey::from(&issued)))
}

pub(crate) async fn revoke(
    Person(login): Person,
    State(service): State<Arc<Service>>,
    Named(id): Named,
) -> Result<Json<RevokedKey>, Problem> {
    let id = id_of(&id)?;
    let actor = Actor::Login(&login.id);
    let revocation = service.ask(service.store.platform_keys().by(actor).revoke(&id)).await?;
    let revoked = RevokedKey::new(&revocation).ok_or_else(|| Problem::UnknownKey(id.to_string()))?;
    tracing::info!(%id, %actor, already = revoked.already, "a platform key was revoked");
    Ok(Json(revoked))
}

/// The id in a path; what is none belongs to no key. A whole key is not repeated.
pub(super) fn id_of(text: &str) -> Result<KeyId, Problem> {
    let shown = if text.contains('_') { "…".to_owned() } else { text.to_owned() };
    KeyId::parse(text).ok_or(Problem::UnknownKey(shown))
}

/// Awaits a call of the store that may refuse what it is given.
pub(super) async fn settled<T>(
    service: &Service,
    call: impl Future<Output = Result<T, kizaki_store::Error>>,
) -> Result<T, Problem> {
    let told = async {
        match call.await {
            Err(error) if error.kind() == ErrorKind::Setting => Ok(Err(error)),
            other => other.map(Ok),
        }
    };
    service.ask(told).await?.map_err(|error| Problem::Setting(error.to_string()))
}
