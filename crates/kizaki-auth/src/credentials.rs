//! The credential that a route asks for, out of the request's headers: its kind only, and only where it stands once.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use inspire_artifact::routes::AuthMode;
use kizaki_store::Check;

use crate::artifact::Snapshot;
use crate::authorize::decision::{Checked, Refusal};
use crate::log::Note;
use crate::service::Service;
use crate::session;

/// Checks the credential for a route; where none is presented, or two are, there is nothing to ask the store.
pub(crate) async fn check(
    service: &Service,
    snapshot: &Snapshot,
    asked: AuthMode,
    headers: &HeaderMap,
    note: &mut Note,
) -> Result<Checked, Refusal> {
    match asked {
        AuthMode::None => Ok(Checked::Nothing),
        AuthMode::Session => Ok(Checked::Session(session::find(service, snapshot, headers).await?)),
        AuthMode::ApiKey => {
            let Some(presented) = bearer(headers) else { return Ok(Checked::Key(None)) };
            match service.ask(service.store.api_keys().check(presented)).await? {
                Check::Accepted(access) => {
                    note.key = Some(access.id.clone());
                    Ok(Checked::Key(Some(access)))
                }
                Check::Refused(reason) => {
                    note.reason = Some(reason);
                    Ok(Checked::Key(None))
                }
            }
        }
    }
}

/// What follows `Bearer` in the one `Authorization` header (RFC 6750, 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}
