//! The cookies of app sessions and of operators, each with the same attributes in every flow.

use axum::http::HeaderValue;
use kizaki_store::Token;

use crate::public_url::PublicUrl;

/// Lays a session's token down in the browser for as long as the session lasts.
///
/// Scripts do not see it, other sites' writes do not carry it, and over `https` it never leaves `https`.
pub(crate) fn set(public_url: &PublicUrl, token: &Token, seconds: u64) -> Option<HeaderValue> {
    cookie(public_url, public_url.session_cookie(), token.expose(), seconds, "Lax")
}

/// Takes the cookie back.
pub(crate) fn clear(public_url: &PublicUrl) -> Option<HeaderValue> {
    cookie(public_url, public_url.session_cookie(), "", 0, "Lax")
}

/// Lays the token of an operator's browser down; no request that comes from another site carries it.
pub(crate) fn set_operator(public_url: &PublicUrl, token: &Token, seconds: u64) -> Option<HeaderValue> {
    cookie(public_url, public_url.operator_cookie(), token.expose(), seconds, "Strict")
}

/// Takes the operator's cookie back.
pub(crate) fn clear_operator(public_url: &PublicUrl) -> Option<HeaderValue> {
    cookie(public_url, public_url.operator_cookie(), "", 0, "Strict")
}

fn cookie(
    public_url: &PublicUrl,
    name: &str,
    value: &str,
    seconds: u64,
    same_site: &str,
) -> Option<HeaderValue> {
    let secure = if public_url.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
