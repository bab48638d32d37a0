//! Log lines: one for each request, structured, and without anything that a caller made up or has to keep secret.
//!
//! A line names our own endpoint or the route of the artifact that was meant, never the path, the query or a header of
//! the request.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use kizaki_store::{KeyId, Reason};

use crate::service::Service;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What a line tells of an authorisation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Note {
    pub(crate) outcome: &'static str,
    /// The method and path that the artifact declares.
    pub(crate) route: Option<String>,
    /// The key that was accepted.
    pub(crate) key: Option<KeyId>,
    /// Why a key was refused.
    pub(crate) reason: Option<Reason>,
}

const ALWAYS: [(HeaderName, &str); 2] = [(CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];

/// Writes log lines to standard error from now on; a second call changes nothing.
pub fn install(format: LogFormat) {
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).with_ansi(false);
    // A line that cannot be written is lost: telling so would go to standard error, too, and end the service.
    let lines = lines.log_internal_errors(false);
    // It fails only when lines are written somewhere already.
    let _ = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}

/// Logs and measures a request, and gives its answer the headers that every answer has.
pub(crate) async fn observe(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    #[expect(clippy::disallowed_methods, reason = "how long a request took decides nothing")]
    let begin = Instant::now();
    let endpoint = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let endpoint = endpoint.unwrap_or_else(|| "none".to_owned());
    let mut response = next.run(request).await;
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let (status, elapsed) = (response.status().as_u16(), begin.elapsed());
    service.metrics.answered(&endpoint, status, elapsed);
    line(&endpoint, status, elapsed.as_micros(), &response.extensions_mut().remove().unwrap_or_default());
    response
}

fn line(endpoint: &str, status: u16, micros: u128, note: &Note) {
    let micros = u64::try_from(micros).unwrap_or(u64::MAX);
    let outcome = Some(note.outcome).filter(|outcome| !outcome.is_empty());
    let (route, key) = (note.route.as_deref(), note.key.as_ref().map(KeyId::as_str));
    let reason = note.reason.map(|reason| reason.to_string());
    tracing::info!(endpoint, status, micros, outcome, route, key, reason, "request");
}
