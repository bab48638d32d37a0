//! The endpoints for commands and programs of the platform: the device flow, a command's own login, and keys.

use axum::routing::{get, post};
use schemars::SchemaGenerator;

use super::{Answer, Endpoint, HEAD_TOO_LARGE, PLAIN, TOO_LARGE, UNAVAILABLE};
use crate::platform::device::{AskForCodes, AskForToken};
use crate::platform::documents::{
    CreateApiKey, CreatePlatformKey, DeviceAuthorization, IssuedKey, KeyList, LoginToken, RevokedKey,
    RotateKey, TokenError, WhoAmI,
};
use crate::platform::{api_keys, device, keys, login};

/// All of them.
pub(super) const ALL: [Endpoint; 11] = [
    DEVICE,
    TOKEN,
    WHO_AM_I,
    LOGOUT,
    LIST_API_KEYS,
    CREATE_API_KEY,
    ROTATE_API_KEY,
    REVOKE_API_KEY,
    LIST_KEYS,
    CREATE_KEY,
    REVOKE_KEY,
];

/// The media type of forms.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// What asks for a login or a platform key.
pub(super) const MANAGED: Endpoint = Endpoint { security: Some("platform"), ..PLAIN };
pub(super) const CHANGE: Endpoint = Endpoint { methods: &["post"], ..MANAGED };

pub(super) const UNAUTHORIZED: Answer = Answer {
    headers: &[("www-authenticate", "`Bearer`")],
    ..Answer::error(401, "there is no valid login or platform key")
};
pub(super) const BAD_QUERY: Answer = Answer::error(400, "the query is not what this endpoint takes");
const NOT_A_PERSON: Answer = Answer::error(403, "a platform key asks, and this is for people");
const MALFORMED: Answer = Answer::error(400, "the body is not what this endpoint takes");
const NOT_JSON: Answer = Answer::error(415, "the body does not say that it is JSON");
const UNKNOWN: Answer = Answer::error(404, "no key has this id");
const SETTING: Answer = Answer::error(422, "a name, a lifetime or a period is beyond its limits");
const ISSUED: Answer =
    Answer::with(200, "the key, which is shown this once", SchemaGenerator::subschema_for::<IssuedKey>);
const REVOKED: Answer = Answer::with(
    200,
    "no request that begins later is let in with it",
    SchemaGenerator::subschema_for::<RevokedKey>,
);
const LIST: Answer = Answer::with(200, "the keys", SchemaGenerator::subschema_for::<KeyList>);

const DEVICE: Endpoint = Endpoint {
    path: "/__platform/device",
    methods: &["post"],
    summary: "Gives a command the codes that it asks for its login with (RFC 8628, 3.1).",
    takes: Some(SchemaGenerator::subschema_for::<AskForCodes>),
    takes_as: FORM,
    answers: &[
        Answer::with(200, "the codes", SchemaGenerator::subschema_for::<DeviceAuthorization>),
        Answer::with(400, "why there are none", SchemaGenerator::subschema_for::<TokenError>),
        Answer::error(404, "there is no operator who could approve a login"),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        Answer {
            headers: &[("retry-after", "seconds until the next request is let in")],
            ..Answer::error(429, "too many requests by this address")
        },
        UNAVAILABLE,
    ],
    serve: || post(device::start),
    ..PLAIN
};

const TOKEN: Endpoint = Endpoint {
    path: "/__platform/token",
    methods: &["post"],
    summary: "Gives a command the token of its login, once an operator has approved it (RFC 8628, 3.4).",
    takes: Some(SchemaGenerator::subschema_for::<AskForToken>),
    takes_as: FORM,
    answers: &[
        Answer::with(200, "the token, once", SchemaGenerator::subschema_for::<LoginToken>),
        Answer::with(400, "why there is none, or none yet", SchemaGenerator::subschema_for::<TokenError>),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || post(device::token),
    ..PLAIN
};

const WHO_AM_I: Endpoint = Endpoint {
    path: "/__platform/whoami",
    summary: "Tells whose credential the request has.",
    answers: &[
        Answer::with(200, "whose", SchemaGenerator::subschema_for::<WhoAmI>),
        UNAUTHORIZED,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(login::whoami),
    ..MANAGED
};

const LOGOUT: Endpoint = Endpoint {
    path: "/__platform/logout",
    summary: "Ends the login that the request has.",
    answers: &[
        Answer::empty(204, "it is over"),
        UNAUTHORIZED,
        NOT_A_PERSON,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || post(login::logout),
    ..CHANGE
};

const LIST_API_KEYS: Endpoint = Endpoint {
    path: "/__platform/api-keys",
    summary: "Lists API keys.",
    query: &[
        ("scope", "only keys of this scope"),
        ("expiring_ms", "only keys that are active and expire within so many milliseconds"),
    ],
    answers: &[LIST, BAD_QUERY, UNAUTHORIZED, TOO_LARGE, SETTING, HEAD_TOO_LARGE, UNAVAILABLE],
    serve: || get(api_keys::list),
    ..MANAGED
};

const CREATE_API_KEY: Endpoint = Endpoint {
    path: "/__platform/api-keys",
    summary: "Makes an API key.",
    takes: Some(SchemaGenerator::subschema_for::<CreateApiKey>),
    answers: &[
        ISSUED,
        MALFORMED,
        UNAUTHORIZED,
        TOO_LARGE,
        NOT_JSON,
        Answer::error(
            422,
            "the artifact does not declare the scope (`unknown_scope`), or a setting is beyond its limits",
        ),
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || post(api_keys::create),
    ..CHANGE
};

const ROTATE_API_KEY: Endpoint = Endpoint {
    path: "/__platform/api-keys/{id}/rotate",
    summary: "Gives an API key a new secret.",
    takes: Some(SchemaGenerator::subschema_for::<RotateKey>),
    answers: &[
        ISSUED,
        MALFORMED,
        UNAUTHORIZED,
        UNKNOWN,
        Answer::error(409, "the key is revoked (`key_revoked`) or has expired (`key_expired`)"),
        TOO_LARGE,
        NOT_JSON,
        SETTING,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || post(api_keys::rotate),
    ..CHANGE
};

const REVOKE_API_KEY: Endpoint = Endpoint {
    path: "/__platform/api-keys/{id}/revoke",
    summary: "Ends an API key with all its secrets.",
    answers: &[REVOKED, UNAUTHORIZED, UNKNOWN, TOO_LARGE, HEAD_TOO_LARGE, UNAVAILABLE],
    serve: || post(api_keys::revoke),
    ..CHANGE
};

const LIST_KEYS: Endpoint = Endpoint {
    path: "/__platform/keys",
    summary: "Lists platform keys.",
    answers: &[LIST, UNAUTHORIZED, TOO_LARGE, HEAD_TOO_LARGE, UNAVAILABLE],
    serve: || get(keys::list),
    ..MANAGED
};

const CREATE_KEY: Endpoint = Endpoint {
    path: "/__platform/keys",
    summary: "Makes a platform key.",
    takes: Some(SchemaGenerator::subschema_for::<CreatePlatformKey>),
    answers: &[
        ISSUED,
        MALFORMED,
        UNAUTHORIZED,
        NOT_A_PERSON,
        TOO_LARGE,
        NOT_JSON,
        SETTING,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || post(keys::create),
    ..CHANGE
};

const REVOKE_KEY: Endpoint = Endpoint {
    path: "/__platform/keys/{id}/revoke",
    summary: "Ends a platform key.",
    answers: &[REVOKED, UNAUTHORIZED, NOT_A_PERSON, UNKNOWN, TOO_LARGE, HEAD_TOO_LARGE, UNAVAILABLE],
    serve: || post(keys::revoke),
    ..CHANGE
};
