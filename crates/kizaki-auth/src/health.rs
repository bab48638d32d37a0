//! Whether the service can do its work, and with which artifact.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::service::Service;

/// The state of a service.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    status: Status,
    /// The version of the service.
    version: &'static str,
    artifact: ServedArtifact,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Requests are judged; those that need the app's database only while that answers.
    Ok,
    /// The store does not answer; every request that needs it is refused.
    StoreUnavailable,
    /// The signature of the artifact has ended; every request is refused.
    ArtifactExpired,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ServedArtifact {
    /// BLAKE3, in hexadecimal digits.
    digest: String,
    /// The version of its format.
    format: String,
    /// Since when it is served, by RFC 3339.
    since: String,
    routes: usize,
    /// When its signature ends, by RFC 3339; null where none was asked for, and for one without an end.
    until: Option<String>,
    /// Why the file does not hold a newer one; null when it was read without a fault.
    reload_error: Option<String>,
}

pub(crate) async fn health(State(service): State<Arc<Service>>) -> Response {
    let served = service.current.served();
    let artifact = &served.snapshot.artifact;
    let (major, minor) = artifact.format_version();
    let (status, code) = match service.ask(service.store.now_ms()).await {
        Ok(_) if served.snapshot.is_over() => (Status::ArtifactExpired, StatusCode::SERVICE_UNAVAILABLE),
        Ok(_) => (Status::Ok, StatusCode::OK),
        Err(_) => (Status::StoreUnavailable, StatusCode::SERVICE_UNAVAILABLE),
    };
    let artifact = ServedArtifact {
        digest: artifact.digest().to_string(),
        format: format!("{major}.{minor}"),
        since: served.snapshot.since.to_string(),
        routes: served.snapshot.route_count(),
        until: served.snapshot.until.map(|until| until.to_string()),
        reload_error: served.failure.clone(),
    };
    (code, Json(Health { status, version: env!("CARGO_PKG_VERSION"), artifact })).into_response()
}
