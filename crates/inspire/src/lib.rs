//! Compiles Inspire schemas and opens app artifacts: the door for other tools.

pub mod diff;
pub mod report;
pub mod words;

use inspire_diagnostics::{Code, Diagnostic, Levels, Severity, SourceMap};
pub use inspire_syntax::duration_ms;
use inspire_syntax::{Arena, Parsed, parse};

pub use diff::diff;

/// What an artifact names as its maker.
const PRODUCER: &str = concat!("kizaki ", env!("CARGO_PKG_VERSION"));

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
    /// Whether there is an `auth` block.
    pub auth: bool,
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

/// Compiles `sources` and calls `finished` with the name of each step as it ends: `parse`, `check`, `lower`, `encode`.
#[must_use]
pub fn build_timed(sources: &SourceMap, options: &Options, finished: &mut dyn FnMut(&'static str)) -> Build {
    compile(sources, options, Some(finished))
}

/// Checks `sources` with the default options.
#[must_use]
pub fn check(sources: &SourceMap) -> Vec<Diagnostic> {
    check_with(sources, &Options::default())
}

/// Checks `sources`: what [`build_with`] would say, without the work of making an artifact.
#[must_use]
pub fn check_with(sources: &SourceMap, options: &Options) -> Vec<Diagnostic> {
    compile(sources, options, None).diagnostics
}

/// Runs the steps of the compiler; without `finished` it stops before there is an artifact.
fn compile(sources: &SourceMap, options: &Options, finished: Option<&mut dyn FnMut(&'static str)>) -> Build {
    let wants_artifact = finished.is_some();
    let mut ignore = |_| {};
    let finished = finished.unwrap_or(&mut ignore);

    let arenas: Vec<Arena> = sources.iter().map(|_| Arena::new()).collect();
    let mut parsed: Vec<Parsed<'_>> =
        sources.iter().zip(&arenas).map(|((id, source), arena)| parse(id, source.text(), arena)).collect();
    finished("parse");

    let mut diagnostics: Vec<Diagnostic> =
        parsed.iter_mut().flat_map(|parsed| std::mem::take(&mut parsed.diagnostics)).collect();
    let syntax_is_clean = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    let files: Vec<_> = sources.iter().map(|(id, _)| id).zip(&parsed).collect();
    let texts = Arena::new();
    let checked = inspire_compiler::check(sources, &files, &texts, syntax_is_clean);
    diagnostics.extend(checked.diagnostics);
    inspire_compiler::apply_allowances(sources, &files, &mut diagnostics);
    options.levels.apply(&mut diagnostics);
    diagnostics.sort_by(|a, b| order(a).cmp(&order(b)));
    finished("check");

    let counts = checked.schema.as_ref().map(count).unwrap_or_default();
    let denied = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let Some(schema) = checked.schema.filter(|_| wants_artifact && !denied) else {
        return Build { artifact: None, diagnostics, counts };
    };
    let tables = inspire_compiler::lower(schema, &files, sources, options.debug_info);
    drop(files);
    drop(parsed);
    drop(arenas);
    drop(texts);
    finished("lower");
    let artifact = inspire_artifact::encode(&tables, PRODUCER);
    finished("encode");
    if artifact.len() as u64 > inspire_artifact::limits::FILE_BYTES {
        let message = format!("the artifact would have {} bytes; the limit is 256 MiB", artifact.len());
        diagnostics
            .push(Diagnostic::without_place(Code::LimitExceeded, message).help("split the app into several"));
        return Build { artifact: None, diagnostics, counts };
    }
    Build { artifact: Some(artifact), diagnostics, counts }
}

fn count(schema: &inspire_compiler::model::Schema<'_>) -> Counts {
    Counts {
        auth: schema.auth.is_some(),
        entities: schema.data.entities.len(),
        enums: schema.data.enums.len(),
        routes: schema.routes.len(),
        scopes: schema.scopes.as_ref().map_or(0, Vec::len),
        policies: schema.policies.policies.len(),
    }
}

/// Diagnostics stand in the order of file, start and code; the rest only makes the order complete.
fn order(diagnostic: &Diagnostic) -> impl Ord + '_ {
    let start = diagnostic.location.map(|location| (location.file, location.span.start));
    (start, diagnostic.code.name(), diagnostic.location, diagnostic.message.as_str())
}
