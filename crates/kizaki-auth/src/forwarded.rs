//! Which request a proxy asks about: its method and its target, out of the one family of headers that was chosen.
//!
//! Headers of other families are ignored. What is missing, repeated or not plain ASCII is malformed: it could mean one
//! thing here and another to the proxy or the app.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use crate::authorize::decision::Refusal;

/// Which headers name the original request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForwardHeaders {
    /// `X-Forwarded-Method` and `X-Forwarded-Uri`, as Traefik and Caddy send them.
    #[default]
    XForwarded,
    /// `X-Original-Method` and `X-Original-URI`, as nginx is told to send them.
    XOriginal,
    /// The method of the request itself and its target behind `/__auth/authorize`, as Envoy asks.
    Envoy,
}

/// Method and target of the original request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Original<'r> {
    pub(crate) method: &'r str,
    pub(crate) target: &'r str,
}

/// Reads the original request out of the one that asks about it.
pub(crate) fn original<'r>(
    family: ForwardHeaders,
    asking: &'r Parts,
    prefix: &str,
) -> Result<Original<'r>, Refusal> {
    let (method, target) = match family {
        ForwardHeaders::XForwarded => ("x-forwarded-method", "x-forwarded-uri"),
        ForwardHeaders::XOriginal => ("x-original-method", "x-original-uri"),
        ForwardHeaders::Envoy => return below(prefix, asking),
    };
    let method = once(&asking.headers, method)?;
    if Method::from_bytes(method.as_bytes()).is_err() {
        return Err(Refusal::Malformed("the original request has no valid method"));
    }
    Ok(Original { method, target: once(&asking.headers, target)? })
}

fn below<'r>(prefix: &str, asking: &'r Parts) -> Result<Original<'r>, Refusal> {
    if asking.uri.authority().is_some() {
        return Err(Refusal::Malformed("the target names a host"));
    }
    let target = asking.uri.path_and_query().map_or("", |target| target.as_str());
    let target = target.strip_prefix(prefix).filter(|target| target.is_ascii());
    let target = target.ok_or(Refusal::Malformed("the original target is not ASCII"))?;
    Ok(Original { method: asking.method.as_str(), target })
}

fn once<'r>(headers: &'r HeaderMap, name: &'static str) -> Result<&'r str, Refusal> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(Refusal::Malformed("the headers do not name the original request"))?;
    if values.next().is_some() {
        return Err(Refusal::Malformed("the headers name the original request twice"));
    }
    value.to_str().map_err(|_| Refusal::Malformed("the original request is not ASCII"))
}
