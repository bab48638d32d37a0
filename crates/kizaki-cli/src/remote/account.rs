//! A server together with what opens it: a login, a platform key, or the platform key in `KIZAKI_TOKEN`.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::platform::documents::WhoAmI;
use kizaki_store::{Key, Kind};
use reqwest::{RequestBuilder, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::answer::{LOGIN_REQUIRED, NO_ENDPOINT};
use super::{Answer, Refusal, Remote};
use crate::credentials::{Login, LoginKind};
use crate::failure::Failure;

/// The variable that holds a platform key, which goes before every login.
pub(crate) const VARIABLE: &str = "KIZAKI_TOKEN";

/// Someone at a server.
#[derive(Debug)]
pub(crate) struct Account {
    remote: Remote,
    token: SecretString,
    who: Who,
}

/// Where the token comes from.
#[derive(Debug)]
enum Who {
    Login { name: String, expires_ms: Option<i64> },
    Key { name: String },
    Variable,
}

/// Whether `KIZAKI_TOKEN` is set, to whatever.
pub(crate) fn has_variable() -> bool {
    #[expect(clippy::disallowed_methods, reason = "this is the variable's one place")]
    std::env::var_os(VARIABLE).is_some()
}

/// The platform key in `KIZAKI_TOKEN`, if it is set.
///
/// A variable that is set to nothing is an error: it is what a pipeline has whose secret is missing, and without a login
/// the commands would work on another store than was meant.
pub(crate) fn variable() -> Result<Option<SecretString>, Failure> {
    #[expect(clippy::disallowed_methods, reason = "this is the variable's one place")]
    let Some(value) = std::env::var_os(VARIABLE) else { return Ok(None) };
    let value = Zeroizing::new(value.into_string().unwrap_or_default());
    platform_key(&value, &format!("the variable `{VARIABLE}`")).map(Some)
}

/// Reads a platform key that `place` holds; what it is instead is told without showing it.
pub(crate) fn platform_key(text: &str, place: &str) -> Result<SecretString, Failure> {
    let problem = match Key::parse(text) {
        Ok(key) if key.kind == Kind::Platform => return Ok(SecretString::from(text)),
        Ok(_) => "holds an API key of the app, which opens nothing here",
        Err(_) if text.is_empty() => "is empty",
        Err(_) => "holds no platform key, or not the whole of one",
    };
    let one = Diagnostic::without_place(Code::LoginNeeded, format!("{place} {problem}"));
    Err(one.help("a platform key begins with `kzp_`; `kizaki keys create` makes one").into())
}

impl Account {
    /// At `remote` by a login that is kept.
    pub(crate) fn of_login(remote: Remote, login: Login) -> Self {
        let Login { kind, token, name, expires_ms } = login;
        let who = match kind {
            LoginKind::Login => Who::Login { name, expires_ms },
            LoginKind::Key => Who::Key { name },
        };
        Self { remote, token, who }
    }

    /// At `remote` by the key in `KIZAKI_TOKEN`.
    pub(crate) fn of_variable(remote: Remote, token: SecretString) -> Self {
        Self { remote, token, who: Who::Variable }
    }

    pub(crate) fn remote(&self) -> &Remote {
        &self.remote
    }

    /// Which server is acted on, and as whom.
    pub(crate) fn note(&self) -> String {
        let server = self.remote.server();
        match &self.who {
            Who::Login { name, .. } => format!("on the server {server} as `{name}`"),
            Who::Key { name } => format!("on the server {server} with the platform key `{name}`"),
            Who::Variable => format!("on the server {server} with the platform key in {VARIABLE}"),
        }
    }

    /// Sends a request in this name and reads the document that is the answer, or why the server does not do what was
    /// asked: it says so with the status 404, 409 or 422. Whatever else the server answers is a failure.
    ///
    /// `undone` tells what may have been done when there is no answer, or none that says.
    pub(crate) async fn ask<Document: DeserializeOwned, T: TryFrom<Document>>(
        &self,
        request: RequestBuilder,
        undone: Option<&str>,
    ) -> Result<Result<T, Refusal>, Failure> {
        let answer = self.send(request).await.map_err(|none| {
            let mut one = self.remote.unreachable(&none);
            one.help = undone.filter(|_| none.was_sent).map(str::to_owned);
            one
        })?;
        let useless = answer.useless(self.remote.server());
        let unknown = |mut one: Diagnostic| {
            one.help = undone.map(str::to_owned).or(one.help);
            Failure::from(one)
        };
        match (answer.status.as_u16(), answer.refusal()) {
            (200..300, _) => {
                let document = answer.document::<Document>().and_then(|document| T::try_from(document).ok());
                document.map(Ok).ok_or_else(|| unknown(useless))
            }
            (401, _) => Err(self.not_accepted().into()),
            (403, Some(refusal)) if refusal.code == LOGIN_REQUIRED => {
                Err(self.wants_a_person(useless).into())
            }
            (404 | 409 | 422, Some(refusal)) if refusal.code != NO_ENDPOINT => Ok(Err(refusal)),
            (500.., _) => Err(unknown(useless)),
            _ => Err(useless.into()),
        }
    }

    /// What to tell where a platform key does not do; the variable would go before a login.
    fn wants_a_person(&self, refused: Diagnostic) -> Diagnostic {
        let login = format!("run `kizaki login --server {}`", self.remote.server());
        refused.help(match self.who {
            Who::Variable => format!("unset the variable {VARIABLE}, and {login}"),
            Who::Login { .. } | Who::Key { .. } => login,
        })
    }

    /// Who this is to the server.
    pub(crate) async fn whoami(&self) -> Result<WhoAmI, Failure> {
        let asked = self.ask::<WhoAmI, WhoAmI>(self.remote.get("/__platform/whoami"), None).await?;
        asked.map_err(|refusal| {
            let message = format!("the server `{}` refused: {}", self.remote.server(), refusal.message);
            Diagnostic::without_place(Code::ServerFailed, message).into()
        })
    }

    /// Ends the login, so that nobody can use it any more; what was over already is no failure. A key lives on.
    pub(crate) async fn end(&self) -> Result<(), Failure> {
        if !matches!(self.who, Who::Login { .. }) {
            return Ok(());
        }
        let sent = self.send(self.remote.post("/__platform/logout")).await;
        let answer = sent.map_err(|none| self.remote.unreachable(&none))?;
        match answer.status {
            StatusCode::UNAUTHORIZED => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(answer.useless(self.remote.server()).into()),
        }
    }

    /// Sends a request in this name and takes its answer, whatever that says.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, super::NoAnswer> {
        // The header is marked as a secret by the client, so that it is in nothing that is printed.
        self.remote.send(request.bearer_auth(self.token.expose_secret())).await
    }

    /// What to tell when the server does not know the token any more.
    pub(crate) fn not_accepted(&self) -> Diagnostic {
        let server = self.remote.server();
        let login = format!("run `kizaki login --server {server}`");
        let (message, help) = match &self.who {
            Who::Login { expires_ms: Some(at), .. } if *at <= jiff::Timestamp::now().as_millisecond() => {
                (format!("the login at `{server}` has expired"), login)
            }
            Who::Login { .. } => (
                format!("the login at `{server}` is not accepted any more: it was ended or has expired"),
                login,
            ),
            Who::Key { name } => (
                match name.as_str() {
                    // It was given just now, and its name is asked for.
                    "" => format!(
                        "the platform key is not accepted by `{server}`: it was revoked, has expired, or is of another server"
                    ),
                    name => format!(
                        "the platform key `{name}` is not accepted by `{server}`: it was revoked or has expired"
                    ),
                },
                format!("give another key to `kizaki login --server {server} --with-token`"),
            ),
            Who::Variable => (
                format!(
                    "the platform key in `{VARIABLE}` is not accepted by `{server}`: \
                     it was revoked, has expired, or is of another server"
                ),
                "make another with `kizaki keys create`".to_owned(),
            ),
        };
        Diagnostic::without_place(Code::LoginNeeded, message).help(help)
    }
}
