//! What keeps a command from doing its work, as diagnostics, and the code it exits with.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use inspire_diagnostics::{Code, Diagnostic, Severity, SourceMap};

/// The codes that `kizaki` exits with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done; no errors.
    Done = 0,
    /// The answer is "no": the schema has errors.
    No = 1,
    /// Wrong usage.
    Usage = 2,
    /// Input, output or configuration.
    Environment = 3,
    /// An artifact failed verification.
    Artifact = 4,
    /// Login needed, or the server refused or could not be reached.
    Remote = 5,
    /// Interrupted by whoever started it: 128 and the number of the signal, as shells have it.
    #[cfg(feature = "service")]
    Interrupted = 130,
}

impl Exit {
    /// The code for a run that had this to say.
    pub(crate) fn of(diagnostics: &[Diagnostic]) -> Self {
        let errors = diagnostics.iter().filter(|one| one.severity == Severity::Error);
        errors
            .map(|one| match one.code {
                Code::InvalidArtifact => Self::Artifact,
                Code::InvalidKeySetting | Code::KeyAsArgument => Self::Usage,
                code if code.area() == "login" => Self::Remote,
                code if code.area() == "environment" => Self::Environment,
                _ => Self::No,
            })
            .max()
            .unwrap_or(Self::Done)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Diagnostics that end a command, with the sources they point into.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) sources: SourceMap,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { sources: SourceMap::default(), diagnostics: vec![diagnostic] }
    }
}

/// A diagnostic for a file that could not be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("cannot read `{}`: {}", path.display(), reason(error));
    Diagnostic::without_place(Code::UnreadableFile, message)
}

/// A diagnostic for a result that could not be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("cannot write `{}`: {}", path.display(), reason(error));
    Diagnostic::without_place(Code::OutputFailed, message)
}

/// A diagnostic for standard output that takes no more.
pub(crate) fn unwritable_stdout(error: &io::Error) -> Diagnostic {
    let message = format!("cannot write to standard output: {}", reason(error));
    Diagnostic::without_place(Code::OutputFailed, message)
}

/// The reason of an error of the operating system, in lower case and without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let fixed = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::IsADirectory => "it is a directory",
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            "a part of the path is not a directory"
        }
        io::ErrorKind::BrokenPipe => "nobody reads it",
        io::ErrorKind::StorageFull => "no space is left on the device",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        _ => {
            let text = error.to_string().to_lowercase();
            return text.split(" (os error").next().unwrap_or_default().to_owned();
        }
    };
    fixed.to_owned()
}
