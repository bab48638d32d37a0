//! What a reader sees of `VTYP`.

use serde::Serialize;

use super::{FieldRecord, ValidationRecord, Validations, VariantRecord};
use crate::entity::{FieldFlags, FieldKind, Rule, literal};
use crate::value::Literal;
use crate::view::{Items, View};

/// One validation type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Validation<'a> {
    /// Its name.
    pub name: &'a str,
    /// The key whose value tells the variants of a union apart; none if it is no union.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discriminant: Option<&'a str>,
    /// The variants of a union, or the one list of fields.
    pub variants: Items<'a, Variant<'a>>,
}

/// One variant of a validation type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Variant<'a> {
    /// The value of the discriminant; none if the type is no union.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<&'a str>,
    /// The fields in their order, the discriminant left out.
    pub fields: Items<'a, Field<'a>>,
}

/// One field of a validation type.
///
/// It may be left out when it is `optional`, may be null or has a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type, without `[]` and `?`.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// The enum, embedded type or entity by `kind`, `__User` included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<&'a str>,
    /// The field a reference points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_field: Option<&'a str>,
    /// Digits and decimal places of a decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<(u16, u16)>,
    /// What else holds for it.
    #[serde(flatten)]
    pub flags: FieldFlags,
    /// The one value that it can have; none if it can have several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a str>,
    /// Its default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Literal<'a>>,
    /// Its validations that have a value.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub rules: Items<'a, Rule<'a>>,
}

impl<'a> Validations<'a> {
    /// All validation types, by name.
    pub fn validations(&self) -> Items<'a, Validation<'a>> {
        Items::new(*self, self.validations)
    }

    /// The validation type of this name.
    pub fn validation(&self, name: &str) -> Option<Validation<'a>> {
        let by_name = |record: &ValidationRecord| self.texts.bytes(record.name).cmp(name.as_bytes());
        self.validations().get(self.validations.binary_search_by(by_name).ok()?)
    }
}

impl<'a> View<'a> for Validation<'a> {
    type Section = Validations<'a>;
    type Record = ValidationRecord;

    fn of(section: Validations<'a>, record: &'a ValidationRecord) -> Self {
        Self {
            name: section.texts.get(record.name),
            discriminant: section.texts.present(record.discriminant),
            variants: Items::new(section, record.variants.of(section.variants)),
        }
    }
}

impl<'a> View<'a> for Variant<'a> {
    type Section = Validations<'a>;
    type Record = VariantRecord;

    fn of(section: Validations<'a>, record: &'a VariantRecord) -> Self {
        Self {
            tag: section.texts.present(record.tag),
            fields: Items::new(section, record.fields.of(section.fields)),
        }
    }
}

impl<'a> View<'a> for Field<'a> {
    type Section = Validations<'a>;
    type Record = FieldRecord;

    fn of(section: Validations<'a>, record: &'a FieldRecord) -> Self {
        let texts = section.texts;
        let kind = record.kind.get();
        let default = section.defaults.get(record.default.get() as usize);
        Self {
            name: texts.get(record.name),
            kind,
            target: texts.present(record.target_name),
            target_field: texts.present(record.target_field_name),
            digits: (kind == FieldKind::Decimal).then(|| (record.precision.get(), record.scale.get())),
            flags: FieldFlags(record.flags.get()),
            value: texts.present(record.constant),
            default: default.map(|record| literal(texts, record)),
            rules: Items::new(texts, record.rules.of(section.rules)),
        }
    }
}
