//! `VTYP`: what the bodies of requests have to look like.
//!
//! A type has one variant unless it is a tagged union; all that it was derived from is expanded to final fields.

use zerocopy::little_endian::{U16, U32};

use crate::entity::{DefaultRecord, FieldKind, RuleRecord};
use crate::record::{Code, List, Text, records};
use crate::table::tables;

mod check;
mod view;

pub use view::{Field, Validation, Variant};

records! {
    /// One validation type; the table is sorted by `name`.
    pub struct ValidationRecord {
        /// Its name.
        pub name: Text,
        /// The key whose value tells the variants apart; empty unless it is a union.
        pub discriminant: Text,
        /// Into `variants`: at least two of a union, else exactly one.
        pub variants: List,
    }

    /// One variant of a validation type.
    pub struct VariantRecord {
        /// The value of the discriminant, which no other variant has; empty unless the type is a union.
        pub tag: Text,
        /// Into `fields`, in their order, the discriminant left out; at least one unless the type is a union.
        pub fields: List,
    }

    /// One field of a variant.
    pub struct FieldRecord {
        /// Its name.
        pub name: Text,
        /// Its type.
        pub kind: Code<FieldKind>,
        /// Bits of [`crate::entity::field_flag`]; those that a request can have.
        pub flags: U32,
        /// Enum, embedded type or entity in `DATA` by `kind`, else NONE; NONE for a reference to `__User`.
        pub target: U32,
        /// The target's name, else empty.
        pub target_name: Text,
        /// The field in `DATA` that a reference points to; NONE for `__User` and for other kinds.
        pub target_field: U32,
        /// That field's name, else empty.
        pub target_field_name: Text,
        /// Digits of a decimal, else 0.
        pub precision: U16,
        /// Decimal places of a decimal, else 0.
        pub scale: U16,
        /// Into `defaults`, or NONE; the present ones count up from 0.
        pub default: U32,
        /// The one value that it can have, for a field with the flag `CONSTANT`, else empty.
        pub constant: Text,
        /// Into `rules`, sorted by kind, at most one each.
        pub rules: List,
    }
}

tables! {
    /// The `VTYP` section of a file.
    pub struct Validations = Validations {
        /// Sorted by name.
        validations: ValidationRecord,
        /// Tiled by `validations.variants`.
        variants: VariantRecord,
        /// Tiled by `variants.fields`.
        fields: FieldRecord,
        /// One for each field that has a default, in the order of the fields.
        defaults: DefaultRecord,
        /// Tiled by `fields.rules`.
        rules: RuleRecord,
    }
}
