//! The cells a record is made of, and the two macros that declare records and coded values.
//!
//! A record is a fixed number of bytes: little-endian unaligned integers, [`Text`] into the strings of its
//! section, [`List`] into another table, [`Code`] for one of a few known values. Any bytes of the right length
//! are a record; that its texts, lists and codes mean something is proved once, by validation.

use core::fmt;
use core::marker::PhantomData;

use zerocopy::little_endian::{I64, U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::layout::{CellKind, CellLayout, CellValue, CodeLayout, CodeValue, RecordCells};
use crate::strings::Texts;

/// The index that stands for "none".
pub const NONE: u32 = u32::MAX;

/// A text of the section: in a file its byte offset and length in `strings`, in [`crate::Strings`] its number and length.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct Text {
    /// Where the text starts.
    pub offset: U32,
    /// Bytes of the text; the empty text is `0, 0`.
    pub len: U32,
}

impl Text {
    /// The empty text.
    pub const EMPTY: Self = Self { offset: U32::ZERO, len: U32::ZERO };

    /// Whether there is no text.
    pub fn is_empty(self) -> bool {
        self.len.get() == 0
    }
}

/// A range of records of another table.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct List {
    /// Index of the first record; for an empty list the index where it would be.
    pub first: U32,
    /// Number of records.
    pub count: U32,
}

impl List {
    /// The records from `first` to the present end of their table.
    pub fn since(first: usize, end: usize) -> Self {
        Self { first: index(first), count: index(end.saturating_sub(first)) }
    }

    /// The records of this list, or none at all if `table` is shorter.
    pub fn of<T>(self, table: &[T]) -> &[T] {
        let first = self.first.get() as usize;
        table.get(first..first.saturating_add(self.count.get() as usize)).unwrap_or_default()
    }

    /// The indexes of this list's records.
    pub(crate) fn indexes(self) -> core::ops::Range<u32> {
        self.first.get()..self.first.get().saturating_add(self.count.get())
    }
}

/// The cell of an index or count; what does not fit becomes [`NONE`], which the limits rule out.
pub fn index(value: usize) -> U32 {
    U32::new(u32::try_from(value).unwrap_or(NONE))
}

/// One byte that stands for one of the values of `T`.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(transparent)]
pub struct Code<T> {
    byte: u8,
    of: PhantomData<T>,
}

/// A value with a fixed one-byte code.
pub trait Coded: Copy + 'static {
    /// Its values, for whoever reads files without this crate.
    const LAYOUT: &'static CodeLayout;

    /// The strictest value; stands in for an unknown code, which validation rules out.
    const STRICTEST: Self;

    /// The code in the file.
    fn code(self) -> u8;

    /// The value with this code, if there is one.
    fn from_code(code: u8) -> Option<Self>;

    /// The word that names the value.
    fn word(self) -> &'static str;
}

impl Coded for bool {
    const LAYOUT: &'static CodeLayout = &CodeLayout {
        name: "bool",
        values: &[
            CodeValue { code: 0, word: "false", doc: "no" },
            CodeValue { code: 1, word: "true", doc: "yes" },
        ],
    };
    const STRICTEST: Self = false;

    fn code(self) -> u8 {
        u8::from(self)
    }

    fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        if self { "true" } else { "false" }
    }
}

impl<T: Coded> Code<T> {
    /// The value.
    pub fn get(self) -> T {
        T::from_code(self.byte).unwrap_or(T::STRICTEST)
    }
}

impl<T: Coded> From<T> for Code<T> {
    fn from(value: T) -> Self {
        Self { byte: value.code(), of: PhantomData }
    }
}

impl<T> Clone for Code<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Code<T> {}

impl<T> PartialEq for Code<T> {
    fn eq(&self, other: &Self) -> bool {
        self.byte == other.byte
    }
}

impl<T> Eq for Code<T> {}

impl<T: Coded + fmt::Debug> fmt::Debug for Code<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match T::from_code(self.byte) {
            Some(value) => value.fmt(f),
            None => write!(f, "unknown({})", self.byte),
        }
    }
}

/// One field of a record.
pub trait Cell {
    /// How it is stored.
    const KIND: CellKind;
    /// Whether the cell is a [`Text`].
    const IS_TEXT: bool = false;

    /// What it holds, in the words of a section with these strings.
    fn shown<'a>(&self, texts: Texts<'a>) -> CellValue<'a>;

    /// Shows the cell's text to `visit`, if it is one.
    ///
    /// # Errors
    /// What `visit` returns.
    fn each_text<E>(&self, _visit: &mut impl FnMut(Text) -> Result<(), E>) -> Result<(), E> {
        Ok(())
    }

    /// Replaces the cell's text, if it is one.
    fn map_text(&mut self, _map: &mut impl FnMut(Text) -> Text) {}

    /// Whether the cell's code, if it is one, is known.
    fn is_known(&self) -> bool {
        true
    }
}

macro_rules! number_cells {
    ($($type:ty => $kind:ident, $value:ident, |$cell:ident| $number:expr;)*) => {$(
        impl Cell for $type {
            const KIND: CellKind = CellKind::$kind;

            fn shown<'a>(&self, _texts: Texts<'a>) -> CellValue<'a> {
                let $cell = *self;
                CellValue::$value($number)
            }
        }
    )*};
}

number_cells! {
    u8 => U8, Unsigned, |cell| cell.into();
    U16 => U16, Unsigned, |cell| cell.get().into();
    U32 => U32, Unsigned, |cell| cell.get().into();
    U64 => U64, Unsigned, |cell| cell.get();
    I64 => I64, Signed, |cell| cell.get();
}

impl Cell for List {
    const KIND: CellKind = CellKind::List;

    fn shown<'a>(&self, _texts: Texts<'a>) -> CellValue<'a> {
        CellValue::List(self.first.get(), self.count.get())
    }
}

impl Cell for Text {
    const KIND: CellKind = CellKind::Text;
    const IS_TEXT: bool = true;

    fn shown<'a>(&self, texts: Texts<'a>) -> CellValue<'a> {
        CellValue::Text(texts.get(*self))
    }

    fn each_text<E>(&self, visit: &mut impl FnMut(Text) -> Result<(), E>) -> Result<(), E> {
        visit(*self)
    }

    fn map_text(&mut self, map: &mut impl FnMut(Text) -> Text) {
        *self = map(*self);
    }
}

impl<T: Coded> Cell for Code<T> {
    const KIND: CellKind = CellKind::Code(T::LAYOUT);

    fn shown<'a>(&self, _texts: Texts<'a>) -> CellValue<'a> {
        CellValue::Word(self.get().word())
    }

    fn is_known(&self) -> bool {
        T::from_code(self.byte).is_some()
    }
}

/// A fixed-size record of a table.
pub trait Record: FromBytes + IntoBytes + KnownLayout + Immutable + Unaligned + Copy + 'static {
    /// Whether some cell is a [`Text`].
    const HAS_TEXT: bool;
    /// What one record is.
    const DOC: &'static str;
    /// Its cells, in the order of their bytes.
    const CELLS: &'static [CellLayout];

    /// What its cells hold, in the words of a section with these strings.
    fn shown<'a>(&self, texts: Texts<'a>) -> RecordCells<'a>;

    /// Shows every text of the record to `visit`, in the order of its cells.
    ///
    /// # Errors
    /// What `visit` returns.
    fn each_text<E>(&self, visit: &mut impl FnMut(Text) -> Result<(), E>) -> Result<(), E>;

    /// Replaces every text of the record, in the order of its cells.
    fn map_texts(&mut self, map: &mut impl FnMut(Text) -> Text);

    /// Whether every code of the record is known.
    fn is_known(&self) -> bool;
}

/// Declares record types.
macro_rules! records {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $($(#[doc = $cell_doc:literal])* pub $cell:ident: $type:ty,)* }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout)]
        #[derive(zerocopy::Immutable, zerocopy::Unaligned)]
        #[repr(C)]
        pub struct $name { $($(#[doc = $cell_doc])* pub $cell: $type,)* }

        impl $crate::record::Record for $name {
            const HAS_TEXT: bool = $(<$type as $crate::record::Cell>::IS_TEXT)||*;
            const DOC: &'static str = concat!($($doc),*);
            const CELLS: &'static [$crate::layout::CellLayout] = &[$($crate::layout::CellLayout {
                name: stringify!($cell),
                doc: concat!($($cell_doc),*),
                kind: <$type as $crate::record::Cell>::KIND,
            },)*];

            fn shown<'a>(&self, texts: $crate::strings::Texts<'a>) -> $crate::layout::RecordCells<'a> {
                $crate::layout::RecordCells(vec![
                    $((stringify!($cell), $crate::record::Cell::shown(&self.$cell, texts)),)*
                ])
            }

            #[inline]
            fn each_text<E>(
                &self,
                visit: &mut impl FnMut($crate::record::Text) -> Result<(), E>,
            ) -> Result<(), E> {
                $($crate::record::Cell::each_text(&self.$cell, visit)?;)*
                Ok(())
            }

            #[inline]
            fn map_texts(&mut self, map: &mut impl FnMut($crate::record::Text) -> $crate::record::Text) {
                $($crate::record::Cell::map_text(&mut self.$cell, map);)*
            }

            #[inline]
            fn is_known(&self) -> bool {
                $($crate::record::Cell::is_known(&self.$cell))&&*
            }
        }
    )*};
}

/// Declares values with one-byte codes and the word that names each in JSON; the last line names the strictest.
macro_rules! codes {
    ($($(#[$meta:meta])* pub enum $name:ident {
        $($(#[doc = $doc:literal])* $value:ident = $code:literal $word:literal,)*
        => $strictest:ident
    })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[doc = $doc])* $value = $code,)* }

        impl $name {
            /// Every value, in the order of the codes.
            pub const ALL: &[Self] = &[$(Self::$value,)*];

            /// The value that this word names.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$value),)* _ => None }
            }

            /// The word that names the value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word,)* }
            }
        }

        impl $crate::record::Coded for $name {
            const LAYOUT: &'static $crate::layout::CodeLayout = &$crate::layout::CodeLayout {
                name: stringify!($name),
                values: &[$($crate::layout::CodeValue {
                    code: $code,
                    word: $word,
                    doc: concat!($($doc),*),
                },)*],
            };
            const STRICTEST: Self = Self::$strictest;

            fn word(self) -> &'static str {
                self.as_str()
            }

            #[inline]
            fn code(self) -> u8 {
                self as u8
            }

            #[inline]
            fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$value),)* _ => None }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}

/// Declares bits of a cell, and after `=>` sets of them.
macro_rules! flags {
    ($(#[$meta:meta])* pub mod $name:ident: $type:ty {
        $($(#[doc = $doc:literal])* $flag:ident = $bits:expr,)*
        => $($item:item)*
    }) => {
        $(#[$meta])*
        pub mod $name {
            $($(#[doc = $doc])* pub const $flag: $type = $bits;)*
            /// Every bit that has a meaning in some record.
            pub const ALL: $type = $($flag)|*;
            $($item)*

            pub(crate) const LAYOUT: $crate::layout::FlagsLayout = $crate::layout::FlagsLayout {
                name: stringify!($name),
                flags: &[$($crate::layout::FlagLayout {
                    bits: $flag as u32,
                    name: stringify!($flag),
                    doc: concat!($($doc),*),
                },)*],
            };
        }
    };
}

pub(crate) use {codes, flags, records};

records! {
    /// The doc comment of one record of this section; sorted by table and record, at most one each.
    pub struct DocRecord {
        /// Number of the table in the section.
        pub table: U32,
        /// Index of the record in that table.
        pub record: U32,
        /// The comment's lines, joined by `\n`, without the slashes.
        pub text: Text,
    }
}
