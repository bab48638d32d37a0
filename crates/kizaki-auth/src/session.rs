//! App sessions, which `auth: session` routes ask for: the cookie that names one, and the user it belongs to.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use kizaki_store::Token;
use serde_json::Value;

use crate::artifact::Snapshot;
use crate::authorize::decision::Refusal;
use crate::principal::{self, Choices};
use crate::service::Service;

/// A signed-in user.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// What names it in rate limits; no secret.
    pub id: String,
    /// The principal that the app is told of.
    pub principal: Value,
}

/// The live session that the cookie names, as the app is told of it.
pub(crate) async fn find(
    service: &Service,
    snapshot: &Snapshot,
    headers: &HeaderMap,
) -> Result<Option<Session>, Refusal> {
    let Some(token) = of_cookie(service, headers) else { return Ok(None) };
    let Some(live) = service.ask(service.store.sessions().find(&token)).await? else { return Ok(None) };
    let attributes = principal::of_session(service, snapshot, &live, Choices::Chosen).await?;
    Ok(Some(Session { id: live.id, principal: principal::document(&live.user, &attributes) }))
}

/// The token in the session cookie, if it has the form of one.
pub(crate) fn of_cookie(service: &Service, headers: &HeaderMap) -> Option<Token> {
    Token::parse(token(headers, service.settings.public_url.session_cookie())?)
}

/// The token in the cookie of this name; none when the cookie is missing or stands there more than once.
pub(crate) fn token<'h>(headers: &'h HeaderMap, cookie: &str) -> Option<&'h str> {
    let pairs = headers.get_all(COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let mut values = pairs.filter_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(cookie.as_bytes())?;
        value.strip_prefix(b"=")
    });
    let value = values.next()?;
    values.next().is_none().then_some(value).and_then(|value| str::from_utf8(value).ok())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::token;

    #[test]
    fn a_cookie_counts_when_it_stands_there_once() {
        let of = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("cookie", HeaderValue::from_bytes(line.as_bytes()).unwrap());
            }
            token(&headers, "kizaki-dev").map(str::to_owned)
        };
        assert_eq!(of(&["a=b; kizaki-dev=x; c"]), Some("x".to_owned()));
        assert_eq!(of(&["a=b", "kizaki-dev=x=y"]), Some("x=y".to_owned()));
        assert_eq!(of(&["kizaki-dev=x; kizaki-dev=x"]), None);
        assert_eq!(of(&["kizaki-dev=x", "kizaki-dev=y"]), None);
        assert_eq!(of(&["Kizaki-dev=x; xkizaki-dev=y; kizaki-dev"]), None);
        assert_eq!(of(&[]), None);
        // Cookies of others may hold any bytes.
        assert_eq!(of(&["a=\u{e9}; kizaki-dev=x", "\u{e9}"]), Some("x".to_owned()));
    }
}
