//! `DBUG`: the source places of records; optional, and the only section that depends on files.

use zerocopy::little_endian::U32;

use crate::record::{Code, Text, codes, records};
use crate::table::tables;

mod check;
mod view;

pub use view::Origin;

codes! {
    /// A section whose records can have a source place.
    pub enum Subject {
        /// `AUTH`.
        Auth = 0 "AUTH",
        /// `KEYS`.
        ApiKeys = 1 "KEYS",
        /// `RTES`.
        Routes = 2 "RTES",
        /// `DATA`.
        Data = 3 "DATA",
        /// `PLCY`.
        Policies = 4 "PLCY",
        /// `NSPC`.
        Namespaces = 5 "NSPC",
        /// `HOOK`.
        Hooks = 6 "HOOK",
        /// `VTYP`.
        Validations = 7 "VTYP",
        /// `PAYM`.
        Payments = 8 "PAYM",
        /// `INTG`.
        Integrations = 9 "INTG",
        /// `NETW`.
        Network = 10 "NETW",
        /// `MAIL`.
        Mail = 11 "MAIL",
        => Auth
    }
}

records! {
    /// One source file.
    pub struct FileRecord {
        /// Its path, relative to the project, with `/`.
        pub name: Text,
    }

    /// The source place of one record; sorted by section, table and record, at most one each.
    pub struct SpanRecord {
        /// The section.
        pub section: Code<Subject>,
        /// Number of the table in that section.
        pub table: u8,
        /// Index of the record in that table.
        pub record: U32,
        /// Into `files`.
        pub file: U32,
        /// First byte.
        pub start: U32,
        /// Byte behind the last.
        pub end: U32,
    }
}

tables! {
    /// The `DBUG` section of a file.
    pub struct SourceMap = Debug {
        /// Sorted by name.
        files: FileRecord,
        /// Sorted by section, table and record.
        spans: SpanRecord,
    }
}
