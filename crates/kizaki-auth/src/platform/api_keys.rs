//! The management of API keys, for people and for platform keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use kizaki_store::{Filter, NewApiKey, Rotation};

use super::caller::{Caller, Named};
use super::documents::{ApiKeyFilter, CreateApiKey, IssuedKey, KeyList, RevokedKey, RotateKey, lifetime};
use super::keys::{id_of, settled};
use super::problem::Problem;
use super::scopes;
use crate::authorize::decision::Refusal;
use crate::body;
use crate::service::Service;

pub(crate) async fn list(
    _caller: Caller,
    State(service): State<Arc<Service>>,
    query: RawQuery,
) -> Result<Json<KeyList>, Problem> {
    let filter: ApiKeyFilter = super::query(query)?;
    let filter = Filter { scope: filter.scope.as_deref(), expiring_ms: filter.expiring_ms };
    let listing = settled(&service, service.store.api_keys().list(filter)).await?;
    Ok(Json(KeyList::from(&listing)))
}

pub(crate) async fn create(
    caller: Caller,
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Json<IssuedKey>, Problem> {
    let CreateApiKey { scope, name, lifetime_ms } = body::json(request).await?;
    let snapshot = service.current.snapshot();
    if let Some(way_out) = scopes::way_out(&snapshot.artifact, &scope).map_err(|_| Refusal::Unavailable)? {
        return Err(Problem::UnknownScope(scope, way_out));
    }
    let new = NewApiKey { scope: &scope, name: &name, lifetime: lifetime(lifetime_ms) };
    let keys = service.store.api_keys().by(caller.actor());
    let issued = settled(&service, keys.create(&new)).await?;
    tracing::info!(id = %issued.record.id, actor = %caller.actor(), "an API key was made");
    Ok(Json(IssuedKey::from(&issued)))
}

pub(crate) async fn rotate(
    caller: Caller,
    State(service): State<Arc<Service>>,
    Named(id): Named,
    request: Request,
) -> Result<Json<IssuedKey>, Problem> {
    let RotateKey { grace_ms } = body::json(request).await?;
    let id = id_of(&id)?;
    let keys = service.store.api_keys().by(caller.actor());
    match settled(&service, keys.rotate(&id, grace_ms)).await? {
        Rotation::Rotated(issued) => {
            tracing::info!(%id, actor = %caller.actor(), "an API key was rotated");
            Ok(Json(IssuedKey::from(&issued)))
        }
        Rotation::Unknown => Err(Problem::UnknownKey(id.to_string())),
        Rotation::Revoked(_) => Err(Problem::Revoked(id)),
        Rotation::Expired(_) => Err(Problem::Expired(id)),
    }
}

pub(crate) async fn revoke(
    caller: Caller,
    State(service): State<Arc<Service>>,
    Named(id): Named,
) -> Result<Json<RevokedKey>, Problem> {
    let id = id_of(&id)?;
    let keys = service.store.api_keys().by(caller.actor());
    let revocation = service.ask(keys.revoke(&id)).await?;
    let revoked = RevokedKey::new(&revocation).ok_or_else(|| Problem::UnknownKey(id.to_string()))?;
    tracing::info!(%id, actor = %caller.actor(), already = revoked.already, "an API key was revoked");
    Ok(Json(revoked))
}
