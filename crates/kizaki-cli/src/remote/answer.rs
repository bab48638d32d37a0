//! What a server answered, read without trust.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::PublicUrl;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The most characters of a server's own words that are shown.
const MOST_SHOWN: usize = 300;
/// The codes of a service that has no such endpoint.
pub(super) const NO_ENDPOINT: &str = "not_found";
const NO_METHOD: &str = "method_not_allowed";
/// The code of what only people may do.
pub(super) const LOGIN_REQUIRED: &str = "login_required";

/// An answer. It is never printed: its body may hold a secret.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The seconds to wait before the next request (RFC 9110, 10.2.3), where the server names them.
    pub(crate) retry_after: Option<u64>,
    location: Option<String>,
    body: Zeroizing<Vec<u8>>,
}

/// Why a request was refused, in the server's words.
#[derive(Debug, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
}

#[derive(Deserialize)]
struct ErrorDocument {
    error: Refusal,
}

impl Answer {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: Zeroizing<Vec<u8>>) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let retry_after = text(RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
        Self { status, retry_after, location: text(LOCATION).map(shortened), body }
    }

    /// The document that the body is, if it is one.
    pub(crate) fn document<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Why the request was refused, if the body says so as the service does.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        let Refusal { code, message } = self.document::<ErrorDocument>()?.error;
        Some(Refusal { code, message: shortened(&message) })
    }

    /// What to tell of an answer that is of no use, whatever was asked.
    pub(crate) fn useless(&self, server: &PublicUrl) -> Diagnostic {
        let status = self.status.as_u16();
        let say = |message: String| Diagnostic::without_place(Code::ServerFailed, message);
        match (status, self.refusal()) {
            (300..400, _) => {
                let to = self.location.as_ref().map(|to| format!(" to `{to}`")).unwrap_or_default();
                say(format!(
                    "the server `{server}` leads elsewhere{to} (status {status}), which is not followed"
                ))
                .help("name the server itself with `--server`")
            }
            (404 | 405, Some(Refusal { code, .. })) if matches!(code.as_str(), NO_ENDPOINT | NO_METHOD) => {
                say(format!("the service at `{server}` does not offer this (status {status})"))
                    .help("it is of another version")
            }
            (429, _) => {
                let wait = match self.retry_after {
                    Some(1) => "; try again in 1 second".to_owned(),
                    Some(seconds) => format!("; try again in {seconds} seconds"),
                    None => String::new(),
                };
                say(format!("the server `{server}` has had too many requests{wait}"))
            }
            (400.., Some(Refusal { message, .. })) => {
                say(format!("the server `{server}` refused: {message} (status {status})"))
            }
            (502..=504, None) => {
                say(format!("what answers at `{server}` does not reach the service now (status {status})"))
                    .help("try again in a while")
            }
            _ => say(format!("what answers at `{server}` is no Kizaki service (status {status})"))
                .help("check the address, and that it is where `kizaki serve` is reached"),
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
