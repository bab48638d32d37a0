//! The arguments of `kizaki diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use inspire_diagnostics::closest;

use super::lint;

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 done, 1 a denied change or a schema with errors, 2 wrong usage, 3 input or output, 4 invalid artifact."
)]
pub(crate) struct DiffArgs {
    /// What there was: an artifact, a schema file or directory, or git:REF for the project's schema at a commit
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// What there is, given in the same ways; the project as it lies there if nothing is given
    #[arg(value_name = "NEW")]
    pub(crate) new: Option<PathBuf>,
    /// How to tell it
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub(crate) format: DiffFormat,
    /// Exit with 1 if access is widened (or may be) or callers break: widened, breaking; or make a lint an error
    #[arg(short = 'D', long, value_name = "widened|breaking|LINT", value_parser = denied)]
    pub(crate) deny: Vec<String>,
}

/// How a difference is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people, grouped by what a change does
    Text,
    /// For programs
    Json,
}

/// A group of changes that can be denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Denied {
    /// What widens access, or may
    Widened,
    /// What breaks callers
    Breaking,
}

impl DiffArgs {
    pub(super) fn reads_stdin_twice(&self) -> bool {
        let is_stdin = |side: &PathBuf| side.as_os_str() == "-";
        is_stdin(&self.old) && self.new.as_ref().is_some_and(is_stdin)
    }

    /// The groups of changes that are denied.
    pub(crate) fn denied(&self) -> impl Iterator<Item = Denied> {
        let named = |group: &Denied| self.deny.iter().any(|word| Denied::from_str(word, false) == Ok(*group));
        Denied::value_variants().iter().copied().filter(named)
    }
}

/// Accepts a group of changes, or the name of a warning, note or lint.
fn denied(name: &str) -> Result<String, String> {
    if Denied::from_str(name, false).is_ok() {
        return Ok(name.to_owned());
    }
    let words = Denied::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let words: Vec<_> = words.map(|word| word.get_name().to_owned()).collect();
    match closest(name, words.iter().map(String::as_str)) {
        Some(close) => Err(format!("did you mean `{close}`?")),
        None => lint(name),
    }
}
