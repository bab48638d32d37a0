//! The macro that declares a section: the tables a writer fills and the view a reader gets of the same bytes.
//!
//! Both come from one list of tables, so their order in the file is written down once. `docs` is always the last.

use core::ops::Range;

use zerocopy::{FromBytes, IntoBytes};

use crate::codec;
use crate::container::SectionId;
use crate::layout::{RecordCells, SectionRecords, TableLayout};
use crate::record::{DocRecord, Record, Text};
use crate::strings::{FirstUse, Strings, Texts};

/// Tables of the section that has most of them.
pub(crate) const MAX_TABLES: usize = 12;

/// The tables of one section while it is written.
pub(crate) trait WriteTables {
    const ID: SectionId;

    fn strings(&self) -> &Strings;

    /// Shows every text to `order`, table by table, record by record, cell by cell.
    fn meet_texts(&self, order: &mut FirstUse<'_>);

    fn write_tables(&self, order: &FirstUse<'_>, out: &mut Vec<u8>);

    /// The number of records of every table.
    fn counts(&self) -> Vec<u32>;

    /// Bytes of all tables, not counting the strings.
    fn bytes(&self) -> usize;
}

/// The tables of one section of a file.
pub(crate) trait ReadTables<'a>: Copy {
    const ID: SectionId;
    const TABLES: &'static [&'static str];
    /// The tables and their records, for whoever reads files without this crate.
    const LAYOUT: &'static [TableLayout];

    /// The view of `texts` and `tables`, or the name of the first table that is no whole number of records.
    fn from_parts(texts: Texts<'a>, tables: &[&'a [u8]]) -> Result<Self, &'static str>;

    /// The strings and tables of `payload`, and the bytes that took.
    fn split(payload: &'a [u8]) -> Result<(&'a str, Vec<&'a [u8]>, usize), String>;

    fn texts(&self) -> Texts<'a>;

    fn docs(&self) -> &'a [DocRecord];

    /// Every record as it lies in the file.
    fn records(&self) -> SectionRecords<'a>;

    fn counts(&self) -> Vec<u32>;

    /// Calls `visit` with every text, in the order of first use, and where it stands.
    fn each_text<E>(&self, visit: impl FnMut(Place, Text) -> Result<(), E>) -> Result<(), E>;

    /// The first record that holds an unknown code.
    fn first_unknown(&self) -> Option<Place>;
}

/// A record of a section, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) table: &'static str,
    pub(crate) record: usize,
}

/// The strings of a validated section, and where its tables lie in the file.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// A copy: looking at the file's bytes as text would mean to check them each time.
    pub(crate) strings: Box<str>,
    pub(crate) tables: Vec<Range<usize>>,
}

/// The records in `bytes`, if it holds a whole number of them.
pub(crate) fn records_of<'a, R: Record>(
    bytes: Option<&&'a [u8]>,
    table: &'static str,
) -> Result<&'a [R], &'static str> {
    bytes.and_then(|bytes| <[R]>::ref_from_bytes(bytes).ok()).ok_or(table)
}

/// Appends one table: its length in bytes, then its records with their texts in place.
pub(crate) fn write_records<R: Record>(records: &[R], order: &FirstUse<'_>, out: &mut Vec<u8>) {
    codec::put_len(out, records.as_bytes().len());
    if R::HAS_TEXT {
        for &(mut record) in records {
            record.map_texts(&mut |text| order.place(text));
            out.extend_from_slice(record.as_bytes());
        }
    } else {
        out.extend_from_slice(records.as_bytes());
    }
}

/// Shows every text of one table to `order`.
pub(crate) fn meet_records<R: Record>(records: &[R], order: &mut FirstUse<'_>) {
    if R::HAS_TEXT {
        for record in records {
            let met: Result<(), core::convert::Infallible> = record.each_text(&mut |text| {
                order.meet(text);
                Ok(())
            });
            let Ok(()) = met;
        }
    }
}

/// Copies one table, with its texts interned anew.
pub(crate) fn copy_records<R: Record>(records: &[R], texts: Texts<'_>, strings: &mut Strings) -> Vec<R> {
    let mut copies = records.to_vec();
    for copy in &mut copies {
        copy.map_texts(&mut |text| strings.intern(texts.get(text)));
    }
    copies
}

/// The layout of a table of records of one type.
pub(crate) const fn layout<R: Record>(name: &'static str, doc: &'static str) -> TableLayout {
    TableLayout { name, doc, record: R::DOC, cells: R::CELLS }
}

/// Every record of one table as it lies in the file.
pub(crate) fn shown<'a, R: Record>(records: &[R], texts: Texts<'a>) -> Vec<RecordCells<'a>> {
    records.iter().map(|record| record.shown(texts)).collect()
}

/// Declares `Tables`, which a writer fills, and the view of the same tables in a file.
macro_rules! tables {
    (
        $(#[$view_meta:meta])*
        pub struct $view:ident = $id:ident { $($(#[doc = $doc:literal])* $table:ident: $record:ty,)* }
    ) => {
        /// The records of this section and their texts, as a writer fills them.
        #[derive(Clone, Debug, Default)]
        pub struct Tables {
            /// The texts of all records here.
            pub strings: $crate::strings::Strings,
            $($(#[doc = $doc])* pub $table: Vec<$record>,)*
            /// Doc comments of records here; `table` counts the tables from 0 in the order they stand.
            pub docs: Vec<$crate::record::DocRecord>,
        }

        $(#[$view_meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $view<'a> {
            pub(crate) texts: $crate::strings::Texts<'a>,
            $(pub(crate) $table: &'a [$record],)*
            pub(crate) docs: &'a [$crate::record::DocRecord],
        }

        impl $crate::table::WriteTables for Tables {
            const ID: $crate::container::SectionId = $crate::container::SectionId::$id;

            fn strings(&self) -> &$crate::strings::Strings {
                &self.strings
            }

            fn meet_texts(&self, order: &mut $crate::strings::FirstUse<'_>) {
                $($crate::table::meet_records(&self.$table, order);)*
                $crate::table::meet_records(&self.docs, order);
            }

            fn write_tables(&self, order: &$crate::strings::FirstUse<'_>, out: &mut Vec<u8>) {
                $($crate::table::write_records(&self.$table, order, out);)*
                $crate::table::write_records(&self.docs, order, out);
            }

            fn counts(&self) -> Vec<u32> {
                vec![
                    $($crate::record::index(self.$table.len()).get(),)*
                    $crate::record::index(self.docs.len()).get(),
                ]
            }

            fn bytes(&self) -> usize {
                let mut bytes = size_of_val(self.docs.as_slice());
                $(bytes += size_of_val(self.$table.as_slice());)*
                bytes
            }
        }

        impl<'a> $crate::table::ReadTables<'a> for $view<'a> {
            const ID: $crate::container::SectionId = $crate::container::SectionId::$id;
            const TABLES: &'static [&'static str] = &[$(stringify!($table),)* "docs"];
            const LAYOUT: &'static [$crate::layout::TableLayout] = &[
                $($crate::table::layout::<$record>(stringify!($table), concat!($($doc),*)),)*
                $crate::table::layout::<$crate::record::DocRecord>("docs", "Sorted by table and record."),
            ];

            fn from_parts(
                texts: $crate::strings::Texts<'a>,
                tables: &[&'a [u8]],
            ) -> Result<Self, &'static str> {
                let mut tables = tables.iter();
                Ok(Self {
                    texts,
                    $($table: $crate::table::records_of(tables.next(), stringify!($table))?,)*
                    docs: $crate::table::records_of(tables.next(), "docs")?,
                })
            }

            fn split(payload: &'a [u8]) -> Result<(&'a str, Vec<&'a [u8]>, usize), String> {
                const COUNT: usize = [$(stringify!($table),)* "docs"].len();
                let ((strings, tables), read) = $crate::codec::decode_section::<COUNT>(payload)?;
                Ok((strings, tables.to_vec(), read))
            }

            fn texts(&self) -> $crate::strings::Texts<'a> {
                self.texts
            }

            fn docs(&self) -> &'a [$crate::record::DocRecord] {
                self.docs
            }

            fn records(&self) -> $crate::layout::SectionRecords<'a> {
                $crate::layout::SectionRecords(vec![
                    $((stringify!($table), $crate::table::shown(self.$table, self.texts)),)*
                    ("docs", $crate::table::shown(self.docs, self.texts)),
                ])
            }

            fn counts(&self) -> Vec<u32> {
                vec![
                    $($crate::record::index(self.$table.len()).get(),)*
                    $crate::record::index(self.docs.len()).get(),
                ]
            }

            fn each_text<E>(
                &self,
                mut visit: impl FnMut($crate::table::Place, $crate::record::Text) -> Result<(), E>,
            ) -> Result<(), E> {
                $($crate::table::each_text(self.$table, stringify!($table), &mut visit)?;)*
                $crate::table::each_text(self.docs, "docs", &mut visit)
            }

            fn first_unknown(&self) -> Option<$crate::table::Place> {
                None
                    $(.or_else(|| $crate::table::first_unknown(self.$table, stringify!($table))))*
            }
        }

        impl $view<'_> {
            /// The same tables as a writer would fill them; encoding them gives the same bytes.
            pub fn to_tables(&self) -> Tables {
                let mut strings = $crate::strings::Strings::default();
                $(let $table = $crate::table::copy_records(self.$table, self.texts, &mut strings);)*
                let docs = $crate::table::copy_records(self.docs, self.texts, &mut strings);
                Tables { strings, $($table,)* docs }
            }
        }
    };
}

pub(crate) use tables;

/// Shows every text of one table to `visit`.
pub(crate) fn each_text<R: Record, E>(
    records: &[R],
    table: &'static str,
    visit: &mut impl FnMut(Place, Text) -> Result<(), E>,
) -> Result<(), E> {
    if R::HAS_TEXT {
        for (record, cells) in records.iter().enumerate() {
            cells.each_text(&mut |text| visit(Place { table, record }, text))?;
        }
    }
    Ok(())
}

/// The first record of one table that holds an unknown code.
pub(crate) fn first_unknown<R: Record>(records: &[R], table: &'static str) -> Option<Place> {
    records.iter().position(|record| !record.is_known()).map(|record| Place { table, record })
}
