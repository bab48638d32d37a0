//! The argument that names the app's own database.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct AppDatabaseArgs {
    /// The app's own database, sqlite:PATH or postgres://… [env: KIZAKI_APP_DATABASE]
    #[arg(long, value_name = "URL")]
    pub(crate) app_database: Option<String>,
}

impl AppDatabaseArgs {
    /// The database that is named, by the argument or else by the variable.
    ///
    /// The variable is not left to clap, so that it does not conflict with `--server`, which goes before it.
    pub(crate) fn named(&self) -> Option<String> {
        #[expect(clippy::disallowed_methods, reason = "this is the variable's one place")]
        let variable =
            || std::env::var_os("KIZAKI_APP_DATABASE").map(|url| url.to_string_lossy().into_owned());
        self.app_database.clone().or_else(variable)
    }
}
