//! `kizaki diff`: what changed between two artifacts or schemas, and whether that is allowed.

#![expect(clippy::disallowed_methods, reason = "looks at the first bytes of a file")]

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use inspire::diff::{Diff, Effect};
use inspire::{Build, Options};
use inspire_artifact::{Artifact, MAGIC};

use super::Session;
use super::verify::{open, refused};
use crate::args::{Denied, DiffArgs, DiffFormat};
use crate::failure::{Exit, Failure};
use crate::git;
use crate::project::{Inputs, Project};

const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

pub(crate) fn run(args: &DiffArgs, session: &mut Session) -> Result<Exit, Failure> {
    let (old, new) = (Side::of(&args.old), args.new.as_deref().map_or(Side::Project, Side::of));
    let (before, now) = (old.load(&new, session)?, new.load(&old, session)?);
    let diff = inspire::diff(&before, &now).map_err(|error| refused(&args.old, &error))?;
    let output = &mut session.output;
    match args.format {
        DiffFormat::Json => {
            let json = diff.to_json();
            output.result(|out| out.write_all(json.as_bytes()))?;
        }
        DiffFormat::Text => {
            let width = output.result_is_on_terminal().then(|| output.result_width());
            let text = match output.result_has_color() {
                true => diff.to_styled_text(width, colored),
                false => diff.to_text(width),
            };
            output.result(|out| out.write_all(text.as_bytes()))?;
        }
    }
    Ok(verdict(&diff, args, session))
}

fn colored(effect: Effect, heading: &str) -> String {
    let color = match effect {
        Effect::Widens => RED,
        Effect::Breaks => YELLOW,
        Effect::Narrows | Effect::Other => "",
    };
    format!("{BOLD}{color}{heading}{RESET}")
}

/// Says in the last line what is denied, if there is any of it.
fn verdict(diff: &Diff, args: &DiffArgs, session: &Session) -> Exit {
    let found = args.denied().filter_map(|group| {
        let (count, one, many) = match group {
            Denied::Widened => (diff.counts.widens, "widens access", "widen access"),
            Denied::Breaking => (diff.counts.breaks, "breaks callers", "break callers"),
        };
        let changes = if count == 1 { "change" } else { "changes" };
        (count > 0).then(|| format!("{count} {changes} {}", if count == 1 { one } else { many }))
    });
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        return Exit::Done;
    }
    session.output.aside(&format!("error: denied: {}", found.join(", ")));
    Exit::No
}

/// One of the two things that are compared.
enum Side<'a> {
    /// An artifact.
    Artifact(&'a Path),
    /// A schema file or directory, or standard input.
    Schema(&'a Path),
    /// The project around the current directory.
    Project,
    /// The project's schema at a commit.
    Commit(&'a str),
}

impl<'a> Side<'a> {
    fn of(argument: &'a Path) -> Self {
        match argument.to_str().and_then(|text| text.strip_prefix("git:")) {
            Some(reference) => Self::Commit(reference),
            None if is_artifact(argument) => Self::Artifact(argument),
            None => Self::Schema(argument),
        }
    }

    /// The artifact that this side is, or comes to.
    fn load(&self, other: &Self, session: &Session) -> Result<Artifact<'static>, Failure> {
        let stdin_name = session.global.stdin_filename.as_deref();
        match self {
            Self::Artifact(path) => {
                let artifact = open(path)?;
                artifact.verify().map_err(|error| refused(path, &error))?;
                Ok(artifact)
            }
            Self::Schema(_) | Self::Project => {
                let (project, part) = self.project()?;
                let paths: Vec<_> = part.into_iter().collect();
                compile(project.read(&paths, stdin_name)?, &session.options(&project))
            }
            Self::Commit(reference) => {
                // What it is compared with tells what is meant.
                let (project, part) = other.project()?;
                let part = part.and_then(|path| path.canonicalize().ok());
                let (project, inputs) = git::read(&project, part.as_deref(), reference)?;
                compile(inputs, &session.options(&project))
            }
        }
    }

    /// The project that this side belongs to, and the file or directory in it that is meant, unless all of it is.
    fn project(&self) -> Result<(Project, Option<PathBuf>), Failure> {
        let Self::Schema(path) = self else { return Ok((Project::find()?, None)) };
        let directory = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
        let project = if directory.is_dir() { Project::around(directory)? } else { Project::find()? };
        let real = |path: &Path| path.canonicalize().ok();
        let is_whole = real(path).is_some_and(|path| real(project.absolute()) == Some(path));
        Ok((project, (!is_whole).then(|| path.to_path_buf())))
    }
}

/// Whether the file begins as an artifact does, or is called like one: then whatever is wrong with it is said of an
/// artifact.
fn is_artifact(path: &Path) -> bool {
    let mut start = [0; 4];
    let begins = File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok();
    path.extension().is_some_and(|extension| extension == "kza") || begins && MAGIC.starts_with(&start)
}

/// Compiles in memory; the errors are those of a build.
fn compile(inputs: Inputs, options: &Options) -> Result<Artifact<'static>, Failure> {
    let Build { artifact, diagnostics, .. } = inspire::build_with(&inputs.sources, options);
    let Some(bytes) = artifact else { return Err(Failure { sources: inputs.sources, diagnostics }) };
    Artifact::from_vec(bytes).map_err(|error| refused(Path::new("app.kza"), &error))
}
