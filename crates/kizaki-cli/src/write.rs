//! Writes files so that a reader sees the old or the new contents and never a part.
//!
//! When a write has succeeded, its contents are on the disk under their name, and a loss of power takes nothing back.

#![expect(clippy::disallowed_methods, reason = "writing files is this module's work")]

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

mod temporary;

/// What writing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// The file has new contents.
    New,
    /// The file had these contents already and was left alone.
    Unchanged,
}

/// Contents that lie beside the file they will replace.
pub(crate) struct Staged {
    temporary: NamedTempFile,
    target: PathBuf,
    /// Directories in which others were made for this file.
    grown: Vec<PathBuf>,
}

/// Replaces the contents of `path` at once, making its directory if need be, and clears away what killed runs left
/// beside it.
///
/// A symbolic link is followed; a device or pipe is written to as it is.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<Written> {
    let old = present(fs::metadata(path))?;
    match &old {
        Some(old) if old.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Some(old) if !old.is_file() => {
            File::options().write(true).open(path)?.write_all(bytes)?;
            return Ok(Written::New);
        }
        _ => {}
    }
    let target = target(path)?;
    let written = match old.and_then(|old| unchanged(&target, &old, bytes)) {
        Some(file) => {
            // The run that wrote it may have been killed before this.
            file.sync_all()?;
            sync_directory(directory(&target))?;
            Written::Unchanged
        }
        None => {
            stage(path, bytes)?.commit()?;
            Written::New
        }
    };
    temporary::clear(directory(&target));
    Ok(written)
}

/// Replaces the contents of `path` at once, like [`write()`]; a file that did not exist is for its owner only.
#[cfg(feature = "service")]
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    stage_as(path, bytes, 0o600)?.commit()?;
    temporary::clear(directory(path));
    Ok(())
}

/// Writes `bytes` beside `path`, ready to take its place.
pub(crate) fn stage(path: &Path, bytes: &[u8]) -> io::Result<Staged> {
    stage_as(path, bytes, 0o644)
}

/// `mode` is that of a file that did not exist.
fn stage_as(path: &Path, bytes: &[u8], mode: u32) -> io::Result<Staged> {
    let target = target(path)?;
    let directory = directory(&target);
    let grown = make_directory(directory)?;
    let name = target.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let permissions =
        present(fs::metadata(&target))?.map_or_else(|| Permissions::from_mode(mode), |old| old.permissions());
    let mut temporary = temporary::create(directory, name)?;
    temporary.write_all(bytes)?;
    temporary.as_file().set_permissions(permissions)?;
    temporary.as_file().sync_all()?;
    Ok(Staged { temporary, target, grown })
}

/// Clears away what killed runs left beside `paths`.
pub(crate) fn clear_beside<'p>(paths: impl IntoIterator<Item = &'p Path>) {
    let directories: std::collections::BTreeSet<_> = paths.into_iter().map(directory).collect();
    directories.into_iter().for_each(temporary::clear);
}

impl Staged {
    /// Puts the contents in place.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.temporary.persist(&self.target).map_err(|error| error.error)?;
        // The directory holds the new name only once it is on the disk itself.
        sync_directory(directory(&self.target))?;
        self.grown.iter().try_for_each(|directory| sync_directory(directory))
    }
}

/// The file that `path` names in the end: links are followed, so that they stay links.
fn target(path: &Path) -> io::Result<PathBuf> {
    Ok(present(path.canonicalize())?.unwrap_or_else(|| path.to_owned()))
}

/// What was found, or nothing where there is nothing; every other error is one.
fn present<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes `directory` and those above it, and tells in which existing ones there is something new.
fn make_directory(path: &Path) -> io::Result<Vec<PathBuf>> {
    let missing = path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    let grown = missing.map(|path| directory(path).to_owned()).collect();
    fs::create_dir_all(path)?;
    Ok(grown)
}

fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The file, if it holds exactly `bytes`; read piece by piece: fresh memory costs more than reading.
fn unchanged(path: &Path, old: &Metadata, bytes: &[u8]) -> Option<File> {
    if old.len() != bytes.len() as u64 {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let mut piece = [0; 16 << 10];
    let mut rest = bytes;
    loop {
        match file.read(&mut piece) {
            Ok(0) => return rest.is_empty().then_some(file),
            Ok(read) => match (rest.split_at_checked(read), piece.get(..read)) {
                (Some((expected, after)), Some(found)) if expected == found => rest = after,
                _ => return None,
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}
