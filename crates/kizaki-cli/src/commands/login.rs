//! `kizaki login`: by the device flow, or with a platform key.

mod device;
mod poll;
mod token;

use std::io;

use inspire_diagnostics::{Code, Diagnostic};
use jiff::Timestamp;
use kizaki_auth::PublicUrl;
use kizaki_auth::platform::documents::WhoAmI;
use secrecy::SecretString;

use super::runtime::{Interrupts, block_on};
use super::{Session, moment};
use crate::args::{LoginArgs, ServerArgs};
use crate::credentials::{Credentials, Login, LoginKind};
use crate::failure::{Exit, Failure, reason};
use crate::project::Project;
use crate::remote::{Account, Remote, VARIABLE, has_variable};

pub(crate) fn run(args: &LoginArgs, session: &mut Session) -> Result<Exit, Failure> {
    let server = server(&args.server, "kizaki login")?;
    let credentials = Credentials::of_user()?;
    // Where it could not be kept, nobody is asked for it.
    credentials.find(&server)?;
    let token = match args.with_token {
        true => match token::of_stdin(session)? {
            None => return Ok(interrupted(session)),
            token => token,
        },
        false => None,
    };
    let remote = Remote::new(server.clone())?;
    let work = async {
        let mut interrupts = Interrupts::listen()?;
        io::Result::Ok(tokio::select! {
            login = log_in(remote, token, session) => login.map(Some),
            () = interrupts.next() => Ok(None),
        })
    };
    let worked = block_on(work).flatten().map_err(|error| cannot_run(&server, &error))?;
    let Some(login) = worked? else {
        return Ok(interrupted(session));
    };
    let replaced = match credentials.keep(&server, &login) {
        Ok(replaced) => replaced,
        Err(failure) => {
            // What nobody has any more is not to live on at the server. If that fails, it ends by itself.
            let _ = super::logout::end(&login, &server);
            return Err(failure);
        }
    };
    session.output.progress(&line(&login, &server));
    if has_variable() {
        session.output.progress(&format!("the key in {VARIABLE} still goes before this login"));
    }
    if let Some(Err(failure)) = replaced.map(|old| super::logout::end(&old, &server)) {
        let reasons = failure.diagnostics.iter().map(|one| one.message.as_str());
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        session.output.progress(&format!("the login before this one was not ended: {reasons}"));
    }
    Ok(Exit::Done)
}

/// The server that is named, or the project's.
pub(super) fn server(args: &ServerArgs, command: &str) -> Result<PublicUrl, Failure> {
    let named = match &args.server {
        Some(server) => Some(server.clone()),
        None => Project::find()?.server(),
    };
    named.ok_or_else(|| {
        let message = "no server is named, and the project has none";
        let help = format!(
            "name it with `{command} --server https://app.example`, or in kizaki.toml as `server` of `[service]`"
        );
        Diagnostic::without_place(Code::LoginNeeded, message).help(help).into()
    })
}

async fn log_in(remote: Remote, token: Option<SecretString>, session: &Session) -> Result<Login, Failure> {
    let (kind, token) = match token {
        Some(token) => (LoginKind::Key, token),
        None => (LoginKind::Login, device::token(&remote, session).await?),
    };
    let login = Login { kind, token, name: String::new(), expires_ms: None };
    let account = Account::of_login(remote, login.clone());
    let WhoAmI { name, expires_at, .. } = match account.whoami().await {
        Ok(who) => who,
        Err(failure) => {
            // Nobody will have it. If it cannot be ended either, it ends by itself.
            let _ = account.end().await;
            return Err(failure);
        }
    };
    let expires_ms = expires_at.and_then(|at| at.parse::<Timestamp>().ok()).map(Timestamp::as_millisecond);
    Ok(Login { name, expires_ms, ..login })
}

fn interrupted(session: &Session) -> Exit {
    session.output.aside("the login was interrupted, and nothing was kept");
    Exit::Interrupted
}

fn line(login: &Login, server: &PublicUrl) -> String {
    let who = match login.kind {
        LoginKind::Login => format!("as `{}`", login.name),
        LoginKind::Key => format!("with the platform key `{}`", login.name),
    };
    let until = match login.expires_ms {
        Some(at) => format!("until {}", moment::around(at, Timestamp::now().as_millisecond())),
        None => "until the key is revoked".to_owned(),
    };
    format!("logged in at {server} {who}, {until}")
}

pub(super) fn cannot_run(server: &PublicUrl, error: &io::Error) -> Diagnostic {
    let message = format!("cannot call the server `{server}`: {}", reason(error));
    Diagnostic::without_place(Code::ServerFailed, message)
}
