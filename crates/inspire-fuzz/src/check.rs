//! Bytes as the texts of a whole schema: compiled, and what comes out loaded.

use inspire::{Options, build_with, check_with};
use inspire_diagnostics::{Code, Diagnostic, Kind, Level, Report, Severity, SourceMap, apply_fixes};

use crate::load::{loads, views};
use crate::place::diagnostic_fits;

/// The character between one file and the next.
const BETWEEN_FILES: char = '\u{1c}';

/// Compiles `input`, if it is text; a file separator (U+001C) begins another file.
///
/// # Panics
/// When there is neither an artifact nor an error, or both; when an artifact does not load or depends on the order of
/// the files; when a place is none of the texts, or diagnostics are out of order or cannot be shown.
pub fn check(input: &[u8]) {
    let Ok(text) = core::str::from_utf8(input) else { return };
    let Some(sources) = files(text, |number| number) else { return };
    let options = Options { debug_info: true, levels: every_lint() };
    let build = build_with(&sources, &options);
    let has_error = build.diagnostics.iter().any(|one| one.severity == Severity::Error);
    assert_eq!(build.artifact.is_some(), !has_error, "{:?}", build.diagnostics);
    if let Some(artifact) = build.artifact.as_deref().and_then(loads) {
        views(&artifact);
    }
    assert_eq!(check_with(&sources, &options), build.diagnostics);
    said_well(&sources, build.diagnostics);
    order_does_not_matter(text, &sources);
}

/// The files of `text`, each named by its number.
fn files(text: &str, name: impl Fn(usize) -> usize) -> Option<SourceMap> {
    let parts = text.split(BETWEEN_FILES).enumerate();
    SourceMap::new(parts.map(|(number, part)| (format!("{:03}.inspire", name(number)), part))).ok()
}

/// Every lint as a warning, those too that are silent otherwise.
fn every_lint() -> inspire_diagnostics::Levels {
    let mut levels = inspire_diagnostics::Levels::default();
    for code in Code::ALL.iter().filter(|code| code.kind() == Kind::Lint) {
        let known = levels.set(code.name(), Level::Warn);
        assert!(known.is_ok(), "{known:?}");
    }
    levels
}

/// Diagnostics are in order, point into the text, can be written in every format, and their fixes applied.
fn said_well(sources: &SourceMap, diagnostics: Vec<Diagnostic>) {
    let start = |one: &Diagnostic| one.location.map(|place| (place.file, place.span.start));
    assert!(diagnostics.is_sorted_by_key(|one| (start(one), one.code.name())), "{diagnostics:?}");
    diagnostics.iter().for_each(|one| diagnostic_fits(sources, one));
    // The texts that come out are schemas again; what they say is a matter of other inputs.
    let _ = apply_fixes(sources, &diagnostics);
    let report = Report::new(sources, diagnostics);
    let mut out = Vec::new();
    let written = report.write_json(&mut out).and_then(|()| report.write_sarif(&mut out));
    assert!(written.is_ok(), "{written:?}");
}

/// The artifact is the same, or there is none, whatever the order of the files.
fn order_does_not_matter(text: &str, sources: &SourceMap) {
    let last = sources.len().saturating_sub(1);
    if let Some(reversed) = files(text, |number| last - number).filter(|_| last > 0) {
        let [first, second] = [sources, &reversed].map(|sources| build_with(sources, &Options::default()));
        assert!(first.artifact == second.artifact, "the artifact depends on the order of the files");
    }
}
