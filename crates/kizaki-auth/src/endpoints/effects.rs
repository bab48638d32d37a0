//! The endpoints for the management of effects.

use axum::routing::{get, post};
use schemars::SchemaGenerator;

use super::platform::{BAD_QUERY, CHANGE, MANAGED, UNAUTHORIZED};
use super::{Answer, Endpoint, HEAD_TOO_LARGE, TOO_LARGE, UNAVAILABLE};
use crate::effects::document::{ChangedDocument, ListDocument, StatusDocument};
use crate::platform::effects;

/// All of them.
pub(super) const ALL: [Endpoint; 4] = [STATUS, LIST, RETRY, DISCARD];

const NO_OUTBOX: Answer = Answer::error(
    404,
    "the service knows no app's database (`no_app_database`), or one without an outbox (`no_outbox`)",
);
const UNKNOWN: Answer =
    Answer::error(404, "no effect has this id (`unknown_effect`), or as for the list of effects");
const CHANGED: Answer = Answer::with(
    200,
    "the effect, and the state that it was in",
    SchemaGenerator::subschema_for::<ChangedDocument>,
);

const STATUS: Endpoint = Endpoint {
    path: "/__platform/effects/status",
    summary: "Tells how the app's effects stand.",
    answers: &[
        Answer::with(200, "how each effect stands", SchemaGenerator::subschema_for::<StatusDocument>),
        UNAUTHORIZED,
        NO_OUTBOX,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(effects::status),
    ..MANAGED
};

const LIST: Endpoint = Endpoint {
    path: "/__platform/effects",
    summary: "Lists the app's effects, the last written first.",
    query: &[
        ("state", "only those in this state: pending, leased, retrying, delivered, dead or discarded"),
        ("effect", "only those of this effect, by the name of its function"),
        ("limit", "at most so many: 50 if nothing is said, and no more than 10000"),
    ],
    answers: &[
        Answer::with(200, "the effects", SchemaGenerator::subschema_for::<ListDocument>),
        BAD_QUERY,
        UNAUTHORIZED,
        NO_OUTBOX,
        TOO_LARGE,
        Answer::error(422, "the limit is beyond what is listed at once"),
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(effects::list),
    ..MANAGED
};

const RETRY: Endpoint = Endpoint {
    path: "/__platform/effects/{id}/retry",
    summary: "Lets an effect be tried again now, as if it had never been tried.",
    answers: &[
        CHANGED,
        UNAUTHORIZED,
        UNKNOWN,
        Answer::error(409, "it waits to be tried, is tried right now or was delivered"),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || post(effects::retry),
    ..CHANGE
};

const DISCARD: Endpoint = Endpoint {
    path: "/__platform/effects/{id}/discard",
    summary: "Ends an effect that was not delivered.",
    answers: &[
        CHANGED,
        UNAUTHORIZED,
        UNKNOWN,
        Answer::error(409, "it was delivered, or discarded before"),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || post(effects::discard),
    ..CHANGE
};
