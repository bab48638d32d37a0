//! The endpoints: one table that both the router and the description of the service are made of.

mod accounts;
mod effects;
mod pages;
mod platform;

use std::sync::Arc;

use axum::routing::{MethodRouter, any, get};
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::authorize::authorize;
use crate::config::{Config, config};
use crate::forwarded::ForwardHeaders;
use crate::health::{Health, health};
use crate::openapi::openapi;
use crate::response::Error;
use crate::service::Service;

/// Where a proxy asks; behind Envoy the original target follows.
pub(crate) const AUTHORIZE: &str = "/__auth/authorize";

/// One endpoint.
#[derive(Clone, Copy)]
pub(crate) struct Endpoint {
    /// Its path as the router takes it.
    pub(crate) path: &'static str,
    /// Its methods, as the description names them.
    pub(crate) methods: &'static [&'static str],
    pub(crate) summary: &'static str,
    /// Headers that a request must have, and what each holds.
    pub(crate) asks: &'static [(&'static str, &'static str)],
    /// Parameters that its query may have, and what each means.
    pub(crate) query: &'static [(&'static str, &'static str)],
    /// The schema of the body that it takes, if it takes one.
    pub(crate) takes: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// The media type of that body.
    pub(crate) takes_as: &'static str,
    /// The credential that it asks for, as the description names it, if it asks for one.
    pub(crate) security: Option<&'static str>,
    pub(crate) answers: &'static [Answer],
    pub(crate) serve: fn() -> MethodRouter<Arc<Service>>,
}

/// One answer of an endpoint.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) what: &'static str,
    /// The schema of its body as JSON, if it has one.
    pub(crate) body: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// The media type of its body as text, if it has one; of both, either may come.
    pub(crate) text: Option<&'static str>,
    /// Its headers, and what each holds.
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

/// The media type of most bodies.
pub(crate) const JSON: &str = "application/json";
/// What endpoints are when nothing else is said.
const PLAIN: Endpoint = Endpoint {
    path: "",
    methods: &["get"],
    summary: "",
    asks: &[],
    query: &[],
    takes: None,
    takes_as: JSON,
    security: None,
    answers: &[],
    serve: MethodRouter::new,
};
const ANY: &[&str] = &["delete", "get", "head", "options", "patch", "post", "put", "trace"];
const GRANT: &[(&str, &str)] = &[
    ("x-kizaki-handler", "the handler of the route; empty when the request may not pass"),
    ("x-kizaki-principal", "who calls, as JSON in unpadded base64url; empty when nobody in particular does"),
    ("x-kizaki-scope", "the scope of the API key; empty without one"),
];

const CONFIG: Endpoint = Endpoint {
    path: "/__auth/config",
    summary: "Tells a sign-up form the ways to sign in and the rules for passwords.",
    answers: &[
        Answer::with(200, "what the app declares", SchemaGenerator::subschema_for::<Config>),
        Answer::error(404, "nobody can sign in to this app"),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(config),
    ..PLAIN
};

const HEALTH: Endpoint = Endpoint {
    path: "/__auth/health",
    summary: "Tells whether requests can be judged, and by which artifact.",
    answers: &[
        Answer::with(200, "they can", SchemaGenerator::subschema_for::<Health>),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        Answer::with(
            503,
            "the store does not answer, or the signature of the artifact has ended",
            SchemaGenerator::subschema_for::<Health>,
        ),
    ],
    serve: || get(health),
    ..PLAIN
};

const DESCRIPTION: Endpoint = Endpoint {
    path: "/__auth/openapi.json",
    summary: "Describes this service.",
    answers: &[
        Answer::with(200, "an OpenAPI 3.1 document", SchemaGenerator::subschema_for::<Value>),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(openapi),
    ..PLAIN
};

const AUTHORIZE_BY_HEADERS: Endpoint = Endpoint {
    path: AUTHORIZE,
    methods: ANY,
    summary: "Tells a proxy whether the original request may pass, and for whom.",
    asks: &[
        ("X-Forwarded-Method", "the method of the original request"),
        ("X-Forwarded-Uri", "the path and query of the original request, as they were sent"),
    ],
    answers: &[
        Answer { headers: GRANT, ..Answer::empty(200, "it may") },
        Answer { headers: GRANT, ..Answer::error(400, "it could be read in more than one way") },
        Answer {
            headers: GRANT,
            ..Answer::error(401, "it has no valid credential of the kind that its route asks for")
        },
        Answer {
            headers: GRANT,
            ..Answer::error(
                403,
                "its API key has another scope, or a page of another site would change something with a session; \
                 or with `deny=403` any refusal but 401 and 503",
            )
        },
        Answer { headers: GRANT, ..Answer::error(404, "no route has its path") },
        Answer { headers: GRANT, ..Answer::error(405, "its path has other methods, which `Allow` names") },
        TOO_LARGE,
        HEAD_TOO_LARGE,
        Answer {
            headers: GRANT,
            ..Answer::error(429, "the limit of its route is used up for as long as `Retry-After` says")
        },
        Answer { headers: GRANT, ..UNAVAILABLE },
    ],
    serve: || any(authorize),
    ..PLAIN
};

const TOO_LARGE: Answer = Answer::error(413, "the body is too large");
const HEAD_TOO_LARGE: Answer = Answer::error(431, "the request line and the headers are too large");
const UNAVAILABLE: Answer = Answer::error(503, "something inside failed");

/// Every endpoint of a service that reads the original request like this.
pub(crate) fn all(family: ForwardHeaders) -> Vec<Endpoint> {
    let authorize = AUTHORIZE_BY_HEADERS;
    let mut all = vec![CONFIG, HEALTH, DESCRIPTION];
    all.extend(accounts::ALL);
    all.extend(platform::ALL);
    all.extend(effects::ALL);
    all.extend(pages::ALL);
    match family {
        ForwardHeaders::XForwarded => all.push(authorize),
        ForwardHeaders::XOriginal => all.push(Endpoint {
            asks: &[
                ("X-Original-Method", "the method of the original request"),
                ("X-Original-URI", "the path and query of the original request, as they were sent"),
            ],
            ..authorize
        }),
        ForwardHeaders::Envoy => {
            let below = Endpoint { asks: &[], ..authorize };
            all.push(Endpoint { path: "/__auth/authorize/", ..below });
            all.push(Endpoint { path: "/__auth/authorize/{*target}", ..below });
        }
    }
    all
}

impl Endpoint {
    /// The name of the part of the path that requests choose, if there is one, and whether it is all the rest.
    pub(crate) fn part(&self) -> Option<(&'static str, bool)> {
        let (name, _) = self.path.split_once('{')?.1.split_once('}')?;
        Some((name.trim_start_matches('*'), name.starts_with('*')))
    }
}

impl Answer {
    const fn empty(status: u16, what: &'static str) -> Self {
        Self { status, what, body: None, text: None, headers: &[] }
    }

    const fn with(status: u16, what: &'static str, body: fn(&mut SchemaGenerator) -> Schema) -> Self {
        Self { body: Some(body), ..Self::empty(status, what) }
    }

    const fn error(status: u16, what: &'static str) -> Self {
        Self::with(status, what, SchemaGenerator::subschema_for::<Error>)
    }

    const fn page(status: u16, what: &'static str) -> Self {
        Self { text: Some("text/html"), ..Self::empty(status, what) }
    }
}
