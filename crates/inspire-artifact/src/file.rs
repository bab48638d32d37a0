//! A path to the bytes of an artifact; the only place here that touches files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{DecodeError, OpenError};
use crate::limits;

/// Reads a whole file, but never more than one byte over the limit.
///
/// # Errors
/// [`OpenError::Read`], or [`DecodeError::TooLarge`].
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, OpenError> {
    #[expect(clippy::disallowed_methods, reason = "opening the artifact is what this module is for")]
    let file = File::open(path).map_err(OpenError::Read)?;
    let metadata = file.metadata().map_err(OpenError::Read)?;
    if metadata.is_dir() {
        return Err(OpenError::Read(std::io::ErrorKind::IsADirectory.into()));
    }
    too_large(metadata.len())?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.take(limits::FILE_BYTES + 1).read_to_end(&mut bytes).map_err(OpenError::Read)?;
    too_large(bytes.len() as u64)?;
    Ok(bytes)
}

fn too_large(bytes: u64) -> Result<(), DecodeError> {
    if bytes > limits::FILE_BYTES { Err(DecodeError::TooLarge { bytes }) } else { Ok(()) }
}
