//! The limits of one request that hold for every endpoint: the sizes of its head and its body, and its time.
//!
//! The connection stops reading a head that is far too large; here the limit is exact. A body is read by nobody but the
//! endpoint that wants it, and by that one up to its limit.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::authorize::decision::Refusal;
use crate::response;
use crate::service::Service;

/// Refuses a head or a body that is too large, and gives up on an answer that takes too long.
pub(crate) async fn bound(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let limits = service.settings.limits;
    if content_length(&request).is_some_and(|bytes| bytes > limits.body_bytes) {
        let message = format!("a body has {} bytes at most", limits.body_bytes);
        return response::error(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message);
    }
    if head_bytes(&request) > limits.head_bytes {
        let message = format!("a request line and its headers have {} bytes at most", limits.head_bytes);
        return response::error(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", message);
    }
    match tokio::time::timeout(limits.request_time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::Unavailable.into_response(),
    }
}

fn content_length(request: &Request) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The bytes that are meant; how they were put on the wire may have taken a few more.
fn head_bytes(request: &Request) -> usize {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    request.method().as_str().len() + target + headers.sum::<usize>()
}
