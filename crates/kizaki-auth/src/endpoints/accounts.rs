//! The endpoints of accounts.

use axum::routing::{get, post, put};
use schemars::SchemaGenerator;

use super::{Answer, Endpoint, HEAD_TOO_LARGE, PLAIN, TOO_LARGE, UNAVAILABLE};
use crate::accounts::FieldErrors;
use crate::accounts::context::{Context, context};
use crate::accounts::login::{Login, SessionState, login, logout, session};
use crate::accounts::recovery::{Change, Reset, change, forgot, reset};
use crate::accounts::signup::{Addressee, SignUp, Verification, resend, signup, verify};

/// All of them.
pub(super) const ALL: [Endpoint; 10] =
    [SIGN_UP, LOGIN, LOGOUT, SESSION, VERIFY, RESEND, FORGOT, RESET, CHANGE, CONTEXT];

/// What the endpoints have in common that change something.
const WRITE: Endpoint = Endpoint { methods: &["post"], ..PLAIN };
const COOKIE: &[(&str, &str)] = &[("set-cookie", "the session cookie")];

const NO_ACCOUNTS: Answer = Answer::error(404, "`email` is not among the providers of the app");
const MALFORMED: Answer = Answer::error(400, "the body is not what this endpoint takes");
const NOT_JSON: Answer = Answer::error(415, "the body does not say that it is JSON");
const CROSS_SITE: Answer = Answer::error(403, "another site sent it");
const WAIT: Answer = Answer {
    headers: &[("retry-after", "seconds until the next attempt is let in")],
    ..Answer::error(429, "too many attempts by this address or at this account")
};
const FIELDS: Answer = Answer::with(422, "fields are refused", SchemaGenerator::subschema_for::<FieldErrors>);
const DEAD_LINK: Answer = Answer::error(401, "the link was used already, or is too old");
const MAIL: Answer =
    Answer::empty(202, "a mail goes to whom it concerns, whether or not there is an account");
const DONE: Answer = Answer::empty(204, "it is done");

/// Of what asks for a mail, whichever it is: the answers must not tell an account from none.
const ASKS_FOR_MAIL: &[Answer] = &[
    MAIL,
    MALFORMED,
    CROSS_SITE,
    NO_ACCOUNTS,
    TOO_LARGE,
    HEAD_TOO_LARGE,
    NOT_JSON,
    FIELDS,
    WAIT,
    UNAVAILABLE,
];

const SIGN_UP: Endpoint = Endpoint {
    path: "/__auth/signup",
    summary: "Makes an account whose address is still to be verified; the owner of the address gets a mail.",
    takes: Some(SchemaGenerator::subschema_for::<SignUp>),
    answers: ASKS_FOR_MAIL,
    serve: || post(signup),
    ..WRITE
};

const LOGIN: Endpoint = Endpoint {
    path: "/__auth/login",
    summary: "Begins a session.",
    takes: Some(SchemaGenerator::subschema_for::<Login>),
    answers: &[
        Answer {
            headers: COOKIE,
            ..Answer::with(200, "the session", SchemaGenerator::subschema_for::<SessionState>)
        },
        MALFORMED,
        Answer::error(401, "the e-mail address or the password is wrong"),
        Answer::error(
            403,
            "the address is not verified yet (`email_not_verified`), the password is known from a leak \
             (`password_breached`), or another site sent it",
        ),
        NO_ACCOUNTS,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        NOT_JSON,
        WAIT,
        UNAVAILABLE,
    ],
    serve: || post(login),
    ..WRITE
};

const LOGOUT: Endpoint = Endpoint {
    path: "/__auth/logout",
    summary: "Ends the session of the cookie, if there is one.",
    answers: &[
        Answer { headers: COOKIE, ..DONE },
        CROSS_SITE,
        NO_ACCOUNTS,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || post(logout),
    ..WRITE
};

const SESSION: Endpoint = Endpoint {
    path: "/__auth/session",
    methods: &["get"],
    summary: "Tells who is signed in.",
    answers: &[
        Answer::with(200, "the session", SchemaGenerator::subschema_for::<SessionState>),
        Answer::error(401, "nobody is"),
        NO_ACCOUNTS,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        UNAVAILABLE,
    ],
    serve: || get(session),
    ..WRITE
};

const CONTEXT: Endpoint = Endpoint {
    path: "/__auth/context",
    methods: &["put"],
    summary: "Chooses attributes of the principal for the session, out of the user's own rows.",
    takes: Some(SchemaGenerator::subschema_for::<Context>),
    answers: &[
        Answer::with(200, "the session as it is now", SchemaGenerator::subschema_for::<SessionState>),
        MALFORMED,
        Answer::error(401, "nobody is signed in"),
        CROSS_SITE,
        Answer::error(404, "`email` is not among the providers of the app, or users choose nothing"),
        TOO_LARGE,
        HEAD_TOO_LARGE,
        NOT_JSON,
        FIELDS,
        UNAVAILABLE,
    ],
    serve: || put(context),
    ..WRITE
};

const VERIFY: Endpoint = Endpoint {
    path: "/__auth/verify",
    summary: "Verifies an address by the token of a link in a mail and the password of the sign-up.",
    takes: Some(SchemaGenerator::subschema_for::<Verification>),
    answers: &[
        DONE,
        MALFORMED,
        Answer::error(
            401,
            "the link was used already or is too old, or the password is not that of the sign-up",
        ),
        CROSS_SITE,
        NO_ACCOUNTS,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        NOT_JSON,
        WAIT,
        UNAVAILABLE,
    ],
    serve: || post(verify),
    ..WRITE
};

const RESEND: Endpoint = Endpoint {
    path: "/__auth/verify/resend",
    summary: "Sends the mail to verify an address again.",
    takes: Some(SchemaGenerator::subschema_for::<Addressee>),
    answers: ASKS_FOR_MAIL,
    serve: || post(resend),
    ..WRITE
};

const FORGOT: Endpoint = Endpoint {
    path: "/__auth/password/forgot",
    summary: "Sends a mail with a link to choose a new password.",
    takes: Some(SchemaGenerator::subschema_for::<Addressee>),
    answers: ASKS_FOR_MAIL,
    serve: || post(forgot),
    ..WRITE
};

const RESET: Endpoint = Endpoint {
    path: "/__auth/password/reset",
    summary: "Sets a new password by the token of a link in a mail, and ends all sessions.",
    takes: Some(SchemaGenerator::subschema_for::<Reset>),
    answers: &[
        DONE,
        MALFORMED,
        DEAD_LINK,
        CROSS_SITE,
        NO_ACCOUNTS,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        NOT_JSON,
        FIELDS,
        WAIT,
        UNAVAILABLE,
    ],
    serve: || post(reset),
    ..WRITE
};

const CHANGE: Endpoint = Endpoint {
    path: "/__auth/password/change",
    summary: "Sets a new password by the one before, and ends all other sessions.",
    takes: Some(SchemaGenerator::subschema_for::<Change>),
    answers: &[
        DONE,
        MALFORMED,
        Answer::error(401, "nobody is signed in, or the current password is wrong"),
        CROSS_SITE,
        NO_ACCOUNTS,
        TOO_LARGE,
        HEAD_TOO_LARGE,
        NOT_JSON,
        FIELDS,
        WAIT,
        UNAVAILABLE,
    ],
    serve: || post(change),
    ..WRITE
};
