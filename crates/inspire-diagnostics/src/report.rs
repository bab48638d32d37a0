//! Everything one run has to say, in order and counted: what each format prints.

use crate::{Applicability, Diagnostic, Location, Severity, SourceMap};

/// The diagnostics of one run together with the sources they point into.
#[derive(Debug)]
pub struct Report<'a> {
    sources: &'a SourceMap,
    diagnostics: Vec<Diagnostic>,
    summary: Summary,
}

/// The counts of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Diagnostics that stop the build.
    pub errors: usize,
    /// Diagnostics that are shown and let the build pass.
    pub warnings: usize,
    /// Diagnostics shown to people only on request.
    pub notes: usize,
    /// Source files read.
    pub files: usize,
    /// Source files that something was found in.
    pub affected: usize,
    /// Diagnostics with a fix that may be applied unseen.
    pub fixable: usize,
}

/// How much of a report a person wants to see at once.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The least grave diagnostics shown.
    pub least: Severity,
    /// The most diagnostics shown; none shows all.
    pub most: Option<usize>,
}

/// The part of a report that is shown.
#[derive(Debug)]
pub struct Shown<'r> {
    /// What is shown, in order.
    pub diagnostics: Vec<&'r Diagnostic>,
    /// How many diagnostics the limit left out, among those grave enough.
    pub left_out: usize,
}

impl<'a> Report<'a> {
    /// Puts `diagnostics`, which point into `sources`, in order and counts them.
    #[must_use]
    pub fn new(sources: &'a SourceMap, mut diagnostics: Vec<Diagnostic>) -> Self {
        sort(&mut diagnostics);
        let summary = Summary::of(sources, diagnostics.iter());
        Self { sources, diagnostics, summary }
    }

    /// The sources the diagnostics point into.
    #[must_use]
    pub fn sources(&self) -> &'a SourceMap {
        self.sources
    }

    /// The diagnostics by file, start and code.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The counts.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// What fits in `limit`: the gravest first, yet still in the order of the report.
    #[must_use]
    pub fn shown(&self, limit: Limit) -> Shown<'_> {
        let mut diagnostics: Vec<_> =
            self.diagnostics.iter().filter(|one| one.severity <= limit.least).collect();
        let all = diagnostics.len();
        if let Some(most) = limit.most.filter(|most| *most < all) {
            let mut gravest: Vec<_> = (0..all).collect();
            gravest.sort_by_key(|index| diagnostics.get(*index).map(|one| one.severity));
            gravest.truncate(most);
            gravest.sort_unstable();
            diagnostics = gravest.into_iter().filter_map(|index| diagnostics.get(index).copied()).collect();
        }
        Shown { left_out: all - diagnostics.len(), diagnostics }
    }

    /// The last line for people, such as `error: 2 errors in 1 file`.
    ///
    /// None when nothing grave enough was found, or a single thing that is about no file: there is nothing to count.
    #[must_use]
    pub fn closing_line(&self, least: Severity) -> Option<String> {
        let seen = self.diagnostics.iter().filter(|one| one.severity <= least);
        let Summary { errors, warnings, notes, affected, fixable, .. } = Summary::of(self.sources, seen);
        if let [Diagnostic { location: None, .. }] = self.diagnostics() {
            return None;
        }
        let word = match (errors, warnings, notes) {
            (0, 0, 0) => return None,
            (0, 0, _) => Severity::Note,
            (0, ..) => Severity::Warning,
            _ => Severity::Error,
        };
        let counts = [(errors, "error"), (warnings, "warning"), (notes, "note")];
        let counts: Vec<_> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| plural(*n, noun)).collect();
        let mut line = format!("{}: {}", word.word(), counts.join(", "));
        if affected > 0 {
            line += &format!(" in {}", plural(affected, "file"));
        }
        if fixable > 0 {
            line += &format!("; {fixable} can be fixed with \"kizaki check --fix\"");
        }
        Some(line)
    }
}

impl Summary {
    /// Counts `diagnostics`, which are in order of files.
    fn of<'d>(sources: &SourceMap, diagnostics: impl Iterator<Item = &'d Diagnostic>) -> Self {
        let mut summary = Self { files: sources.len(), ..Self::default() };
        let mut last_file = None;
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Note => summary.notes += 1,
            }
            summary.fixable += usize::from(diagnostic.machine_fix().is_some());
            // A file counts when it first appears.
            let file = diagnostic.location.map(|location| location.file);
            summary.affected += usize::from(file.is_some() && file != last_file);
            last_file = file;
        }
        summary
    }
}

impl Diagnostic {
    /// The first fix that a program may apply unseen.
    #[must_use]
    pub fn machine_fix(&self) -> Option<&crate::Fix> {
        self.fixes.iter().find(|fix| fix.applicability == Applicability::MachineApplicable)
    }
}

/// Orders diagnostics by file, start and code; those about no file come first.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    let key = |one: &Diagnostic| one.location.map(|Location { file, span }| (file, span.start));
    diagnostics.sort_by(|a, b| {
        (key(a), a.code.name(), a.location, &a.message).cmp(&(key(b), b.code.name(), b.location, &b.message))
    });
}

/// A count with its noun: `1 file`, `2 files`.
pub(crate) fn plural(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{Limit, Report};
    use crate::{Code, Diagnostic, FileId, Location, Severity, SourceMap, Span};

    fn at(file: u32, start: u32, code: Code) -> Diagnostic {
        Diagnostic::new(code, Location::new(FileId(file), Span::new(start, start + 1)), "m")
    }

    #[test]
    fn order_is_file_then_start_then_code() {
        let sources = SourceMap::new([("a", "xyz"), ("b", "xyz")]).unwrap();
        let report = Report::new(
            &sources,
            vec![
                at(1, 0, Code::UnknownKey),
                at(0, 1, Code::UnknownKey),
                at(0, 1, Code::LongSession),
                Diagnostic::without_place(Code::NoSchema, "m"),
            ],
        );
        let codes: Vec<_> = report.diagnostics().iter().map(|one| one.code.name()).collect();
        assert_eq!(codes, ["no-schema", "long-session", "unknown-key", "unknown-key"]);
    }

    #[test]
    fn a_limit_keeps_errors_rather_than_warnings() {
        let sources = SourceMap::new([("a", "xyz")]).unwrap();
        let report = Report::new(
            &sources,
            vec![at(0, 0, Code::LongSession), at(0, 1, Code::LongSession), at(0, 2, Code::UnknownKey)],
        );
        let shown = report.shown(Limit { least: Severity::Warning, most: Some(2) });
        let starts: Vec<_> = shown.diagnostics.iter().map(|one| one.location.unwrap().span.start).collect();
        assert_eq!((starts, shown.left_out), (vec![0, 2], 1));
    }

    #[test]
    fn the_closing_line_counts() {
        let sources = SourceMap::new([("a", "xyz"), ("b", "")]).unwrap();
        let place = Location::new(FileId(0), Span::new(0, 1));
        let report = Report::new(
            &sources,
            vec![at(0, 0, Code::UnknownKey).fix("t", place, "z"), at(0, 1, Code::LongSession)],
        );
        assert_eq!(
            report.closing_line(Severity::Warning).unwrap(),
            "error: 1 error, 1 warning in 1 file; 1 can be fixed with \"kizaki check --fix\""
        );
        assert_eq!(
            report.closing_line(Severity::Error).unwrap(),
            "error: 1 error in 1 file; 1 can be fixed with \"kizaki check --fix\""
        );
        assert_eq!(Report::new(&sources, vec![]).closing_line(Severity::Note), None);
        let alone = vec![Diagnostic::without_place(Code::NoSchema, "m")];
        assert_eq!(Report::new(&sources, alone).closing_line(Severity::Note), None);
    }
}
