//! `kizaki verify`: every check of the loader, and which of them failed.

use std::path::Path;

use inspire_artifact::{Artifact, DecodeError, OpenError};
use inspire_diagnostics::{Code, Diagnostic};

use super::Session;
use super::build::size;
use crate::args::VerifyArgs;
use crate::failure::{Exit, Failure, unreadable};

pub(crate) fn run(args: &VerifyArgs, session: &mut Session) -> Result<Exit, Failure> {
    let artifact = open(&args.file)?;
    artifact.verify().map_err(|error| refused(&args.file, &error))?;
    let (major, minor) = artifact.format_version();
    let line = format!(
        "{}: verified, format {major}.{minor}, {}, blake3 {}",
        inspire_diagnostics::visible(&args.file.display().to_string()),
        size(artifact.bytes().len()),
        artifact.digest()
    );
    session.output.result(|out| writeln!(out, "{line}"))?;
    Ok(Exit::Done)
}

/// Opens the artifact at `path`.
pub(crate) fn open(path: &Path) -> Result<Artifact<'static>, Failure> {
    Artifact::open(path).map_err(|error| match error {
        OpenError::Read(error) => unreadable(path, &error).into(),
        OpenError::Decode(error) => refused(path, &error),
        other => invalid(path, &other.to_string()),
    })
}

/// A failure for bytes that the loader refuses.
pub(crate) fn refused(path: &Path, error: &DecodeError) -> Failure {
    invalid(path, &error.to_string())
}

/// The loader says what is wrong, and after the last semicolon what to do about it.
fn invalid(path: &Path, reason: &str) -> Failure {
    let (what, help) = match reason.rsplit_once("; ") {
        Some((what, help)) => (what, Some(help.to_owned())),
        None => (reason, None),
    };
    let message = format!("`{}` is no valid artifact: {what}", path.display());
    let mut one = Diagnostic::without_place(Code::InvalidArtifact, message);
    one.help = help;
    one.into()
}
