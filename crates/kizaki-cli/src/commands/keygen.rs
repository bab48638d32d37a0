//! `kizaki keygen`: a private key that signs artifacts, and beside it the public key that checks them.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use inspire_artifact::signature::SigningKey;
use inspire_diagnostics::{Code, Diagnostic, visible};
use zeroize::Zeroizing;

use super::Session;
use crate::args::KeygenArgs;
use crate::failure::{Exit, Failure, unwritable};

pub(crate) fn run(args: &KeygenArgs, session: &mut Session) -> Result<Exit, Failure> {
    let private = args.file.as_path();
    let public = public_path(private);
    for path in [private, &public] {
        if path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
    }
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).map_err(|error| unwritable(private, &io::Error::other(error)))?;
    let key = SigningKey::from_seed(&seed);
    create(private, &key.to_pem(), 0o600)?;
    create(&public, &key.public().to_pem(), 0o644)?;
    let line = |what: &str, path: &Path, advice: &str| {
        format!("{what} key: {}, {advice}", visible(&path.display().to_string()))
    };
    session.output.progress(&line("private", private, "for `kizaki build --sign`; keep it secret"));
    session.output.progress(&line(
        "public",
        &public,
        "for `kizaki verify --key` and whoever opens the artifact",
    ));
    session.output.result(|out| writeln!(out, "{}", key.public()))?;
    Ok(Exit::Done)
}

fn public_path(private: &Path) -> PathBuf {
    let mut path = private.as_os_str().to_owned();
    path.push(".pub");
    path.into()
}

/// Writes a file that must not exist, synced before this returns; a key that was there is never lost.
fn create(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let write = |mut file: File| file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let created = File::options().write(true).create_new(true).mode(mode).open(path);
    created.and_then(write).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => unwritable(path, &error).into(),
    })
}

fn exists(path: &Path) -> Failure {
    Diagnostic::without_place(Code::OutputFailed, format!("`{}` exists already", path.display()))
        .help("choose another name; a key is never replaced")
        .into()
}
