//! The endpoints: one table that both the router and the description of the service are made of.

mod accounts;

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
    /// The schema of the JSON body that it takes, if it takes one.
    pub(crate) takes: Option<fn(&mut SchemaGenerator) -> Schema>,
    pub(crate) answers: &'static [Answer],
    pub(crate) serve: fn() -> MethodRouter<Arc<Service>>,
}

/// One answer of an endpoint.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) what: &'static str,
    /// The schema of its body, if it has one.
    pub(crate) body: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Its headers, and what each holds.
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

const ANY: &[&str] = &["delete", "get", "head", "options", "patch", "post", "put", "trace"];
const GRANT: &[(&str, &str)] = &[
    ("x-kizaki-handler", "the handler of the route; empty when the request may not pass"),
    ("x-kizaki-principal", "who calls, as JSON in unpadded base64url; empty when nobody in particular does"),
    ("x-kizaki-scope", "the scope of the API key; empty without one"),
];

const CONFIG: Endpoint = Endpoint {
    path: "/__auth/config",
    methods: &["get"],
    summary: "Tells a sign-up form the ways to sign in and the rules for passwords.",
    asks: &[],
    takes: None,
    answers: &[
        Answer::with(200, "what the app declares", SchemaGenerator::subschema_for::<Config>),
        Answer::error(404, "nobody can sign in to this app"),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(config),
};

const HEALTH: Endpoint = Endpoint {
    path: "/__auth/health",
    methods: &["get"],
    summary: "Tells whether requests can be judged, and by which artifact.",
    asks: &[],
    takes: None,
    answers: &[
        Answer::with(200, "they can", SchemaGenerator::subschema_for::<Health>),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        Answer::with(503, "the store does not answer", SchemaGenerator::subschema_for::<Health>),
    ],
    serve: || get(health),
};

const DESCRIPTION: Endpoint = Endpoint {
    path: "/__auth/openapi.json",
    methods: &["get"],
    summary: "Describes this service.",
    asks: &[],
    takes: None,
    answers: &[
        Answer::with(200, "an OpenAPI 3.1 document", SchemaGenerator::subschema_for::<Value>),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(openapi),
};

const AUTHORIZE_BY_HEADERS: Endpoint = Endpoint {
    path: AUTHORIZE,
    methods: ANY,
    summary: "Tells a proxy whether the original request may pass, and for whom.",
    asks: &[
        ("X-Forwarded-Method", "the method of the original request"),
        ("X-Forwarded-Uri", "the path and query of the original request, as they were sent"),
    ],
    takes: None,
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
                "its API key has another scope; or with `deny=403` any refusal but 401 and 503",
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
        UNAVAILABLE,
    ],
    serve: || any(authorize),
};

const TOO_LARGE: Answer = Answer::error(413, "the body is too large");
const HEAD_TOO_LARGE: Answer = Answer::error(431, "the request line and the headers are too large");
const UNAVAILABLE: Answer = Answer::error(503, "something inside failed");

/// Every endpoint of a service that reads the original request like this.
pub(crate) fn all(family: ForwardHeaders) -> Vec<Endpoint> {
    let authorize = AUTHORIZE_BY_HEADERS;
    let mut all = vec![CONFIG, HEALTH, DESCRIPTION];
    all.extend(accounts::ALL);
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
    /// The name of the rest of the path, if the path has one.
    pub(crate) fn rest(&self) -> Option<&'static str> {
        Some(self.path.split_once("{*")?.1.trim_end_matches('}'))
    }
}

impl Answer {
    const fn empty(status: u16, what: &'static str) -> Self {
        Self { status, what, body: None, headers: &[] }
    }

    const fn with(status: u16, what: &'static str, body: fn(&mut SchemaGenerator) -> Schema) -> Self {
        Self { body: Some(body), ..Self::empty(status, what) }
    }

    const fn error(status: u16, what: &'static str) -> Self {
        Self::with(status, what, SchemaGenerator::subschema_for::<Error>)
    }
}
