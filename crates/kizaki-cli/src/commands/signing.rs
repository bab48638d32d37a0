//! Key files, statements and signatures: what `build`, `verify` and `inspect` share of signing.

#![expect(clippy::disallowed_methods, reason = "reads key files; a signature ends at a time of the clock")]

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use inspire_artifact::signature::{KeyError, PublicKey, Signature, SigningKey, Statement, sign};
use inspire_artifact::{Artifact, DecodeError};
use inspire_diagnostics::{Code, Diagnostic, visible};
use jiff::Timestamp;

use super::verify::{invalid, refused};
use crate::args::SigningArgs;
use crate::failure::{Failure, unreadable};
use crate::project::Project;

/// A key and what it will say.
pub(crate) struct Signer {
    key: SigningKey,
    statement: Statement,
}

impl Signer {
    /// The signer that the arguments ask for, if they ask for one.
    pub(crate) fn new(args: &SigningArgs, project: &Project) -> Result<Option<Self>, Failure> {
        let (Some(file), Some(build_number)) = (&args.sign, args.build_number) else { return Ok(None) };
        let artifact_id = artifact_id(args.artifact_id.as_ref(), project)?;
        let end = args.expires.map(|life| now().saturating_add(life.as_secs()));
        let key = read(file, SigningKey::from_pem)?;
        Ok(Some(Self { key, statement: Statement { artifact_id, build_number, expires_unix_seconds: end } }))
    }

    /// The signed form of `artifact`, which will stand at `path`.
    pub(crate) fn sign(&self, artifact: &[u8], path: &Path) -> Result<Vec<u8>, Failure> {
        let artifact = Artifact::from_bytes(artifact).map_err(|error: DecodeError| refused(path, &error))?;
        sign(&artifact, &self.key, &self.statement).map_err(|error| invalid(path, &error.to_string()))
    }

    /// The signature in words.
    pub(crate) fn words(&self) -> String {
        words(&Signature { statement: self.statement.clone(), key: self.key.public() })
    }
}

/// The public key in the file at `path`.
pub(crate) fn public_key(path: &Path) -> Result<PublicKey, Failure> {
    read(path, PublicKey::from_pem)
}

/// A signature in words: `signed as shop, build 42, until 2027-02-01T00:00:00Z, key 0f1e2d3c4b5a6978`.
pub(crate) fn words(signature: &Signature) -> String {
    let Signature { statement, key } = signature;
    let until = match statement.expires_unix_seconds {
        Some(seconds) => format!("until {}", time(seconds)),
        None => "for ever".to_owned(),
    };
    format!(
        "signed as {}, build {}, {until}, key {key}",
        visible(&statement.artifact_id),
        statement.build_number
    )
}

/// Seconds since the beginning of 1970 as a time in UTC.
pub(crate) fn time(unix_seconds: u64) -> String {
    let time = i64::try_from(unix_seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or_else(|| "the end of time".to_owned(), |time| time.to_string())
}

/// Seconds since the beginning of 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn read<K>(path: &Path, parse: impl FnOnce(&str) -> Result<K, KeyError>) -> Result<K, Failure> {
    let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    parse(&String::from_utf8_lossy(&text)).map_err(|error| {
        let reason = error.to_string();
        let (what, help) = reason.split_once("; ").unwrap_or((&reason, ""));
        let message = format!("`{}` is not the key that is needed: {what}", path.display());
        Diagnostic::without_place(Code::UnreadableFile, message).help(help).into()
    })
}

/// The app that a signature is for: the one that is named, or the project's.
pub(crate) fn artifact_id(named: Option<&String>, project: &Project) -> Result<String, Failure> {
    named.or(project.config.artifact_id.as_ref()).cloned().ok_or_else(|| {
        Diagnostic::without_place(Code::InvalidConfig, "a signature names the app that the artifact is of")
            .help("set `artifact-id` under `[build]` in `kizaki.toml`, or give `--artifact-id`")
            .into()
    })
}
