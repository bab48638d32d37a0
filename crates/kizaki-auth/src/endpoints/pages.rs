//! The pages of operators.

use axum::routing::{get, post};
use schemars::SchemaGenerator;

use super::platform::FORM;
use super::{Answer, Endpoint, HEAD_TOO_LARGE, PLAIN, TOO_LARGE, UNAVAILABLE};
use crate::platform::pages::approve::ApproveForm;
use crate::platform::pages::setup::NewOperatorForm;
use crate::platform::pages::signin::{SignInForm, SignOutForm};
use crate::platform::pages::{APPROVE, SETUP, SIGN_IN, SIGN_OUT, STYLE, approve, setup, signin, style};

/// All of them.
pub(super) const ALL: [Endpoint; 8] =
    [SHOW_SETUP, SET_UP, SHOW_SIGN_IN, DO_SIGN_IN, DO_SIGN_OUT, SHOW_APPROVE, DECIDE, SHEET];

/// What a form is sent to.
const SENT: Endpoint = Endpoint { methods: &["post"], takes_as: FORM, ..PLAIN };
const CODE: &[(&str, &str)] = &[("user_code", "the code that a command shows")];
const COOKIE: &[(&str, &str)] = &[("set-cookie", "the cookie of the operator's browser")];
const ELSEWHERE: &[(&str, &str)] = &[("location", "a page of this service")];

const TOO_LARGE_OR_PAGE: Answer = Answer { text: Some("text/html"), ..TOO_LARGE };
const FAILED: Answer = Answer { text: Some("text/html"), ..UNAVAILABLE };
const MALFORMED: Answer = Answer::page(400, "the form cannot be read");
const NOT_OWN: Answer =
    Answer::page(403, "the form is too old, of another browser or of another site, or a script sent it");
const SCRIPT: Answer = Answer::page(403, "a script asks, and not a person who opens the page");
const NO_FORM: Answer = Answer::page(415, "the body does not say that it is a form");
const WAIT: Answer = Answer {
    headers: &[("retry-after", "seconds until the next try is let in")],
    ..Answer::page(429, "too many tries")
};
const DEAD_LINK: Answer = Answer::page(404, "the link was used already or is too old");

const SHOW_SETUP: Endpoint = Endpoint {
    path: SETUP,
    summary: "Shows the page where an operator is made.",
    query: &[("token", "the token of the link that `kizaki serve --init-operator` prints")],
    answers: &[
        Answer { headers: COOKIE, ..Answer::page(200, "the page") },
        DEAD_LINK,
        SCRIPT,
        TOO_LARGE,
        WAIT,
        HEAD_TOO_LARGE,
        FAILED,
    ],
    serve: || get(setup::show),
    ..PLAIN
};

const SET_UP: Endpoint = Endpoint {
    path: SETUP,
    summary: "Makes an operator.",
    takes: Some(SchemaGenerator::subschema_for::<NewOperatorForm>),
    answers: &[
        Answer::page(200, "the operator is made"),
        MALFORMED,
        NOT_OWN,
        DEAD_LINK,
        TOO_LARGE_OR_PAGE,
        NO_FORM,
        Answer::page(422, "the name or the password is refused"),
        WAIT,
        HEAD_TOO_LARGE,
        FAILED,
    ],
    serve: || post(setup::make),
    ..SENT
};

const SHOW_SIGN_IN: Endpoint = Endpoint {
    path: SIGN_IN,
    summary: "Shows the page where operators sign in.",
    query: CODE,
    answers: &[
        Answer { headers: COOKIE, ..Answer::page(200, "the page") },
        Answer { headers: ELSEWHERE, ..Answer::empty(303, "someone is signed in") },
        SCRIPT,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        FAILED,
    ],
    serve: || get(signin::show),
    ..PLAIN
};

const DO_SIGN_IN: Endpoint = Endpoint {
    path: SIGN_IN,
    summary: "Signs an operator in.",
    takes: Some(SchemaGenerator::subschema_for::<SignInForm>),
    answers: &[
        Answer {
            headers: &[("location", "a page of this service"), ("set-cookie", "the new session")],
            ..Answer::empty(303, "the operator is signed in")
        },
        MALFORMED,
        Answer::page(401, "the name or the password is wrong"),
        NOT_OWN,
        TOO_LARGE_OR_PAGE,
        NO_FORM,
        WAIT,
        HEAD_TOO_LARGE,
        FAILED,
    ],
    serve: || post(signin::sign_in),
    ..SENT
};

const DO_SIGN_OUT: Endpoint = Endpoint {
    path: SIGN_OUT,
    summary: "Signs an operator out.",
    takes: Some(SchemaGenerator::subschema_for::<SignOutForm>),
    answers: &[
        Answer {
            headers: &[("location", "a page of this service"), ("set-cookie", "takes the cookie back")],
            ..Answer::empty(303, "nobody is signed in any more")
        },
        MALFORMED,
        NOT_OWN,
        TOO_LARGE_OR_PAGE,
        NO_FORM,
        HEAD_TOO_LARGE,
        FAILED,
    ],
    serve: || post(signin::sign_out),
    ..SENT
};

const SHOW_APPROVE: Endpoint = Endpoint {
    path: APPROVE,
    summary: "Shows the page where operators let commands sign in.",
    query: CODE,
    security: Some("operator"),
    answers: &[
        Answer::page(200, "the page"),
        Answer { headers: ELSEWHERE, ..Answer::empty(303, "nobody is signed in") },
        SCRIPT,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        FAILED,
    ],
    serve: || get(approve::show),
    ..PLAIN
};

const DECIDE: Endpoint = Endpoint {
    path: APPROVE,
    summary: "Shows which command has a code; with a decision, lets it sign in or refuses it.",
    takes: Some(SchemaGenerator::subschema_for::<ApproveForm>),
    security: Some("operator"),
    answers: &[
        Answer::page(200, "which command it is, or that it was told"),
        Answer { headers: ELSEWHERE, ..Answer::empty(303, "nobody is signed in") },
        MALFORMED,
        NOT_OWN,
        Answer::page(404, "no command waits with this code"),
        TOO_LARGE_OR_PAGE,
        NO_FORM,
        Answer::page(422, "this is no code"),
        WAIT,
        HEAD_TOO_LARGE,
        FAILED,
    ],
    serve: || post(approve::decide),
    ..SENT
};

const SHEET: Endpoint = Endpoint {
    path: STYLE,
    summary: "How the pages look.",
    answers: &[
        Answer { text: Some("text/css"), ..Answer::empty(200, "the style sheet") },
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(style),
    ..PLAIN
};
