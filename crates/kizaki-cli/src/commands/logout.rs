//! `kizaki logout`: ends a login at its server, and forgets it here whatever comes of that.

use kizaki_auth::PublicUrl;
use kizaki_store::Key;
use secrecy::ExposeSecret as _;

use super::Session;
use super::login::{cannot_run, server};
use super::runtime::block_on;
use crate::args::LogoutArgs;
use crate::credentials::{Credentials, Login, LoginKind};
use crate::failure::{Exit, Failure};
use crate::remote::{Account, Remote, VARIABLE, has_variable};

pub(crate) fn run(args: &LogoutArgs, session: &mut Session) -> Result<Exit, Failure> {
    let server = server(&args.server, "kizaki logout")?;
    let credentials = Credentials::of_user()?;
    if has_variable() {
        session.output.progress(&format!("{VARIABLE} is set, and goes on to be used"));
    }
    let Some(login) = credentials.find(&server)? else {
        session.output.progress(&format!("there is no login at {server}"));
        return Ok(Exit::Done);
    };
    // Only what is kept can be ended, so it is forgotten last.
    let ended = end(&login, &server);
    if !credentials.forget(&server, &login)? {
        session.output.progress(&format!("another login at {server} was made meanwhile, and is kept"));
    }
    match ended {
        Ok(()) => {
            session.output.progress(&line(&login, &server));
            Ok(Exit::Done)
        }
        Err(mut failure) => {
            let until = login.expires_ms.map(|at| format!(" until {}", super::moment::absolute(at)));
            let until = until.unwrap_or_default();
            for one in &mut failure.diagnostics {
                one.help =
                    Some(format!("the login is forgotten here, but whoever has a copy can use it{until}"));
            }
            Err(failure)
        }
    }
}

/// Ends a login at its server.
pub(super) fn end(login: &Login, server: &PublicUrl) -> Result<(), Failure> {
    let account = Account::of_login(Remote::new(server.clone())?, login.clone());
    block_on(account.end()).map_err(|error| cannot_run(server, &error))?
}

fn line(login: &Login, server: &PublicUrl) -> String {
    match login.kind {
        LoginKind::Login => format!("logged out at {server}"),
        LoginKind::Key => {
            let id =
                Key::parse(login.token.expose_secret()).map(|key| key.id.to_string()).unwrap_or_default();
            let name = &login.name;
            format!(
                "forgot the platform key `{name}` for {server}; \
                 whoever is logged in there ends it with `kizaki keys revoke {id} --server {server}`"
            )
        }
    }
}
