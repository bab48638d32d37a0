//! `kizaki verify`: every check of the loader, and which of them failed.

use std::path::Path;

use inspire_artifact::signature::{SignatureError, Trust};
use inspire_artifact::{Artifact, DecodeError, OpenError};
use inspire_diagnostics::{Code, Diagnostic};

use super::Session;
use super::build::size;
use super::signing::{now, public_key, time, words};
use crate::args::VerifyArgs;
use crate::failure::{Exit, Failure, unreadable};

pub(crate) fn run(args: &VerifyArgs, session: &mut Session) -> Result<Exit, Failure> {
    let artifact = open(&args.file)?;
    artifact.verify().map_err(|error| refused(&args.file, &error))?;
    let signed = signature(args, &artifact)?;
    let (major, minor) = artifact.format_version();
    let line = format!(
        "{}: verified, format {major}.{minor}, {}, blake3 {}{signed}",
        inspire_diagnostics::visible(&args.file.display().to_string()),
        size(artifact.bytes().len()),
        artifact.digest()
    );
    session.output.result(|out| writeln!(out, "{line}"))?;
    Ok(Exit::Done)
}

/// Checks the signature if a key was given, and tells what there is to tell of it.
fn signature(args: &VerifyArgs, artifact: &Artifact<'_>) -> Result<String, Failure> {
    let refused = |error: SignatureError| invalid(&args.file, &reason(&error));
    let claimed = artifact.signature().map_err(refused)?;
    let keys: Vec<_> = args.key.iter().map(|path| public_key(path)).collect::<Result<_, _>>()?;
    if keys.is_empty() {
        let told = claimed.map(|claimed| format!(", {} (not checked: give --key)", words(&claimed)));
        return Ok(told.unwrap_or_default());
    }
    let claimed_id = claimed.as_ref().map_or("", |claimed| claimed.statement.artifact_id.as_str());
    let trust = Trust {
        keys: &keys,
        artifact_id: args.artifact_id.as_deref().unwrap_or(claimed_id),
        least_build_number: args.least_build_number.unwrap_or(0),
        now_unix_seconds: now(),
    };
    artifact.check_signature(&trust).map_err(refused)?;
    Ok(claimed.map(|claimed| format!(", {}", words(&claimed))).unwrap_or_default())
}

/// Why a signature is refused, with times as people write them.
pub(crate) fn reason(error: &SignatureError) -> String {
    match error {
        SignatureError::Expired { unix_seconds } => {
            format!("signature: it expired at {}; build it again", time(*unix_seconds))
        }
        other => other.to_string(),
    }
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
pub(crate) fn invalid(path: &Path, reason: &str) -> Failure {
    let (what, help) = match reason.rsplit_once("; ") {
        Some((what, help)) => (what, Some(help.to_owned())),
        None => (reason, None),
    };
    let message = format!("`{}` is no valid artifact: {what}", path.display());
    let mut one = Diagnostic::without_place(Code::InvalidArtifact, message);
    one.help = help;
    one.into()
}
