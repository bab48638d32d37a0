//! Forward authorisation: a proxy asks whether a request may pass, and for whom.
//!
//! The steps, of which the first that fails decides: the original request is read, its route is found, the credential
//! that the route asks for is checked, the route's limit is counted. So a caller without a credential learns nothing
//! of limits, and none of them is used up by those who may not pass.

pub(crate) mod decision;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use inspire_artifact::routes::{AuthMode, Method, Route};
use serde_json::json;

use self::decision::{Admission, Refusal};
use crate::address::{self, Peer};
use crate::artifact::Snapshot;
use crate::forwarded::{self, ForwardHeaders};
use crate::log::Note;
use crate::response;
use crate::service::Service;
use crate::site::is_cross_site;
use crate::{credentials, endpoints};

const HANDLER: HeaderName = HeaderName::from_static("x-kizaki-handler");
const PRINCIPAL: HeaderName = HeaderName::from_static("x-kizaki-principal");
const SCOPE: HeaderName = HeaderName::from_static("x-kizaki-scope");

/// Proxies take headers of some length only, and would fail in ways of their own.
const MOST_PRINCIPAL_BYTES: usize = 16 << 10;

/// What the app is told of a request that may pass.
struct Grant {
    handler: String,
    principal: String,
    scope: String,
}

pub(crate) async fn authorize(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let mut note = Note::default();
    let outcome = decide(&service, peer, &parts, &mut note).await;
    note.outcome = match &outcome {
        Ok(_) => "allowed",
        Err(refusal) => response::code(refusal),
    };
    let mut response = match outcome.and_then(Grant::into_response) {
        Ok(response) => response,
        Err(refusal) => refuse(refusal, denies_with_403(service.settings.forward_headers, &parts)),
    };
    service.metrics.decided(note.outcome);
    response.extensions_mut().insert(note);
    response
}

async fn decide(service: &Service, peer: Peer, asking: &Parts, note: &mut Note) -> Result<Grant, Refusal> {
    // Whatever is published meanwhile: this request is judged by this artifact.
    let snapshot = service.current.snapshot();
    let family = service.settings.forward_headers;
    let original = forwarded::original(family, asking, endpoints::AUTHORIZE)?;
    let route = decision::route(snapshot.routes()?, original.method, original.target)?;
    note.route = Some(format!("{} {}", route.method, route.path));
    // The browser adds the cookie by itself, whoever's page the request comes from.
    let changes = !matches!(route.method, Method::Get | Method::Head | Method::Options);
    if route.auth == AuthMode::Session
        && changes
        && is_cross_site(&asking.headers, &service.settings.public_url)
    {
        return Err(Refusal::CrossSite);
    }
    let checked = credentials::check(service, &snapshot, route.auth, &asking.headers, note).await?;
    let admission = decision::admit(&route, checked)?;
    let address = address::client(peer, &asking.headers, &service.settings.trusted_proxies);
    let address = address::counted(address).to_string();
    let grant = Grant::new(&snapshot, &route, &admission)?;
    if let Some((limit, subject)) = decision::limit(&route, &admission, &address) {
        let route = format!("{} {}", route.method, route.path);
        service.rate_limits.take(service, route, subject, limit).await?;
    }
    Ok(grant)
}

/// Whether the proxy asks for 403 in place of other refusals, as nginx has to: it makes 500 of what it does not know.
///
/// Any other query is the original request's, which Caddy hands on; behind Envoy every query is.
fn denies_with_403(family: ForwardHeaders, asking: &Parts) -> bool {
    family != ForwardHeaders::Envoy && asking.uri.query() == Some("deny=403")
}

impl Grant {
    fn new(snapshot: &Snapshot, route: &Route<'_>, admission: &Admission) -> Result<Self, Refusal> {
        let (principal, scope) = match admission {
            Admission::Open => (None, ""),
            Admission::User(session) => (Some(session.principal.clone()), ""),
            Admission::Key(access) => {
                let system = snapshot.system_of(&access.scope)?;
                let (id, name) = (access.id.as_str(), &access.name);
                let principal = json!({ "kind": "api_key", "id": id, "name": name, "system": system });
                (Some(principal), access.scope.as_str())
            }
        };
        let principal = principal.map(|principal| URL_SAFE_NO_PAD.encode(principal.to_string()));
        if principal.as_ref().is_some_and(|principal| principal.len() > MOST_PRINCIPAL_BYTES) {
            tracing::error!("a principal is too large for a header");
            return Err(Refusal::Unavailable);
        }
        Ok(Self {
            handler: route.handler.to_owned(),
            principal: principal.unwrap_or_default(),
            scope: scope.to_owned(),
        })
    }

    fn into_response(self) -> Result<Response, Refusal> {
        let mut headers = HeaderMap::new();
        for (name, text) in [(HANDLER, self.handler), (PRINCIPAL, self.principal), (SCOPE, self.scope)] {
            let value = HeaderValue::try_from(text).map_err(|_| Refusal::Unavailable)?;
            headers.insert(name, value);
        }
        Ok((StatusCode::OK, headers).into_response())
    }
}

/// The answer to a request that may not pass; it has the headers too, so that a proxy never keeps forged ones.
fn refuse(refusal: Refusal, denies_with_403: bool) -> Response {
    let hides = denies_with_403 && !matches!(refusal, Refusal::Unauthorized { .. } | Refusal::Unavailable);
    let mut response = refusal.into_response();
    for name in [HANDLER, PRINCIPAL, SCOPE] {
        response.headers_mut().insert(name, HeaderValue::from_static(""));
    }
    if hides {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}
