//! One module a command; each takes its arguments and the session, and says how it went.

#[cfg(feature = "service")]
mod api_keys;
#[cfg(feature = "service")]
mod app_database;
mod build;
mod check;
mod diff;
#[cfg(feature = "service")]
mod effects;
mod explain;
mod generate;
mod init;
mod inspect;
mod keygen;
#[cfg(feature = "service")]
mod keys;
#[cfg(feature = "service")]
mod login;
#[cfg(feature = "service")]
mod logout;
#[cfg(feature = "service")]
mod moment;
#[cfg(feature = "service")]
mod operators;
#[cfg(feature = "service")]
mod platform_keys;
#[cfg(feature = "service")]
mod runtime;
#[cfg(feature = "service")]
mod serve;
#[cfg(feature = "service")]
mod side;
mod signing;
mod verify;

use std::path::Path;

use inspire::Options;
use inspire_diagnostics::{Code, Diagnostic, Report};

use crate::args::{Cli, Command, Global};
use crate::failure::{Exit, Failure, reason};
use crate::output::Output;
use crate::project::Project;

/// What every command works with.
pub(crate) struct Session {
    pub(crate) global: Global,
    pub(crate) output: Output,
}

/// Runs one command, and reports whatever kept it from its work.
pub(crate) fn run(cli: Cli) -> Exit {
    let Cli { command, global } = cli;
    let report_is_result = matches!(command, Command::Build(_) | Command::Check(_));
    let output = Output::new(&global, report_is_result);
    let mut session = Session { global, output };
    let done = enter(session.global.start_directory.as_deref()).and_then(|()| match command {
        Command::Build(args) => build::run(&args, &mut session),
        Command::Check(args) => check::run(&args, &mut session),
        Command::Inspect(args) => inspect::run(&args, &mut session),
        Command::Diff(args) => diff::run(&args, &mut session),
        Command::Verify(args) => verify::run(&args, &mut session),
        Command::Keygen(args) => keygen::run(&args, &mut session),
        Command::Explain(args) => explain::run(&args, &mut session),
        Command::Init(args) => init::run(&args, &mut session),
        #[cfg(feature = "service")]
        Command::Serve(args) => serve::run(*args, &mut session),
        #[cfg(feature = "service")]
        Command::Login(args) => login::run(&args, &mut session),
        #[cfg(feature = "service")]
        Command::Logout(args) => logout::run(&args, &mut session),
        #[cfg(feature = "service")]
        Command::ApiKeys(args) => api_keys::run(&args, &mut session),
        #[cfg(feature = "service")]
        Command::Effects(args) => effects::run(&args, &mut session),
        #[cfg(feature = "service")]
        Command::Keys(args) => platform_keys::run(&args, &mut session),
        #[cfg(feature = "service")]
        Command::Operators(args) => operators::run(&args, &mut session),
        Command::Completions(args) => generate::completions(&args, &mut session),
        Command::Man(args) => generate::man(&args, &mut session),
    });
    done.unwrap_or_else(|failure| session.fail(failure))
}

fn enter(directory: Option<&Path>) -> Result<(), Failure> {
    let Some(directory) = directory else { return Ok(()) };
    std::env::set_current_dir(directory).map_err(|error| {
        let message = format!("cannot enter `{}`: {}", directory.display(), reason(&error));
        Diagnostic::without_place(Code::UnreadableFile, message).into()
    })
}

impl Session {
    /// The options that the project's settings and the flags ask for.
    fn options(&self, project: &Project) -> Options {
        let mut levels = project.config.levels.clone();
        self.global.apply(&mut levels);
        Options { levels, ..Options::default() }
    }

    fn fail(&mut self, failure: Failure) -> Exit {
        let Failure { sources, diagnostics } = failure;
        let exit = Exit::of(&diagnostics);
        let report = Report::new(&sources, diagnostics);
        match self.output.report(&report) {
            Ok(()) => exit,
            // Standard output failed, so this goes to standard error.
            Err(failure) => exit.max(self.fail(failure)),
        }
    }
}
