//! The argument that names the app's own database.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct AppDatabaseArgs {
    /// The app's own database, sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL", env = "KIZAKI_APP_DATABASE", hide_env_values = true)]
    pub(crate) app_database: Option<String>,
}
