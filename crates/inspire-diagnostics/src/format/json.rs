//! The JSON report, version 1, and its form of one diagnostic a line.
//!
//! These types are the contract: their JSON Schema stands in the book, and keys are only ever added.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::visible::is_hidden;
use crate::{Diagnostic, Fix, Location, Report, SourceMap};

/// What `--error-format json` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'a> {
    /// The version of this format; raised only when a key changes its meaning.
    version: u32,
    /// Ordered by file, start and code.
    diagnostics: Vec<Entry<'a>>,
    summary: Summary,
}

/// One mistake, or one thing worth knowing.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Entry<'a> {
    /// The name of the rule, which never changes.
    code: &'a str,
    severity: Severity,
    /// One line that names the thing.
    message: &'a str,
    /// The file it is about; null when it is about no file.
    file: Option<&'a str>,
    /// The place in the file; null when it is about no file.
    span: Option<Place>,
    /// What is to be seen at the place; may be empty.
    label: &'a str,
    /// Other places that explain it.
    related: Vec<Related<'a>>,
    /// The way out.
    help: Option<&'a str>,
    /// Changes that put it right, the best first.
    fixes: Vec<FixEntry<'a>>,
}

/// How grave it is.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// Stops the build.
    Error,
    /// Lets the build pass.
    Warning,
    /// Worth knowing.
    Note,
}

/// A range of a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Place {
    /// Offset of the first byte, in UTF-8.
    start: u32,
    /// Offset after the last byte, in UTF-8.
    end: u32,
    /// The line it begins on, from 1.
    line: u32,
    /// The column it begins at, from 1, in Unicode scalar values.
    column: u32,
    /// The line it ends on, from 1.
    end_line: u32,
    /// The column after its last character, from 1, in Unicode scalar values.
    end_column: u32,
}

/// Another place that explains a diagnostic.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Related<'a> {
    file: &'a str,
    span: Place,
    /// What is to be seen there.
    label: &'a str,
}

/// A change that, applied as a whole, removes the diagnostic.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FixEntry<'a> {
    /// What it does, as an imperative.
    title: &'a str,
    applicability: Applicability,
    edits: Vec<EditEntry<'a>>,
}

/// Whether a program may apply a fix without asking.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum Applicability {
    /// It may.
    MachineApplicable,
    /// A person has to agree.
    MaybeIncorrect,
}

/// One replacement of text.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EditEntry<'a> {
    file: &'a str,
    /// Offset of the first byte replaced.
    start: u32,
    /// Offset after the last byte replaced; equal to `start` for an insertion.
    end: u32,
    /// The new text.
    text: &'a str,
}

/// The counts of a report.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
    /// Source files read.
    files: usize,
}

/// The last line of `--error-format jsonl`.
#[derive(Serialize)]
struct Closing {
    version: u32,
    summary: Summary,
}

const VERSION: u32 = 1;

impl Report<'_> {
    /// Writes the report as one JSON document.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let diagnostics = self.diagnostics().iter().map(|one| Entry::new(self.sources(), one)).collect();
        write_pretty_json(out, &Document { version: VERSION, diagnostics, summary: Summary::new(self) })
    }

    /// Writes one JSON object a line: every diagnostic, then the summary.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_jsonl(&self, out: &mut dyn Write) -> io::Result<()> {
        for diagnostic in self.diagnostics() {
            write_line(out, &Entry::new(self.sources(), diagnostic))?;
        }
        write_line(out, &Closing { version: VERSION, summary: Summary::new(self) })
    }
}

/// Writes `value` as an indented JSON document in which hidden characters are escapes.
///
/// # Errors
/// When `out` cannot be written, or `value` refuses to be serialised.
pub fn write_pretty_json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let formatter = Escaping(PrettyFormatter::new());
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, formatter))?;
    writeln!(out)
}

fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Escaping(CompactFormatter)))?;
    writeln!(out)
}

impl<'a> Entry<'a> {
    fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Self {
        let file = |location: Location| sources.get(location.file);
        Self {
            code: diagnostic.code.name(),
            severity: match diagnostic.severity {
                crate::Severity::Error => Severity::Error,
                crate::Severity::Warning => Severity::Warning,
                crate::Severity::Note => Severity::Note,
            },
            message: &diagnostic.message,
            file: diagnostic.location.and_then(file).map(crate::Source::name),
            span: diagnostic.location.and_then(|location| Place::new(sources, location)),
            label: &diagnostic.label,
            related: diagnostic
                .related
                .iter()
                .filter_map(|label| {
                    let (file, span) = (file(label.location)?.name(), Place::new(sources, label.location)?);
                    Some(Related { file, span, label: &label.text })
                })
                .collect(),
            help: diagnostic.help.as_deref(),
            fixes: diagnostic.fixes.iter().map(|fix| FixEntry::new(sources, fix)).collect(),
        }
    }
}

impl Place {
    fn new(sources: &SourceMap, location: Location) -> Option<Self> {
        let region = super::region(sources, location)?;
        Some(Self {
            start: location.span.start,
            end: location.span.end,
            line: region.start.line,
            column: region.start.column,
            end_line: region.end.line,
            end_column: region.end.column,
        })
    }
}

impl<'a> FixEntry<'a> {
    fn new(sources: &'a SourceMap, fix: &'a Fix) -> Self {
        Self {
            title: &fix.title,
            applicability: match fix.applicability {
                crate::Applicability::MachineApplicable => Applicability::MachineApplicable,
                crate::Applicability::MaybeIncorrect => Applicability::MaybeIncorrect,
            },
            edits: fix
                .edits
                .iter()
                .filter_map(|edit| {
                    let file = sources.get(edit.location.file)?.name();
                    let span = edit.location.span;
                    Some(EditEntry { file, start: span.start, end: span.end, text: &edit.text })
                })
                .collect(),
        }
    }
}

impl Summary {
    fn new(report: &Report<'_>) -> Self {
        let crate::Summary { errors, warnings, notes, files, .. } = report.summary();
        Self { errors, warnings, notes, files }
    }
}

/// Writes hidden characters as `\u` escapes, so that even JSON on a terminal cannot act on it.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((index, c)) = rest.char_indices().find(|(_, c)| is_hidden(*c)) {
            out.write_all(rest.get(..index).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = rest.get(index + c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests;
