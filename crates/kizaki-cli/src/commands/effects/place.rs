//! Where the effects are that a command works on: the app's database, or a server. The commands do not know which.

use std::path::Path;

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::effects_document::{ListDocument, StatusDocument};
use kizaki_auth::{Snapshot, effects_told};
use kizaki_store::{OutboxChange, OutboxFilter, OutboxState};

use super::database::{ready, snapshot};
use super::server::Server;
use crate::args::EffectsPlaceArgs;
use crate::commands::Session;
use crate::commands::app_database::Named;
use crate::commands::side::Side;
use crate::failure::Failure;

/// A place where effects are.
pub(super) enum Place {
    /// The app's, with the arguments that name it to a command that could work on a server as well.
    Database(Named, String),
    Server(Server),
}

impl Place {
    /// Where the arguments and the logins say; `is_here` where other arguments than those say that it is the database.
    pub(super) fn choose(args: &EffectsPlaceArgs, is_here: bool, session: &Session) -> Result<Self, Failure> {
        let is_here = is_here || args.local || args.database.named().is_some();
        match Side::choose(args.server.as_ref(), is_here, "the app's database", session)? {
            Side::Here => {
                let database = Named::needed(&args.database, session)?;
                let local = if args.local { " --local" } else { "" };
                let flags = format!("{}{local}", database.flags);
                Ok(Self::Database(database, flags))
            }
            Side::Server(account) => Ok(Self::Server(Server::new(account))),
        }
    }

    /// The artifact that says which effects there are: the one that is named, or the project's if there is one. A server
    /// has its own.
    pub(super) fn artifact(&self, named: Option<&Path>) -> Result<Option<Snapshot>, Failure> {
        match self {
            Self::Database(..) => snapshot(named),
            Self::Server(_) => Ok(None),
        }
    }

    /// How the effects stand; of the database by this artifact.
    pub(super) fn status(&self, snapshot: Option<&Snapshot>) -> Result<StatusDocument, Failure> {
        match self {
            Self::Database(database, _) => {
                let status = ready(database, async |app| app.outbox().status().await)?;
                Ok(StatusDocument::new(status, snapshot))
            }
            Self::Server(server) => server.status(),
        }
    }

    /// The effects that `filter` lets through.
    pub(super) fn list(&self, filter: OutboxFilter<'_>) -> Result<ListDocument, Failure> {
        match self {
            Self::Database(database, _) => {
                ready(database, async |app| app.outbox().list(filter).await).map(ListDocument::from)
            }
            Self::Server(server) => server.list(filter),
        }
    }

    /// Lets an effect be tried again, and tells the state that it was in.
    pub(super) fn retry(&self, id: &str) -> Result<OutboxState, Failure> {
        match self {
            Self::Database(database, flags) => {
                let change = ready(database, async |app| app.outbox().retry(id).await)?;
                changed(id, flags, change, effects_told::not_retried)
            }
            Self::Server(server) => server.change(id, "retry"),
        }
    }

    /// Ends an effect, and tells the state that it was in.
    pub(super) fn discard(&self, id: &str) -> Result<OutboxState, Failure> {
        match self {
            Self::Database(database, flags) => {
                let change = ready(database, async |app| app.outbox().discard(id).await)?;
                changed(id, flags, change, effects_told::not_discarded)
            }
            Self::Server(server) => server.change(id, "discard"),
        }
    }
}

/// The state before a change; `flags` name the place, and `why` tells why it is not made in a state.
fn changed(
    id: &str,
    flags: &str,
    change: OutboxChange,
    why: fn(&str, OutboxState) -> String,
) -> Result<OutboxState, Failure> {
    match change {
        OutboxChange::Changed(was) => Ok(was),
        OutboxChange::Unknown => Err(unknown(id, flags)),
        OutboxChange::Refused(state) => Err(settled(why(id, state))),
    }
}

/// What to tell where no effect has the id; `flags` follow the command that lists them.
pub(super) fn unknown(id: &str, flags: &str) -> Failure {
    let one = Diagnostic::without_place(Code::UnknownEffect, effects_told::unknown(id));
    let help = format!("`kizaki effects list{flags}` shows the ids; what was delivered is kept for a week");
    one.help(help).into()
}

/// What to tell where an effect is in a state in which this makes no sense.
pub(super) fn settled(message: String) -> Failure {
    Diagnostic::without_place(Code::SettledEffect, message).into()
}
