//! Writes files so that a reader sees the old or the new contents and never a part.

#![expect(clippy::disallowed_methods, reason = "writing files is this module's work")]

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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
}

/// Replaces the contents of `path` at once, making its directory if need be.
///
/// A symbolic link is followed; a device or pipe is written to as it is.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<Written> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => {
            File::options().write(true).open(path)?.write_all(bytes)?;
            return Ok(Written::New);
        }
        Ok(metadata) if metadata.len() == bytes.len() as u64 && holds(path, bytes) => {
            return Ok(Written::Unchanged);
        }
        _ => {}
    }
    stage(path, bytes)?.commit()?;
    Ok(Written::New)
}

/// Writes `bytes` beside `path`, ready to take its place.
pub(crate) fn stage(path: &Path, bytes: &[u8]) -> io::Result<Staged> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = directory(&target);
    fs::create_dir_all(directory)?;
    let name = target.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let permissions =
        fs::metadata(&target).map_or_else(|_| Permissions::from_mode(0o644), |old| old.permissions());
    let mut temporary = tempfile::Builder::new().prefix(&prefix).tempfile_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.as_file().set_permissions(permissions)?;
    temporary.as_file().sync_all()?;
    Ok(Staged { temporary, target })
}

impl Staged {
    /// Puts the contents in place.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.temporary.persist(&self.target).map_err(|error| error.error)?;
        // The directory holds the new name only once it is on the disk itself.
        File::open(directory(&self.target))?.sync_all()
    }
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whether the file holds exactly `bytes`, read piece by piece: fresh memory costs more than reading.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    let mut piece = [0; 16 << 10];
    let mut rest = bytes;
    loop {
        match file.read(&mut piece) {
            Ok(0) => return rest.is_empty(),
            Ok(read) => match (rest.split_at_checked(read), piece.get(..read)) {
                (Some((expected, after)), Some(found)) if expected == found => rest = after,
                _ => return false,
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}
