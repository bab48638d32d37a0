//! What all pages have in common: their frame, and the headers that keep others out of them.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, REFRESH, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::STYLE;

/// With `no-referrer`, browsers would hide from the service that a form is its own; `same-origin` tells nobody else.
/// The app's pages lie on the same origin; one that opens a page of these gets no hold of its window.
const HEADERS: [(HeaderName, &str); 5] = [
    (HeaderName::from_static("cross-origin-opener-policy"), "noopener-allow-popups"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (REFERRER_POLICY, "same-origin"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// A page of this title.
pub(super) fn page(status: StatusCode, title: &str, content: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – Kizaki" }
                link rel="stylesheet" href=(STYLE);
            }
            body {
                main {
                    h1 { (title) }
                    (content)
                }
            }
        }
    };
    with_headers((status, markup.into_string()).into_response())
}

/// Sends the browser on to a page of this service.
pub(super) fn go_to(target: &str) -> Response {
    let Ok(target) = HeaderValue::try_from(target) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    with_headers((StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response())
}

/// Lets the browser come to a page of this service once more, from this very page: then it sends strict cookies, too.
pub(super) fn go_on(target: &str) -> Response {
    let mut response = page(StatusCode::OK, "One moment", &html! { p { a href=(target) { "Continue" } } });
    if let Ok(value) = HeaderValue::try_from(format!("0; url={target}")) {
        response.headers_mut().insert(REFRESH, value);
    }
    response
}

/// What is wrong, in a place where screen readers begin to read.
pub(super) fn alert(lines: &[String]) -> Markup {
    html! {
        @if let [line] = lines {
            div role="alert" { p { (prose(line)) } }
        } @else if !lines.is_empty() {
            div role="alert" { ul { @for line in lines { li { (prose(line)) } } } }
        }
    }
}

/// A line in which backticks stand around what is to be typed.
fn prose(line: &str) -> Markup {
    html! {
        @for (number, part) in line.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn with_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
