//! Calls of a server that runs the auth service: requests and answers, and what to tell when there is none of use.
//!
//! What a server says is never believed to be harmless: it has a size and a time, and is shown as text.

mod account;
mod answer;

pub(crate) use self::account::{Account, VARIABLE, has_variable, platform_key, variable};
pub(crate) use self::answer::{Answer, Refusal};

use std::error::Error as _;
use std::io;

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::{Authorities, PublicUrl, client};
use reqwest::{Client, RequestBuilder};
use zeroize::Zeroizing;

use crate::failure::{Failure, reason};

/// More than any list of keys comes to.
const MOST_BYTES: usize = 32 << 20;

/// A server, and the client that calls it.
#[derive(Debug)]
pub(crate) struct Remote {
    server: PublicUrl,
    client: Client,
}

/// Why a call has no answer.
#[derive(Debug)]
pub(crate) struct NoAnswer {
    pub(crate) reason: String,
    /// Whether the server may have done what it was asked.
    pub(crate) was_sent: bool,
}

impl Remote {
    pub(crate) fn new(server: PublicUrl) -> Result<Self, Failure> {
        match client::new(&Authorities::default()) {
            Ok(client) => Ok(Self { server, client }),
            Err(reason) => {
                let message = format!("cannot call `{server}`: {reason}");
                Err(Diagnostic::without_place(Code::ServerFailed, message).into())
            }
        }
    }

    pub(crate) fn server(&self) -> &PublicUrl {
        &self.server
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.server))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.server))
    }

    /// A request with these fields as a form sends them (WHATWG URL, `application/x-www-form-urlencoded`).
    pub(crate) fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.post(path).header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// Sends a request and takes its answer, whatever that says.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        let response = request.send().await.map_err(NoAnswer::of_sending)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let lost = |reason| NoAnswer { reason, was_sent: true };
        let body = Zeroizing::new(client::body(response, MOST_BYTES).await.map_err(lost)?);
        Ok(Answer::new(status, &headers, body))
    }

    /// What to tell when a call has no answer.
    pub(crate) fn unreachable(&self, none: &NoAnswer) -> Diagnostic {
        let what = if none.was_sent { "has not answered" } else { "cannot be reached" };
        let message = format!("the server `{}` {what}: {}", self.server, none.reason);
        Diagnostic::without_place(Code::ServerFailed, message)
    }
}

impl NoAnswer {
    fn of_sending(error: reqwest::Error) -> Self {
        let was_sent = !error.is_connect() && !error.is_builder();
        if error.is_timeout() {
            return Self { reason: "it takes too long".to_owned(), was_sent };
        }
        let mut cause = error.source();
        while let Some(found) = cause {
            if let Some(error) = found.downcast_ref::<io::Error>()
                && error.raw_os_error().is_some()
            {
                return Self { reason: reason(error), was_sent };
            }
            if found.source().is_none() {
                return Self { reason: found.to_string(), was_sent };
            }
            cause = found.source();
        }
        Self { reason: client::reason(error), was_sent }
    }
}
