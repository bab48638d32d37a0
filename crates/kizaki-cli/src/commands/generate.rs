//! `kizaki completions` and `kizaki man`: what follows from the arguments alone.

use clap::CommandFactory as _;

use super::Session;
use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::failure::{Exit, Failure, unwritable};
use crate::write::write;

pub(crate) fn completions(args: &CompletionsArgs, session: &mut Session) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kizaki", &mut script);
    session.output.result(|out| out.write_all(&script))?;
    Ok(Exit::Done)
}

pub(crate) fn man(args: &ManArgs, session: &mut Session) -> Result<Exit, Failure> {
    let mut command = Cli::command().disable_help_flag(true);
    command.build();
    let mut pages = Vec::new();
    collect_pages(&command, &mut pages);
    for page in &pages {
        let path = args.directory.join(page.get_filename());
        let mut text = Vec::new();
        page.render(&mut text)
            .and_then(|()| write(&path, &text))
            .map_err(|error| unwritable(&path, &error))?;
    }
    session.output.progress(&format!("wrote {} manual pages to {}", pages.len(), args.directory.display()));
    Ok(Exit::Done)
}

/// The page of a command, then those of the commands below it.
fn collect_pages(command: &clap::Command, pages: &mut Vec<clap_mangen::Man>) {
    pages.push(clap_mangen::Man::new(command.clone()));
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        collect_pages(subcommand, pages);
    }
}
