//! What the tables of a file look like, as values: for whoever writes a reader in another language, and for the book.
//!
//! It comes from the declarations of the records themselves, so it cannot say anything else than the code does.

use serde::{Serialize, Serializer};

use crate::artifact::Artifact;
use crate::container::SectionId;
use crate::error::DecodeError;
use crate::table::ReadTables;
use crate::{
    api_keys, auth, debug, email, entity, hook, integrations, namespace, network, payments, policy, routes,
    validation,
};

/// A section that consists of tables.
#[derive(Clone, Copy, Debug)]
pub struct SectionLayout {
    /// Which one.
    pub id: SectionId,
    /// Its tables, in the order of the file.
    pub tables: &'static [TableLayout],
}

/// One table of a section.
#[derive(Clone, Copy, Debug)]
pub struct TableLayout {
    /// Its name.
    pub name: &'static str,
    /// Its order, and what covers it.
    pub doc: &'static str,
    /// What one record is.
    pub record: &'static str,
    /// The cells of a record, in the order of their bytes, without gaps.
    pub cells: &'static [CellLayout],
}

/// One cell of a record.
#[derive(Clone, Copy, Debug)]
pub struct CellLayout {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub doc: &'static str,
    /// How it is stored.
    pub kind: CellKind,
}

/// How a cell is stored; integers are little-endian.
#[derive(Clone, Copy, Debug)]
pub enum CellKind {
    /// An unsigned integer of one byte.
    U8,
    /// An unsigned integer of two bytes.
    U16,
    /// An unsigned integer of four bytes.
    U32,
    /// An unsigned integer of eight bytes.
    U64,
    /// A signed integer of eight bytes.
    I64,
    /// Offset and length in the section's strings, four bytes each.
    Text,
    /// Index of the first record and number of records, four bytes each.
    List,
    /// One byte that stands for a value.
    Code(&'static CodeLayout),
}

/// The values that one byte can stand for.
#[derive(Debug)]
pub struct CodeLayout {
    /// The name of all of them.
    pub name: &'static str,
    /// The values, by code.
    pub values: &'static [CodeValue],
}

/// A value with its code.
#[derive(Debug)]
pub struct CodeValue {
    /// The byte.
    pub code: u8,
    /// The word that names the value.
    pub word: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// Bits of a cell, each of which says something.
#[derive(Clone, Copy, Debug)]
pub struct FlagsLayout {
    /// The name of all of them.
    pub name: &'static str,
    /// The bits, lowest first.
    pub flags: &'static [FlagLayout],
}

/// One bit of a cell.
#[derive(Debug)]
pub struct FlagLayout {
    /// The bit.
    pub bits: u32,
    /// Its name.
    pub name: &'static str,
    /// What it says when it is set.
    pub doc: &'static str,
}

/// All bits that cells have.
pub const FLAGS: [FlagsLayout; 3] =
    [api_keys::action::LAYOUT, entity::field_flag::LAYOUT, auth::password_rule::LAYOUT];

impl CellKind {
    /// Bytes that the cell takes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::Code(_) => 1,
            Self::U16 => 2,
            Self::U32 => 4,
            Self::U64 | Self::I64 | Self::Text | Self::List => 8,
        }
    }

    /// The name of the kind; that of a code is the name of its values.
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I64 => "i64",
            Self::Text => "text",
            Self::List => "list",
            Self::Code(code) => code.name,
        }
    }
}

/// Every section that consists of tables, in file order.
pub fn sections() -> Vec<SectionLayout> {
    fn of<S: ReadTables<'static>>() -> SectionLayout {
        SectionLayout { id: S::ID, tables: S::LAYOUT }
    }
    vec![
        of::<auth::Auth<'static>>(),
        of::<api_keys::ApiKeys<'static>>(),
        of::<routes::Routes<'static>>(),
        of::<entity::Data<'static>>(),
        of::<policy::Policies<'static>>(),
        of::<namespace::Namespaces<'static>>(),
        of::<hook::Hooks<'static>>(),
        of::<validation::Validations<'static>>(),
        of::<payments::PaymentTables<'static>>(),
        of::<integrations::Integrations<'static>>(),
        of::<network::Network<'static>>(),
        of::<email::Mail<'static>>(),
        of::<debug::SourceMap<'static>>(),
    ]
}

/// What a cell of one record holds, its text looked up and its code named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum CellValue<'a> {
    /// An unsigned number.
    Unsigned(u64),
    /// A signed number.
    Signed(i64),
    /// A text.
    Text(&'a str),
    /// Index of the first record, and number of records.
    List(u32, u32),
    /// The word of a code.
    Word(&'static str),
}

/// The cells of one record, by name.
#[derive(Clone, Debug)]
pub struct RecordCells<'a>(pub Vec<(&'static str, CellValue<'a>)>);

/// The records of every table of one section, by name.
#[derive(Clone, Debug)]
pub struct SectionRecords<'a>(pub Vec<(&'static str, Vec<RecordCells<'a>>)>);

/// Every record of an artifact as it lies in the file, by section and table.
#[derive(Clone, Debug)]
pub struct Records<'a>(Vec<(SectionId, SectionRecords<'a>)>);

impl Artifact<'_> {
    /// Every record of every section as it lies in the file: what a reader in another language should see.
    ///
    /// # Errors
    /// The first section that is refused.
    pub fn records(&self) -> Result<Records<'_>, DecodeError> {
        let mut found = Vec::new();
        macro_rules! add {
            ($($section:ident)*) => {$(
                if let Some(section) = self.$section()? {
                    found.push((id_of(&section), section.records()));
                }
            )*};
        }
        add!(auth api_keys routes data policies namespaces hooks validations);
        add!(payments integrations network email debug);
        Ok(Records(found))
    }
}

fn id_of<'a, S: ReadTables<'a>>(_section: &S) -> SectionId {
    S::ID
}

impl Serialize for RecordCells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Serialize for SectionRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, records)| (name, records)))
    }
}

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, records)| (id.as_str(), records)))
    }
}
