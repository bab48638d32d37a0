//! The command `kizaki`.

mod args;
mod commands;
mod config;
mod failure;
mod markdown;
mod output;
mod panic;
mod project;
mod table;
mod walk;
mod write;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Cli;
use crate::failure::Exit;

fn main() -> ExitCode {
    panic::install();
    let exit = match Cli::try_parse() {
        Ok(cli) => commands::run(cli),
        Err(error) => usage(&error),
    };
    exit.into()
}

/// Shows what clap has to say: a mistake in the arguments, or the help that was asked for.
fn usage(error: &clap::Error) -> Exit {
    let asked_for = error.exit_code() == 0;
    match error.print() {
        Err(reason) if asked_for && reason.kind() != std::io::ErrorKind::BrokenPipe => Exit::Environment,
        _ if asked_for => Exit::Done,
        _ => Exit::Usage,
    }
}
