//! The arguments of `kizaki effects`.

use std::path::PathBuf;

use clap::{Args, Subcommand, value_parser};
use kizaki_auth::effects_document::{LISTED, MOST_LISTED};
use kizaki_auth::{EffectsUrl, PublicUrl};
use kizaki_store::OutboxState;

use super::AppDatabaseArgs;

/// The variable that holds the secret which signs effects.
pub(crate) const EFFECTS_SECRET: &str = "KIZAKI_EFFECTS_SECRET";

/// Where `kizaki serve` delivers effects.
#[derive(Debug, Args)]
pub(crate) struct EffectsToArgs {
    /// The address that the app's effects are posted to, signed with the secret in KIZAKI_EFFECTS_SECRET [default: none
    /// are delivered]
    #[arg(id = "effects_to", long = "effects-to", value_name = "URL", value_parser = EffectsUrl::parse)]
    pub(crate) to: Option<EffectsUrl>,
    /// A file with that secret, which is its owner's alone
    #[arg(
        id = "effects_secret_file",
        long = "effects-secret-file",
        value_name = "FILE",
        requires = "effects_to"
    )]
    pub(crate) secret_file: Option<PathBuf>,
}

impl EffectsToArgs {
    pub(super) fn lacks_secret(&self) -> bool {
        #[expect(
            clippy::disallowed_methods,
            reason = "a secret is no argument, and clap reads arguments only"
        )]
        let is_set = || std::env::var_os(EFFECTS_SECRET).is_some_and(|secret| !secret.is_empty());
        self.secret_file.is_none() && !is_set()
    }
}

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct EffectsArgs {
    #[command(subcommand)]
    pub(crate) command: EffectsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EffectsCommand {
    /// Make the table that the app writes its effects to, in the app's database
    Init(InitEffectsArgs),
    /// Tell how many effects wait, are tried, were delivered or failed
    Status(EffectsStatusArgs),
    /// List effects, the last written first
    List(ListEffectsArgs),
    /// Try an effect again now that is dead, discarded or waits for another try, as if it had never been tried
    Retry(EffectArgs),
    /// End an effect that was not delivered; `retry` brings it back for a week
    Discard(EffectArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InitEffectsArgs {
    #[command(flatten)]
    pub(crate) database: AppDatabaseArgs,
    /// Print the statements and run none
    #[arg(long)]
    pub(crate) print: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EffectsStatusArgs {
    #[command(flatten)]
    pub(crate) place: EffectsPlaceArgs,
    /// Tell it every second until it is interrupted: in place on a terminal, one after the other elsewhere
    #[arg(long)]
    pub(crate) watch: bool,
    /// Print a JSON document; with --watch one a line
    #[arg(long)]
    pub(crate) json: bool,
    /// The artifact that says which effects there are, where no server says it [default: the project's, if there is one]
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    pub(crate) artifact: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ListEffectsArgs {
    #[command(flatten)]
    pub(crate) place: EffectsPlaceArgs,
    /// Only those in this state: pending, leased, retrying, delivered, dead or discarded
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub(crate) state: Option<OutboxState>,
    /// Only those of this effect, by the name of its function
    #[arg(long, value_name = "EFFECT")]
    pub(crate) effect: Option<String>,
    /// At most so many, up to 10000
    #[arg(long, value_name = "N", default_value_t = LISTED, value_parser = value_parser!(u32).range(1..=i64::from(MOST_LISTED)))]
    pub(crate) limit: u32,
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EffectArgs {
    /// The id of the effect, as the list shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) place: EffectsPlaceArgs,
}

/// Where the effects are that a command works on.
#[derive(Debug, Args)]
pub(crate) struct EffectsPlaceArgs {
    #[command(flatten)]
    pub(crate) database: AppDatabaseArgs,
    /// Work on this server, or without URL on the project's
    #[arg(long, value_name = "URL", num_args = 0..=1, value_parser = PublicUrl::parse)]
    #[arg(conflicts_with_all = ["app_database", "local"])]
    pub(crate) server: Option<Option<PublicUrl>>,
    /// Work on the app's database, even with a login at the project's server
    #[arg(long)]
    pub(crate) local: bool,
}

fn state(name: &str) -> Result<OutboxState, String> {
    OutboxState::from_name(name).ok_or_else(|| {
        let names = OutboxState::ALL.map(OutboxState::as_str);
        match inspire_diagnostics::closest(name, names) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("the states are {}", names.join(", ")),
        }
    })
}
