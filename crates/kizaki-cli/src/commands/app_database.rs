//! The app's own database, as arguments name it.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_store::{Error, StoreUrl};

use crate::args::AppDatabaseArgs;
use crate::failure::Failure;

/// The database that the arguments name, if they name one.
pub(super) fn url(args: &AppDatabaseArgs) -> Result<Option<StoreUrl>, Failure> {
    let parse = |text: String| StoreUrl::parse(&text).map_err(|error| refused("", &error));
    args.named().map(parse).transpose()
}

/// The same for what makes no sense without one.
pub(super) fn needed(args: &AppDatabaseArgs) -> Result<StoreUrl, Failure> {
    url(args)?.ok_or_else(|| {
        let one = Diagnostic::without_place(Code::AppDatabaseFailed, "the app's database is not named");
        one.help("name it with `--app-database` or the variable `KIZAKI_APP_DATABASE`").into()
    })
}

/// What to tell when it cannot be used.
pub(super) fn failed(url: &StoreUrl, error: &Error) -> Failure {
    refused(&format!(" `{url}`"), error)
}

fn refused(which: &str, error: &Error) -> Failure {
    let mut one = unusable(which, &error.to_string());
    one.help = error.help_text().map(str::to_owned);
    one.into()
}

/// The same where it is not the database that is to blame; `which` follows a blank.
pub(super) fn unusable(which: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot use the app's database{which}: {reason}");
    Diagnostic::without_place(Code::AppDatabaseFailed, message)
}
