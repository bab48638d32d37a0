//! The command `kizaki`.

mod args;
mod commands;
mod config;
#[cfg(feature = "service")]
mod credentials;
mod failure;
mod git;
#[cfg(feature = "service")]
mod leak;
mod markdown;
mod output;
mod panic;
mod project;
#[cfg(feature = "service")]
mod remote;
mod walk;
mod write;

use std::process::ExitCode;

use inspire_diagnostics::table;

use crate::args::Cli;
use crate::failure::Exit;

fn main() -> ExitCode {
    panic::install();
    keep_freed_memory();
    let exit = match Cli::read() {
        Ok(cli) => commands::run(cli),
        Err(error) => usage(&error),
    };
    exit.into()
}

/// Lets each step reuse the memory of the one before.
///
/// Freeing one large block makes the C library's allocator keep freed blocks of up to that size instead of giving
/// their pages back to the system (`mallopt(3)`, dynamic mmap threshold); a page fault costs more than a step's work
/// on the page. A second block then comes from the heap itself and leaves it large enough for most schemas, so that it
/// need not grow in small steps. Neither block is ever touched; with another allocator this does nothing.
fn keep_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(16 << 20)));
    drop(std::hint::black_box(Vec::<u8>::with_capacity(8 << 20)));
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
