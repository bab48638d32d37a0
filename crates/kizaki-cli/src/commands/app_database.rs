//! The app's own database, as arguments name it.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_store::{Error, ErrorKind, StoreUrl};

use super::Session;
use super::side::flags;
use crate::args::AppDatabaseArgs;
use crate::failure::Failure;

/// The database that arguments name.
pub(super) struct Named {
    pub(super) url: StoreUrl,
    /// The arguments that name it to another command, beginning with a blank.
    pub(super) flags: String,
}

impl Named {
    /// The one that `args` name, if they name one.
    pub(super) fn find(args: &AppDatabaseArgs, session: &Session) -> Result<Option<Self>, Failure> {
        let Some(text) = args.named() else { return Ok(None) };
        let url = StoreUrl::parse(&text).map_err(|error| told(unusable("", &error.to_string()), &error))?;
        let flags = flags("--app-database", args.app_database.as_ref().map(|_| &url), false, session);
        Ok(Some(Self { url, flags }))
    }

    /// The same for what makes no sense without one.
    pub(super) fn needed(args: &AppDatabaseArgs, session: &Session) -> Result<Self, Failure> {
        Self::find(args, session)?.ok_or_else(|| {
            let one = Diagnostic::without_place(Code::AppDatabaseFailed, "the app's database is not named");
            one.help("name it with `--app-database` or the variable `KIZAKI_APP_DATABASE`").into()
        })
    }

    /// What to tell when it cannot be used.
    pub(super) fn failed(&self, error: &Error) -> Failure {
        let one = self.unusable(&error.to_string());
        if error.kind() == ErrorKind::NoOutbox {
            return one.help(format!("make it: `kizaki effects init{}`", self.flags)).into();
        }
        told(one, error)
    }

    /// The same where it is not the database that is to blame.
    pub(super) fn unusable(&self, reason: &str) -> Diagnostic {
        unusable(&format!(" `{}`", self.url), reason)
    }
}

fn told(mut one: Diagnostic, error: &Error) -> Failure {
    one.help = error.help_text().map(str::to_owned);
    one.into()
}

fn unusable(which: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot use the app's database{which}: {reason}");
    Diagnostic::without_place(Code::AppDatabaseFailed, message)
}
