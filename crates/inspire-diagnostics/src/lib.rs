//! Places in source text, the table of codes, diagnostics as plain data, and every way to print them.
//!
//! A diagnostic is data until somebody prints it: no line is counted and no text is wrapped before that.
//! The formats for machines live here too, so that every tool says the same; colour and terminals belong to the command.

mod adapter;
mod code;
mod diagnostic;
mod excerpt;
mod fix;
mod format;
#[cfg(test)]
mod format_samples;
mod level;
mod report;
mod source;
mod span;
mod suggest;
pub mod table;
mod visible;
mod wrap;

pub use adapter::Rendered;
pub use code::{Code, Kind};
pub use diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
pub use fix::{Fixed, Left, apply_fixes};
pub use format::write_pretty_json;
pub use level::{Level, Levels, UnknownLint};
pub use report::{Limit, Report, Shown, Summary, sort};
pub use source::{LineColumn, Source, SourceMap, TooLarge};
pub use span::{FileId, Location, Span};
pub use suggest::closest;
pub use visible::{is_hidden, visible, visible_lines};
pub use wrap::{Long, wrap};
