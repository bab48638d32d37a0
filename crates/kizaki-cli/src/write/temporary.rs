//! Temporary files, each beside the file it will replace.
//!
//! The process that writes one holds a lock on it from before its first byte. The system takes the lock back when the
//! process ends, however it ends, so a temporary file that nobody has locked was left by a process that was killed.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// What every temporary file ends with, so that no file of anybody else is taken for one.
const SUFFIX: &str = ".kizaki-tmp";

/// Makes a temporary file for what will be called `name` in `directory`, and locks it.
pub(super) fn create(directory: &Path, name: &OsStr) -> io::Result<NamedTempFile> {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(SUFFIX);
    loop {
        let temporary = builder.tempfile_in(directory)?;
        match temporary.as_file().lock() {
            // Where there are no locks, nobody can take this file for one that was left.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
            _ => {}
        }
        // Between its birth and its lock the file looked like one that was left, and another process may have removed it.
        if temporary.as_file().metadata()?.nlink() > 0 {
            return Ok(temporary);
        }
    }
}

/// Removes the temporary files in `directory` that killed processes left.
///
/// What cannot be removed stays: it is in nobody's way.
pub(super) fn clear(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if is_temporary(&entry) {
            let _: io::Result<()> = remove_if_left(&entry.path());
        }
    }
}

/// Whether this has the name and the kind of a temporary file.
fn is_temporary(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.as_encoded_bytes();
    name.starts_with(b".")
        && name.ends_with(SUFFIX.as_bytes())
        && entry.file_type().is_ok_and(|kind| kind.is_file())
}

fn remove_if_left(path: &Path) -> io::Result<()> {
    let file = File::options().read(true).write(true).open(path)?;
    if file.try_lock().is_err() {
        return Ok(());
    }
    // By now the writer may have renamed the file that was opened. With the lock held here, nobody does that any more.
    let (opened, named) = (file.metadata()?, fs::symlink_metadata(path)?);
    if (opened.dev(), opened.ino()) == (named.dev(), named.ino()) {
        fs::remove_file(path)?;
    }
    Ok(())
}
