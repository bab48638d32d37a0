//! The app's own database, as arguments name it.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_store::{Error, StoreUrl};

use crate::args::AppDatabaseArgs;
use crate::failure::Failure;

/// The database that the arguments name, if they name one.
pub(super) fn url(args: &AppDatabaseArgs) -> Result<Option<StoreUrl>, Failure> {
    let parse = |text: &String| StoreUrl::parse(text).map_err(|error| refused("", &error));
    args.app_database.as_ref().map(parse).transpose()
}

/// What to tell when it cannot be used.
pub(super) fn failed(url: &StoreUrl, error: &Error) -> Failure {
    refused(&format!(" `{url}`"), error)
}

fn refused(which: &str, error: &Error) -> Failure {
    let message = format!("cannot use the app's database{which}: {error}");
    let mut one = Diagnostic::without_place(Code::ServeFailed, message);
    one.help = error.help_text().map(str::to_owned);
    one.into()
}
