//! The formats of a report, each a function of the report alone: no clock, no terminal, no environment.

mod github;
mod json;
mod plain;
mod sarif;
mod short;

pub use json::write_pretty_json;

use crate::{LineColumn, Location, SourceMap};

/// A place as machine formats tell it.
struct Region<'a> {
    file: &'a str,
    start: LineColumn,
    end: LineColumn,
}

/// Looks `location` up; none when it lies in no file of `sources`.
fn region(sources: &SourceMap, location: Location) -> Option<Region<'_>> {
    let source = sources.get(location.file)?;
    Some(Region {
        file: source.name(),
        start: source.line_column(location.span.start),
        end: source.line_column(location.span.end),
    })
}
