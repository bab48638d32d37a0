//! Which side a command works on: what there is here, or a server.

use std::borrow::Cow;

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::PublicUrl;
use kizaki_store::StoreUrl;
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;

use super::Session;
use super::login::cannot_run;
use super::runtime::block_on;
use crate::credentials::Credentials;
use crate::failure::Failure;
use crate::project::Project;
use crate::remote::{Account, Refusal, Remote, VARIABLE, has_variable, variable};

/// A side.
pub(super) enum Side {
    Here,
    Server(Account),
}

impl Side {
    /// A server that is asked for is used or it is an error; the project's is used where there is a login, unless
    /// arguments or variables say `is_here`. `here` names what there is here.
    pub(super) fn choose(
        server: Option<&Option<PublicUrl>>,
        is_here: bool,
        here: &str,
        session: &Session,
    ) -> Result<Self, Failure> {
        if let Some(asked) = server {
            let server = match asked {
                Some(server) => server.clone(),
                None => Project::find()?.server().ok_or_else(no_server)?,
            };
            let account = account(&server)?.ok_or_else(|| no_login(&server))?;
            return Ok(Self::server(account, session));
        }
        if is_here {
            return Ok(Self::Here);
        }
        match Project::find()?.server() {
            Some(server) => match account(&server)? {
                Some(account) => Ok(Self::server(account, session)),
                None => {
                    session.output.progress(&format!("on {here}, as there is no login at {server}"));
                    Ok(Self::Here)
                }
            },
            // Whoever sets it means a server, and would not find on one what is done here.
            None if has_variable() => Err(no_server_for_variable(here).into()),
            None => Ok(Self::Here),
        }
    }

    fn server(account: Account, session: &Session) -> Self {
        session.output.progress(&account.note());
        Self::Server(account)
    }
}

/// The arguments that name what there is here to another command, beginning with a blank: the directory that was entered,
/// and what was given by `option`, or `--local`. What the variables and the project say, they say to the next command as
/// well.
pub(super) fn flags(option: &str, given: Option<&StoreUrl>, is_local: bool, session: &Session) -> String {
    let entered = entered(session);
    match (given, is_local) {
        (Some(url), _) => entered + &with(option, &url.to_string()),
        (None, true) => format!("{entered} --local"),
        (None, false) => entered,
    }
}

/// The argument that lets another command enter the directory that this one has, beginning with a blank.
pub(super) fn entered(session: &Session) -> String {
    let directory = session.global.start_directory.as_ref();
    directory.map(|directory| with("-C", &directory.display().to_string())).unwrap_or_default()
}

/// The way out where there is no artifact.
pub(super) fn no_artifact(session: &Session) -> String {
    format!("run `kizaki build{}`, or name the artifact with `--artifact`", entered(session))
}

/// An option whose value is one word of a shell, beginning with a blank. No argument has the NUL that could be in none.
fn with(option: &str, value: &str) -> String {
    let word = shlex::try_quote(value).unwrap_or(Cow::Borrowed(value));
    format!(" {option} {word}")
}

/// Sends a request and reads the answer as [`Account::ask`] does.
pub(super) fn ask<Document: DeserializeOwned, T: TryFrom<Document>>(
    account: &Account,
    request: RequestBuilder,
    undone: Option<&str>,
) -> Result<Result<T, Refusal>, Failure> {
    let asked = block_on(account.ask::<Document, T>(request, undone));
    asked.map_err(|error| cannot_run(account.remote().server(), &error))?
}

/// Who opens a server: the platform key in the environment, or else the login that is kept.
fn account(server: &PublicUrl) -> Result<Option<Account>, Failure> {
    let remote = || Remote::new(server.clone());
    if let Some(token) = variable()? {
        return Ok(Some(Account::of_variable(remote()?, token)));
    }
    match Credentials::of_user()?.find(server)? {
        Some(login) => Ok(Some(Account::of_login(remote()?, login))),
        None => Ok(None),
    }
}

fn no_login(server: &PublicUrl) -> Diagnostic {
    let message = format!("there is no login at `{server}`");
    let help = format!("run `kizaki login --server {server}`, or put a platform key into {VARIABLE}");
    Diagnostic::without_place(Code::LoginNeeded, message).help(help)
}

fn no_server() -> Diagnostic {
    Diagnostic::without_place(Code::LoginNeeded, "no server is named, and the project has none")
        .help("name it, as in `--server https://app.example`, or in kizaki.toml as `server` of `[service]`")
}

fn no_server_for_variable(here: &str) -> Diagnostic {
    let message = format!("`{VARIABLE}` is set, but no server is named, and the project has none");
    Diagnostic::without_place(Code::LoginNeeded, message)
        .help(format!("name it, as in `--server https://app.example`, or say `--local` for {here}"))
}
