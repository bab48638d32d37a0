//! The secret that signs effects: from the environment or a file that is its owner's alone, never from an argument.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::EffectsSecret;
use kizaki_store::is_private;
use zeroize::Zeroizing;

use crate::args::EFFECTS_SECRET;
use crate::failure::{Failure, unreadable};

/// No secret is longer.
const MOST: u64 = 4096;

/// The secret in the file, or where none is named in the environment.
pub(in crate::commands) fn read(file: Option<&Path>) -> Result<EffectsSecret, Failure> {
    let (bytes, place) = match file {
        Some(path) => (of_file(path)?, format!("`{}`", path.display())),
        None => (of_environment(), format!("the variable `{EFFECTS_SECRET}`")),
    };
    EffectsSecret::new(bytes).map_err(|why| {
        let message = format!("the secret in {place} cannot sign effects: {why}");
        let one = Diagnostic::without_place(Code::ServeFailed, message);
        one.help("make one: `openssl rand -hex 32`, and tell the app the same").into()
    })
}

fn of_environment() -> Zeroizing<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt as _;
    #[expect(clippy::disallowed_methods, reason = "an argument would be seen in the list of processes")]
    let secret = std::env::var_os(EFFECTS_SECRET).unwrap_or_default();
    Zeroizing::new(secret.into_vec())
}

/// What is judged is the link that may stand there, and then the very file that is read.
fn of_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error: io::Error| Failure::from(unreadable(path, &error));
    private(path, &path.symlink_metadata().map_err(failed)?)?;
    #[expect(clippy::disallowed_methods, reason = "reading files is the command's work")]
    let file = File::open(path).map_err(failed)?;
    private(path, &file.metadata().map_err(failed)?)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    file.take(MOST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn private(path: &Path, metadata: &std::fs::Metadata) -> Result<(), Failure> {
    is_private(path, metadata).map_err(|error| {
        let message = format!("cannot use the secret in `{}`: {error}", path.display());
        let mut one = Diagnostic::without_place(Code::ServeFailed, message);
        one.help = error.help_text().map(str::to_owned);
        one.into()
    })
}
