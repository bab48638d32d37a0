//! The session cookie, which has the same attributes in every flow.

use axum::http::HeaderValue;
use kizaki_store::Token;

use crate::public_url::PublicUrl;

/// Lays a session's token down in the browser for as long as the session lasts.
///
/// Scripts do not see it, other sites' writes do not carry it, and over `https` it never leaves `https`.
pub(crate) fn set(public_url: &PublicUrl, token: &Token, seconds: u64) -> Option<HeaderValue> {
    cookie(public_url, token.expose(), seconds)
}

/// Takes the cookie back.
pub(crate) fn clear(public_url: &PublicUrl) -> Option<HeaderValue> {
    cookie(public_url, "", 0)
}

fn cookie(public_url: &PublicUrl, value: &str, seconds: u64) -> Option<HeaderValue> {
    let (name, secure) = (public_url.session_cookie(), if public_url.is_secure() { "; Secure" } else { "" });
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
