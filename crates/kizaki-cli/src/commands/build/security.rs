//! The security report of a build, read from the very bytes that a runtime will load.

use std::ffi::OsStr;
use std::path::{Path, PathBuf, absolute};

use inspire::report::SecurityReport;
use inspire_artifact::{Artifact, DecodeError};
use inspire_diagnostics::{Code, Diagnostic};

use crate::args::{BuildArgs, ReportFormat};
use crate::failure::Failure;
use crate::project::{Inputs, tidy};

/// The file that the report goes to; none for standard output.
pub(super) fn file(args: &BuildArgs) -> Option<&Path> {
    args.security_report.as_deref().filter(|path| path.as_os_str() != "-")
}

/// Refuses a report in the place of a source or of `others`, which the same build writes.
pub(super) fn has_its_own_place(file: &Path, inputs: &Inputs, others: &[PathBuf]) -> Result<(), Failure> {
    let place = real(file);
    if !inputs.paths.values().chain(others).any(|other| real(other) == place) {
        return Ok(());
    }
    let message = format!("the security report would replace `{}`", tidy(file).display());
    let one = Diagnostic::without_place(Code::OutputFailed, message);
    Err(one.help("give the report a file of its own").into())
}

/// The report on `artifact`, in the format that was asked for.
pub(super) fn render(artifact: &[u8], args: &BuildArgs) -> Result<String, DecodeError> {
    let artifact = Artifact::from_bytes(artifact)?;
    let report = SecurityReport::new(&artifact)?;
    Ok(match args.report_format.unwrap_or_else(|| format_of(file(args))) {
        ReportFormat::Text => report.to_text(),
        ReportFormat::Markdown => report.to_markdown(),
        ReportFormat::Json => report.to_json(),
    })
}

/// The format that a file's extension promises.
fn format_of(file: Option<&Path>) -> ReportFormat {
    let extension = file.and_then(Path::extension).map(OsStr::to_ascii_lowercase);
    match extension.as_deref().and_then(OsStr::to_str) {
        Some("md" | "markdown") => ReportFormat::Markdown,
        Some("json") => ReportFormat::Json,
        _ => ReportFormat::Text,
    }
}

/// One path for every way to name a file, as far as it exists.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| absolute(tidy(path))).unwrap_or_else(|_| path.to_owned())
}
