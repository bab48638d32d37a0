//! Files with secrets in them belong to one user alone.

use std::borrow::Cow;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::error::{Error, ErrorKind};

/// Refuses a file that someone else made, can read or can change.
///
/// `metadata` is that of the file itself, so of a symbolic link and not of what it leads to; `path` stands in the way
/// out only.
///
/// # Errors
///
/// What is wrong with it, of the kind [`ErrorKind::Unsafe`]; or it is no file ([`ErrorKind::File`]), or its owner may
/// not read and write it ([`ErrorKind::ReadOnly`]).
pub fn is_private(path: &Path, metadata: &Metadata) -> Result<(), Error> {
    let refuse = |what: String| Error::new(ErrorKind::Unsafe, what);
    if metadata.is_symlink() {
        return Err(
            refuse("it is a symbolic link".to_owned()).help("put the file itself in the place of the link")
        );
    }
    if !metadata.is_file() {
        return Err(Error::new(ErrorKind::File, "it is no file"));
    }
    is_of_this_user(metadata)?;
    let mode = metadata.mode() & 0o777;
    // Whoever reads it may stand in another directory.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let help = || format!("chmod 600 {}", word(&path));
    if mode & 0o077 != 0 {
        let what = format!("it has the mode {mode:04o}, so that others can read or change it");
        return Err(refuse(what).help(help()));
    }
    if mode & 0o600 != 0o600 {
        let what = format!("it cannot be read and written to: it has the mode {mode:04o}");
        return Err(Error::new(ErrorKind::ReadOnly, what).help(help()));
    }
    Ok(())
}

/// Refuses a directory in which someone else can put a file in the place of another.
///
/// # Errors
///
/// What is wrong with it, of the kind [`ErrorKind::Unsafe`].
pub fn is_own_directory(path: &Path, metadata: &Metadata) -> Result<(), Error> {
    is_of_this_user(metadata)?;
    let mode = metadata.mode() & 0o777;
    if mode & 0o022 != 0 {
        let what = format!("it has the mode {mode:04o}, so that others can change what is in it");
        return Err(Error::new(ErrorKind::Unsafe, what).help(format!("chmod go-w {}", word(path))));
    }
    Ok(())
}

/// A path as one word of a shell; none has the NUL that could be in none.
fn word(path: &Path) -> String {
    let path = path.display().to_string();
    shlex::try_quote(&path).map(Cow::into_owned).unwrap_or(path)
}

fn is_of_this_user(metadata: &Metadata) -> Result<(), Error> {
    let (owner, user) = (metadata.uid(), rustix::process::geteuid().as_raw());
    if owner == user {
        return Ok(());
    }
    let what = format!("it belongs to the user {owner}, and this is the user {user}");
    Err(Error::new(ErrorKind::Unsafe, what).help("run this as its owner"))
}
