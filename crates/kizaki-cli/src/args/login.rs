//! The arguments of `kizaki login` and `kizaki logout`.
//!
//! None of them takes a key: that comes by standard input.

use clap::Args;
use kizaki_auth::PublicUrl;

#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// Read a platform key from standard input and keep it, for where nobody can approve a login; a terminal does not show
    /// it
    #[arg(long)]
    pub(crate) with_token: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The server that runs the app's auth service [default: `server` of `[service]` in kizaki.toml]
    #[arg(long, value_name = "URL", value_parser = PublicUrl::parse)]
    pub(crate) server: Option<PublicUrl>,
}
