//! The arguments of what signs artifacts and checks signatures.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use inspire_artifact::signature::{ARTIFACT_ID_BYTES, is_artifact_id};

/// How the artifact is signed, if it is.
#[derive(Debug, Args)]
pub(crate) struct SigningArgs {
    /// Sign the artifact with this private key
    #[arg(long, value_name = "KEYFILE", requires = "build_number", conflicts_with = "check")]
    pub(crate) sign: Option<PathBuf>,
    /// With --sign: the app that the artifact is of [default: artifact-id in kizaki.toml]
    #[arg(long, value_name = "ID", requires = "sign", value_parser = artifact_id)]
    pub(crate) artifact_id: Option<String>,
    /// With --sign: a number that grows from build to build
    #[arg(long, value_name = "N", requires = "sign")]
    pub(crate) build_number: Option<u64>,
    /// With --sign: for how long the artifact may be used, such as 90d [default: for ever]
    #[arg(long, value_name = "DURATION", requires = "sign", value_parser = duration)]
    pub(crate) expires: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The artifact
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// It must be signed with this public key, or with one of several
    #[arg(long, value_name = "PUBFILE")]
    pub(crate) key: Vec<PathBuf>,
    /// With --key: it must be signed for this app
    #[arg(long, value_name = "ID", requires = "key", value_parser = artifact_id)]
    pub(crate) artifact_id: Option<String>,
    /// With --key: it must be signed with this build number or a higher one
    #[arg(long, value_name = "N", requires = "key")]
    pub(crate) least_build_number: Option<u64>,
}

/// Who must have signed what is served.
#[cfg(feature = "service")]
#[derive(Debug, Args)]
pub(crate) struct SignedByArgs {
    /// Serve an artifact only if it is signed with this public key, or with one of several
    #[arg(long, value_name = "PUBFILE")]
    pub(crate) signed_by: Vec<PathBuf>,
    /// With --signed-by: the app that it must be signed for [default: artifact-id in kizaki.toml]
    #[arg(long, value_name = "ID", requires = "signed_by", value_parser = artifact_id)]
    pub(crate) artifact_id: Option<String>,
    /// With --signed-by: the least build number that it must be signed with [default: any]
    #[arg(long, value_name = "N", requires = "signed_by")]
    pub(crate) least_build_number: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The file for the private key; the public key goes to FILE.pub
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

/// Accepts the name of an app in a signature.
fn artifact_id(id: &str) -> Result<String, String> {
    if is_artifact_id(id) {
        return Ok(id.to_owned());
    }
    Err(format!("an artifact id has 1 to {ARTIFACT_ID_BYTES} letters, digits, `.`, `_` and `-`"))
}

/// Accepts a duration as a schema has it, of a second or more.
fn duration(text: &str) -> Result<Duration, String> {
    match inspire::duration_ms(text)? {
        0..1000 => Err("it must be a second or more".to_owned()),
        milliseconds => Ok(Duration::from_millis(milliseconds)),
    }
}
