//! The arguments of `kizaki api-keys` and `kizaki keys`.
//!
//! No argument takes a key: arguments are seen in the list of processes and kept in the shell's history.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use kizaki_auth::PublicUrl;
use kizaki_store::Lifetime;

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct ApiKeysArgs {
    #[command(subcommand)]
    pub(crate) command: ApiKeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ApiKeysCommand {
    /// Make a key and print it, once
    Create(CreateApiKeyArgs),
    /// List the keys
    List(ListApiKeysArgs),
    /// Give a key a new secret and print it, once; the old one is accepted for a while
    Rotate(RotateArgs),
    /// End a key with all its secrets, at once
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct PlatformKeysArgs {
    #[command(subcommand)]
    pub(crate) command: PlatformKeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlatformKeysCommand {
    /// Make a key and print it, once
    Create(CreatePlatformKeyArgs),
    /// List the keys
    List(ListPlatformKeysArgs),
    /// End a key at once
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateApiKeyArgs {
    /// The scope, which the artifact must declare
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: String,
    #[command(flatten)]
    pub(crate) new: NewKeyArgs,
    /// The artifact that declares the scopes of the local store [default: .kizaki/build/app.kza]
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    pub(crate) artifact: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CreatePlatformKeyArgs {
    #[command(flatten)]
    pub(crate) new: NewKeyArgs,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// What every new key is given.
#[derive(Debug, Args)]
pub(crate) struct NewKeyArgs {
    /// What to call it, for people
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// How long it is valid: a duration such as 30d, or never
    #[arg(long, value_name = "DURATION", value_parser = lifetime, default_value = "90d")]
    pub(crate) expires: Lifetime,
    /// Print a JSON document with the key in it
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListApiKeysArgs {
    /// Only keys of this scope
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,
    /// Only keys that are active and expire within this time
    #[arg(long, value_name = "DURATION", value_parser = inspire::duration_ms)]
    pub(crate) expiring: Option<u64>,
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ListPlatformKeysArgs {
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// The id of the key, as the list shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// How long the old secret is accepted; 0s ends it at once
    #[arg(long, value_name = "DURATION", value_parser = inspire::duration_ms, default_value = "24h")]
    pub(crate) grace_period: u64,
    /// Print a JSON document with the key in it
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// The id of the key, as the list shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Where the keys are that a command works on.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Work on this server, or without URL on the project's
    #[arg(long, value_name = "URL", num_args = 0..=1, value_parser = PublicUrl::parse)]
    #[arg(conflicts_with_all = ["store", "local"])]
    pub(crate) server: Option<Option<PublicUrl>>,
    /// Work on the local store, even with a login at the project's server
    #[arg(long)]
    pub(crate) local: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// The service's store, sqlite:PATH or postgres://… [env: KIZAKI_STORE] [default: the project's .kizaki/kizaki.db]
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
}

impl StoreArgs {
    /// The store that is named, by the argument or else by the variable.
    ///
    /// The variable is not left to clap, so that it does not conflict with `--server`, which goes before it.
    pub(crate) fn named(&self) -> Option<String> {
        #[expect(clippy::disallowed_methods, reason = "this is the variable's one place")]
        let variable = || std::env::var_os("KIZAKI_STORE").map(|url| url.to_string_lossy().into_owned());
        self.store.clone().or_else(variable)
    }
}

/// A duration of the language, or `never`.
fn lifetime(text: &str) -> Result<Lifetime, String> {
    match text {
        "never" => Ok(Lifetime::Never),
        _ => inspire::duration_ms(text).map(Lifetime::For),
    }
}
