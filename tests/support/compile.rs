//! Compiling one text or a few, with the lints a test is about raised.

use inspire::{Build, Options};
use inspire_diagnostics::{Code, Diagnostic, FileId, Kind, Level, Severity, SourceMap};
use inspire_syntax::{Arena, parse};

/// The name under which a single text is compiled.
pub(crate) const NAME: &str = "schema.inspire";

/// A text as the only file of a schema.
pub(crate) fn one(text: &str) -> SourceMap {
    SourceMap::new([(NAME, text)]).unwrap()
}

/// The default options, with `code` raised if it is a lint that is silent otherwise.
pub(crate) fn options(code: Option<Code>) -> Options {
    let mut options = Options::default();
    if let Some(code) = code.filter(|code| code.kind() == Kind::Lint) {
        options.levels.set(code.name(), Level::Warn).unwrap();
    }
    options
}

/// Everything there is to say about `text`, notes included.
pub(crate) fn check(text: &str, code: Option<Code>) -> Vec<Diagnostic> {
    inspire::check_with(&one(text), &options(code))
}

/// Builds `sources` with the default options.
pub(crate) fn build(sources: &SourceMap) -> Build {
    inspire::build(sources)
}

/// What the text says of itself, whatever its names mean.
pub(crate) fn syntax(text: &str) -> Vec<Diagnostic> {
    parse(FileId(0), text, &Arena::new()).diagnostics
}

/// The names of the codes, in order.
pub(crate) fn codes(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|one| one.code.name()).collect()
}

/// Whether anything stops the build.
pub(crate) fn has_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|one| one.severity == Severity::Error)
}
