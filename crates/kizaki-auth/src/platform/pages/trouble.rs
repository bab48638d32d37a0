//! What keeps a page from doing its work, as a page.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::layout::{alert, go_on, page};
use crate::authorize::decision::Refusal;
use crate::body::BodyError;

/// Why a page is not what was asked for.
pub(crate) enum Trouble {
    /// As any other endpoint refuses.
    Refusal(Refusal),
    /// The body is no form of this page.
    Body(BodyError),
    /// Another site sent the form.
    CrossSite,
    /// A link of another site led to this page.
    Arrived(String),
    /// A script asks for a page, be it one of the app on the same origin.
    Script,
    /// The form was made for another browser, or too long ago.
    OldForm,
    /// The link of a set-up is not alive.
    DeadLink,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<BodyError> for Trouble {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, title, line) = match self {
            Self::Arrived(target) => return go_on(&target),
            Self::Refusal(Refusal::Limited { retry_after }) => return wait(retry_after),
            Self::Refusal(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not now",
                "Something inside the service failed. Nothing was changed; try again in a while.".to_owned(),
            ),
            Self::Body(error) => {
                let (status, _, why) = error.told();
                (status, "This form cannot be read", format!("Reason: {why}."))
            }
            Self::CrossSite => (
                StatusCode::FORBIDDEN,
                "This form came from another site",
                "Nothing was done. Open the page of this service itself.".to_owned(),
            ),
            Self::Script => (
                StatusCode::FORBIDDEN,
                "This page is for people",
                "Nothing was done. Open the page in a window of its own.".to_owned(),
            ),
            Self::OldForm => (
                StatusCode::FORBIDDEN,
                "This form is too old",
                "Nothing was done. Go back, load the page again and send it once more.".to_owned(),
            ),
            Self::DeadLink => (
                StatusCode::NOT_FOUND,
                "This link does not work",
                "It was used already, is too old, or a newer one was made. \
                 On the machine of the service, `kizaki serve --init-operator` makes another."
                    .to_owned(),
            ),
        };
        page(status, title, &alert(&[line]))
    }
}

fn wait(seconds: u64) -> Response {
    let time = match seconds {
        1 => "a second".to_owned(),
        2..120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    };
    let content = html! {
        (alert(&[format!("Try again in {time}.")]))
    };
    let mut response = page(StatusCode::TOO_MANY_REQUESTS, "Too many tries", &content);
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}
