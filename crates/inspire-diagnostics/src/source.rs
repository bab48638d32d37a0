//! The source files of one schema, and the way from byte offsets to lines and columns.

use std::sync::OnceLock;

use crate::{FileId, Location, Span};

/// One source file: a name to show and its text.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    lines: OnceLock<Lines>,
}

/// Where lines begin, and how many scalar values precede each block of the text.
#[derive(Debug)]
struct Lines {
    starts: Vec<u32>,
    scalars: Vec<u32>,
}

/// The bytes between two counts of scalar values: a column costs at most two such blocks, however long its line is.
const BLOCK: usize = 4096;

/// A place as people count: both from 1, columns in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineColumn {
    /// The line, from 1. `\n`, `\r\n` and `\r` end a line.
    pub line: u32,
    /// The column, from 1, in Unicode scalar values.
    pub column: u32,
}

/// A file of 4 GiB or more, which spans cannot address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLarge {
    /// The file's name.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
}

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` has {} bytes; a source file must be smaller than 4 GiB", self.name, self.length)
    }
}

impl std::error::Error for TooLarge {}

impl Source {
    /// The name to show, as it was given: usually a path relative to the project.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text at `span`; empty when the span does not fit this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Line and column of the byte `offset`; an offset beyond the end counts as the end.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.scalars_before(end).saturating_sub(self.scalars_before(start));
        LineColumn { line: count(line), column: column + 1 }
    }

    /// The bytes of the line with this number, from 1, without what ends it; none when there is no such line.
    #[must_use]
    pub fn line_span(&self, line: u32) -> Option<Span> {
        let starts = self.line_starts();
        let index = (line as usize).checked_sub(1)?;
        let start = *starts.get(index)?;
        let end = starts.get(index + 1).copied().unwrap_or_else(|| count(self.text.len()));
        let text = self.slice(Span::new(start, end));
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Some(Span::new(start, start + count(text.len())))
    }

    /// How many scalar values begin before the byte `offset`.
    fn scalars_before(&self, offset: usize) -> u32 {
        let block = offset / BLOCK;
        let whole = self.lines().scalars.get(block).copied().unwrap_or(0);
        whole + scalars(self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default())
    }

    /// Byte offsets at which lines begin; the first is 0.
    #[must_use]
    pub fn line_starts(&self) -> &[u32] {
        &self.lines().starts
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for (i, byte) in bytes.iter().enumerate() {
                let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
                if ends {
                    starts.push(count(i + 1));
                }
            }
            let counts = bytes.chunks(BLOCK).scan(0, |sum, block| {
                *sum += scalars(block);
                Some(*sum)
            });
            Lines { starts, scalars: std::iter::once(0).chain(counts).collect() }
        })
    }
}

/// The number of scalar values that begin in `bytes`.
fn scalars(bytes: &[u8]) -> u32 {
    count(bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count())
}

/// A length or offset in a file as `u32`; every file in a map is under 4 GiB.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// All source files of one schema, in the order of their names.
///
/// ```
/// # fn main() -> Result<(), inspire_diagnostics::TooLarge> {
/// use inspire_diagnostics::SourceMap;
///
/// let sources = SourceMap::new([("b.inspire", "enum B { X }"), ("a.inspire", "enum A { X }")])?;
/// let names: Vec<_> = sources.iter().map(|(_, source)| source.name()).collect();
/// assert_eq!(names, ["a.inspire", "b.inspire"]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<Source>,
}

impl SourceMap {
    /// Takes files as pairs of name and text, in any order.
    ///
    /// # Errors
    /// [`TooLarge`] for a file of 4 GiB or more.
    pub fn new<N: Into<String>, T: Into<String>>(
        files: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, TooLarge> {
        let mut map = Self::default();
        for (name, text) in files {
            let (name, text) = (name.into(), text.into());
            if u32::try_from(text.len()).is_err() {
                return Err(TooLarge { name, length: text.len() as u64 });
            }
            map.files.push(Source { name, text, lines: OnceLock::new() });
        }
        // Text decides between files of one name, so that the given order never shows.
        map.files.sort_by(|a, b| (&a.name, &a.text).cmp(&(&b.name, &b.text)));
        Ok(map)
    }

    /// The file with the number `file`.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize)
    }

    /// All files with their numbers, in the order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(i, source)| (FileId(count(i)), source))
    }

    /// The number of files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The text at `location`; empty when there is no such place.
    #[must_use]
    pub fn slice(&self, location: Location) -> &str {
        self.get(location.file).map_or("", |source| source.slice(location.span))
    }
}

#[cfg(test)]
mod tests {
    use super::SourceMap;
    use crate::FileId;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let sources = SourceMap::new([("a", "one\ntwo\r\nthree\rfour")]).unwrap();
        let source = sources.get(FileId(0)).unwrap();
        assert_eq!(source.line_starts(), [0, 4, 9, 15]);
        let at = source.line_column(16);
        assert_eq!((at.line, at.column), (4, 2));
    }

    #[test]
    fn columns_count_scalar_values() {
        let sources = SourceMap::new([("a", "ä€😀x")]).unwrap();
        assert_eq!(sources.get(FileId(0)).unwrap().line_column(9).column, 4);
    }

    #[test]
    fn columns_are_right_far_into_a_long_line() {
        let text = format!("x\n{}y", "ä".repeat(10_000));
        let sources = SourceMap::new([("a", text)]).unwrap();
        let source = sources.get(FileId(0)).unwrap();
        assert_eq!(source.line_column(20_002).column, 10_001);
        assert_eq!(source.line_span(2).map(|line| (line.start, line.end)), Some((2, 20_003)));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        let sources = SourceMap::new([("a", "x\n")]).unwrap();
        let at = sources.get(FileId(0)).unwrap().line_column(99);
        assert_eq!((at.line, at.column), (2, 1));
    }
}
