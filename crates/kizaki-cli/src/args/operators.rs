//! The arguments of `kizaki operators`.

use clap::{Args, Subcommand};

use super::StoreArgs;

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct OperatorsArgs {
    #[command(subcommand)]
    pub(crate) command: OperatorsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OperatorsCommand {
    /// List the operators, and with how many browsers and commands they are signed in
    List(ListOperatorsArgs),
    /// Remove an operator, and end at once all that they are signed in with; keys that they made stay
    Remove(RemoveOperatorArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListOperatorsArgs {
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveOperatorArgs {
    /// The operator's name, in any case
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}
