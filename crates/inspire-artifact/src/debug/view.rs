//! What a reader sees of `DBUG`.

use super::{SourceMap, Subject};

/// Where a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The file, relative to the project.
    pub file: &'a str,
    /// First byte.
    pub start: u32,
    /// Byte behind the last.
    pub end: u32,
}

impl<'a> SourceMap<'a> {
    /// Where the record `record` of table `table` of a section was written.
    pub fn origin(&self, section: Subject, table: u8, record: u32) -> Option<Origin<'a>> {
        let key = (section, table, record);
        let found = self
            .spans
            .binary_search_by(|span| (span.section.get(), span.table, span.record.get()).cmp(&key))
            .ok()?;
        let span = self.spans.get(found)?;
        let file = self.files.get(span.file.get() as usize)?;
        Some(Origin { file: self.texts.get(file.name), start: span.start.get(), end: span.end.get() })
    }
}
