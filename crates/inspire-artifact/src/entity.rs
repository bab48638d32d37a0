//! `DATA`: entities, enums and embedded types.
//!
//! Entities, enums and types are each sorted by name; fields and enum members keep their declared order.

use zerocopy::little_endian::{I64, U16, U32};

use crate::record::{Code, List, Text, codes, flags, records};
use crate::table::tables;

pub(crate) mod check;
mod view;

pub(crate) use view::literal;
pub use view::{Entity, Enum, Field, FieldFlags, FieldName, Member, Rule, Type, Unique};

flags! {
    /// Bits of [`FieldRecord::flags`].
    pub mod field_flag: u32 {
        /// May be null.
        NULLABLE = 1,
        /// Holds a list of values.
        ARRAY = 1 << 1,
        /// No two rows share a value.
        UNIQUE = 1 << 2,
        /// Is the key of its entity.
        PRIMARY_KEY = 1 << 3,
        /// Is encrypted at rest.
        SENSITIVE = 1 << 4,
        /// Identifies a person.
        PII = 1 << 5,
        /// White space at the ends is removed.
        TRIM = 1 << 6,
        /// Must be an e-mail address.
        EMAIL = 1 << 7,
        /// Must be a URL.
        URL = 1 << 8,
        /// Was not declared: `id`, `createdAt`, `updatedAt`, a tenant column.
        IMPLICIT = 1 << 9,
        /// May be left out of a request.
        OPTIONAL = 1 << 10,
        /// Has one value only.
        CONSTANT = 1 << 11,
        =>
        /// The bits of a field of an entity or embedded type.
        pub const COLUMN: u32 = (1 << 10) - 1;
        /// The bits of a field of a validation type.
        pub const VALIDATION: u32 = NULLABLE | ARRAY | SENSITIVE | PII | TRIM | EMAIL | URL | OPTIONAL | CONSTANT;
    }
}

codes! {
    /// The type of a field, without `[]` and `?`.
    pub enum FieldKind {
        /// Text.
        String = 0 "string",
        /// 32-bit integer.
        Int = 1 "int",
        /// 16-bit integer.
        Smallint = 2 "smallint",
        /// 64-bit integer.
        Bigint = 3 "bigint",
        /// Decimal with `precision` and `scale`.
        Decimal = 4 "decimal",
        /// 64-bit binary floating point.
        Double = 5 "double",
        /// True or false.
        Boolean = 6 "boolean",
        /// Point in time.
        Datetime = 7 "datetime",
        /// Calendar day.
        Date = 8 "date",
        /// UUID.
        Uuid = 9 "uuid",
        /// Bytes.
        Bytes = 10 "bytes",
        /// Any JSON value.
        Json = 11 "json",
        /// An uploaded file.
        File = 12 "file",
        /// A member of the enum `target`.
        Enum = 13 "enum",
        /// A value of the embedded type `target`.
        Embedded = 14 "embedded",
        /// A foreign key to `target_field` of the entity `target`.
        Reference = 15 "reference",
        => Json
    }

    /// What happens to a row when the row it refers to is removed.
    pub enum OnDelete {
        /// The removal is refused.
        Restrict = 0 "restrict",
        /// The row is removed too.
        Cascade = 1 "cascade",
        /// The reference becomes null.
        SetNull = 2 "set_null",
        => Restrict
    }

    /// The kind of a default value.
    pub enum DefaultKind {
        /// `null`.
        Null = 0 "null",
        /// `text`.
        String = 1 "string",
        /// `number`.
        Int = 2 "int",
        /// `number` / 10^`scale`.
        Decimal = 3 "decimal",
        /// `number`, 0 or 1.
        Bool = 4 "bool",
        /// The enum member `text`.
        Member = 5 "member",
        => Null
    }

    /// A validation that has a value.
    pub enum RuleKind {
        /// Least length in code points: `number`.
        MinLength = 0 "min_length",
        /// Greatest length in code points: `number`.
        MaxLength = 1 "max_length",
        /// Least value: `number` / 10^`scale`.
        Min = 2 "min",
        /// Greatest value: `number` / 10^`scale`.
        Max = 3 "max",
        /// Greatest size of a file in bytes: `number`.
        MaxSize = 4 "max_size",
        /// Regular expression: `text`.
        Regex = 5 "regex",
        /// Accepted media types: `text`.
        Accept = 6 "accept",
        => MaxLength
    }
}

records! {
    /// One entity; the table is sorted by `name`.
    pub struct EntityRecord {
        /// Its name.
        pub name: Text,
        /// Its table in the database.
        pub table: Text,
        /// Into `fields`, declared ones in declared order, then the implicit ones.
        pub fields: List,
        /// Into `uniques`.
        pub uniques: List,
        /// Its key, an index into `fields` that lies in the entity's own range.
        pub primary_key: U32,
    }

    /// One field of an entity or embedded type.
    pub struct FieldRecord {
        /// Its name.
        pub name: Text,
        /// Its column in the database; its name in an embedded type's JSON.
        pub column: Text,
        /// Its type.
        pub kind: Code<FieldKind>,
        /// What happens when the row it refers to is removed; `Restrict` unless it is a reference.
        pub on_delete: Code<OnDelete>,
        /// Bits of [`field_flag`].
        pub flags: U32,
        /// Enum, embedded type or entity by `kind`, else NONE; NONE for a reference to `__User`.
        pub target: U32,
        /// The field a reference points to, in `fields`; NONE for `__User.id` and for other kinds.
        pub target_field: U32,
        /// Digits of a decimal, else 0.
        pub precision: U16,
        /// Decimal places of a decimal, else 0.
        pub scale: U16,
        /// Into `defaults`, or NONE; the present ones count up from 0.
        pub default: U32,
        /// Into `rules`, sorted by kind, at most one each.
        pub rules: List,
    }

    /// The default of one field.
    pub struct DefaultRecord {
        /// What it is.
        pub kind: Code<DefaultKind>,
        /// The string or member, else empty.
        pub text: Text,
        /// The mantissa of a number, or 0 and 1 for a bool, else 0.
        pub number: I64,
        /// Decimal places of `number`.
        pub scale: u8,
    }

    /// One validation of a field that has a value.
    pub struct RuleRecord {
        /// What it limits.
        pub kind: Code<RuleKind>,
        /// The mantissa of the limit, 0 for texts.
        pub number: I64,
        /// Decimal places of `number`.
        pub scale: u8,
        /// The regular expression or media types, else empty.
        pub text: Text,
    }

    /// Fields of an entity that are unique together.
    pub struct UniqueRecord {
        /// Into `unique_fields`; at least two.
        pub fields: List,
    }

    /// One field of a unique set.
    pub struct UniqueFieldRecord {
        /// Into `fields`, in the entity's own range.
        pub field: U32,
    }

    /// One enum; the table is sorted by `name`.
    pub struct EnumRecord {
        /// Its name.
        pub name: Text,
        /// Into `members`, in declared order; at least one.
        pub members: List,
    }

    /// One member of an enum.
    pub struct MemberRecord {
        /// Its name.
        pub name: Text,
    }

    /// One embedded type; the table is sorted by `name`.
    pub struct TypeRecord {
        /// Its name.
        pub name: Text,
        /// Into `fields`, behind those of all entities.
        pub fields: List,
    }
}

tables! {
    /// The `DATA` section of a file.
    pub struct Data = Data {
        /// Sorted by name.
        entities: EntityRecord,
        /// Tiled by `entities.fields`, then `types.fields`.
        fields: FieldRecord,
        /// One for each field that has a default, in the order of the fields.
        defaults: DefaultRecord,
        /// Tiled by `fields.rules`.
        rules: RuleRecord,
        /// Tiled by `entities.uniques`.
        uniques: UniqueRecord,
        /// Tiled by `uniques.fields`.
        unique_fields: UniqueFieldRecord,
        /// Sorted by name.
        enums: EnumRecord,
        /// Tiled by `enums.members`.
        members: MemberRecord,
        /// Sorted by name.
        types: TypeRecord,
    }
}
