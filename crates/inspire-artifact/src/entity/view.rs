//! What a reader sees of `DATA`.

use serde::Serialize;

use super::{
    Data, DefaultKind, DefaultRecord, EntityRecord, EnumRecord, FieldKind, FieldRecord, MemberRecord,
    OnDelete, RuleKind, RuleRecord, TypeRecord, UniqueFieldRecord, UniqueRecord, field_flag,
};
use crate::record::NONE;
use crate::strings::Texts;
use crate::value::{Decimal, Literal};
use crate::view::{Items, View};

/// One entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Entity<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its table in the database.
    pub table: &'a str,
    /// The name of its key field.
    pub primary_key: &'a str,
    /// Declared fields in declared order, then the implicit ones.
    pub fields: Items<'a, Field<'a>>,
    /// Sets of fields that are unique together.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub unique: Items<'a, Unique<'a>>,
}

/// One field of an entity or embedded type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its column in the database.
    pub column: &'a str,
    /// Its type, without `[]` and `?`.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// The enum, embedded type or entity by `kind`, `__User` included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<&'a str>,
    /// The field a reference points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_field: Option<&'a str>,
    /// What happens when the row it refers to is removed; only references have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_delete: Option<OnDelete>,
    /// Digits and decimal places of a decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<(u16, u16)>,
    /// What else holds for it.
    #[serde(flatten)]
    pub flags: FieldFlags,
    /// Its default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Literal<'a>>,
    /// Its validations that have a value.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub rules: Items<'a, Rule<'a>>,
}

/// What holds for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldFlags(
    /// Bits of [`field_flag`].
    pub u32,
);

impl FieldFlags {
    const WORDS: [(u32, &'static str); 12] = [
        (field_flag::NULLABLE, "nullable"),
        (field_flag::ARRAY, "array"),
        (field_flag::UNIQUE, "unique"),
        (field_flag::PRIMARY_KEY, "primary_key"),
        (field_flag::SENSITIVE, "sensitive"),
        (field_flag::PII, "pii"),
        (field_flag::TRIM, "trim"),
        (field_flag::EMAIL, "email"),
        (field_flag::URL, "url"),
        (field_flag::IMPLICIT, "implicit"),
        (field_flag::OPTIONAL, "optional"),
        (field_flag::CONSTANT, "constant"),
    ];

    /// Whether every bit of `flags` is set.
    pub const fn contains(self, flags: u32) -> bool {
        self.0 & flags == flags
    }

    /// The words of the set bits.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::WORDS.into_iter().filter(move |&(bit, _)| self.contains(bit)).map(|(_, word)| word)
    }
}

impl Serialize for FieldFlags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.words().map(|word| (word, true)))
    }
}

/// One validation that has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rule<'a> {
    /// What it limits.
    pub kind: RuleKind,
    /// The limit.
    pub value: Literal<'a>,
}

/// Fields that are unique together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Unique<'a> {
    /// The fields' names.
    pub fields: Items<'a, FieldName<'a>>,
}

/// The name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FieldName<'a> {
    /// Its name.
    pub name: &'a str,
}

/// One enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Enum<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its members, in declared order.
    pub members: Items<'a, Member<'a>>,
}

/// One member of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Member<'a> {
    /// Its name.
    pub name: &'a str,
}

/// One embedded type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Type<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its fields, in declared order.
    pub fields: Items<'a, Field<'a>>,
}

impl<'a> Data<'a> {
    /// All entities, by name.
    pub fn entities(&self) -> Items<'a, Entity<'a>> {
        Items::new(*self, self.entities)
    }

    /// The entity of this name.
    pub fn entity(&self, name: &str) -> Option<Entity<'a>> {
        let by_name = |entity: &EntityRecord| self.texts.bytes(entity.name).cmp(name.as_bytes());
        self.entities().get(self.entities.binary_search_by(by_name).ok()?)
    }

    /// All fields of entities and embedded types, by their number in other sections.
    pub fn fields(&self) -> Items<'a, Field<'a>> {
        Items::new(*self, self.fields)
    }

    /// All enums, by name.
    pub fn enums(&self) -> Items<'a, Enum<'a>> {
        Items::new(*self, self.enums)
    }

    /// All embedded types, by name.
    pub fn types(&self) -> Items<'a, Type<'a>> {
        Items::new(*self, self.types)
    }

    /// The name of the entity of this number; `__User` for none.
    pub fn entity_name(&self, entity: u32) -> &'a str {
        match self.entities.get(entity as usize) {
            Some(record) => self.texts.get(record.name),
            None if entity == NONE => "__User",
            None => "",
        }
    }

    /// The name of the field of this number.
    pub fn field_name(&self, field: u32) -> &'a str {
        self.fields.get(field as usize).map_or("", |record| self.texts.get(record.name))
    }

    fn target(&self, field: &FieldRecord) -> Option<&'a str> {
        let target = field.target.get() as usize;
        match field.kind.get() {
            FieldKind::Enum => self.enums.get(target).map(|record| self.texts.get(record.name)),
            FieldKind::Embedded => self.types.get(target).map(|record| self.texts.get(record.name)),
            FieldKind::Reference => Some(self.entity_name(field.target.get())),
            _ => None,
        }
    }

    fn target_field(&self, field: &FieldRecord) -> Option<&'a str> {
        let reference = field.kind.get() == FieldKind::Reference;
        let to_user = field.target_field.get() == NONE;
        reference.then(|| if to_user { "id" } else { self.field_name(field.target_field.get()) })
    }
}

/// The value of a default.
pub(crate) fn literal<'a>(texts: Texts<'a>, record: &DefaultRecord) -> Literal<'a> {
    let number = record.number.get();
    match record.kind.get() {
        DefaultKind::Null => Literal::Null,
        DefaultKind::String => Literal::String(texts.get(record.text)),
        DefaultKind::Int => Literal::Number(Decimal { mantissa: number, scale: 0 }),
        DefaultKind::Decimal => Literal::Number(Decimal { mantissa: number, scale: record.scale }),
        DefaultKind::Bool => Literal::Bool(number != 0),
        DefaultKind::Member => Literal::Member(texts.get(record.text)),
    }
}

impl<'a> View<'a> for Entity<'a> {
    type Section = Data<'a>;
    type Record = EntityRecord;

    fn of(data: Data<'a>, record: &'a EntityRecord) -> Self {
        Self {
            name: data.texts.get(record.name),
            table: data.texts.get(record.table),
            primary_key: data.field_name(record.primary_key.get()),
            fields: Items::new(data, record.fields.of(data.fields)),
            unique: Items::new(data, record.uniques.of(data.uniques)),
        }
    }
}

impl<'a> View<'a> for Field<'a> {
    type Section = Data<'a>;
    type Record = FieldRecord;

    fn of(data: Data<'a>, record: &'a FieldRecord) -> Self {
        let kind = record.kind.get();
        let default = data.defaults.get(record.default.get() as usize);
        Self {
            name: data.texts.get(record.name),
            column: data.texts.get(record.column),
            kind,
            target: data.target(record),
            target_field: data.target_field(record),
            on_delete: (kind == FieldKind::Reference).then(|| record.on_delete.get()),
            digits: (kind == FieldKind::Decimal).then(|| (record.precision.get(), record.scale.get())),
            flags: FieldFlags(record.flags.get()),
            default: default.map(|record| literal(data.texts, record)),
            rules: Items::new(data.texts, record.rules.of(data.rules)),
        }
    }
}

impl<'a> View<'a> for Rule<'a> {
    type Section = Texts<'a>;
    type Record = RuleRecord;

    fn of(texts: Texts<'a>, record: &'a RuleRecord) -> Self {
        let kind = record.kind.get();
        let value = match kind {
            RuleKind::Regex | RuleKind::Accept => Literal::String(texts.get(record.text)),
            _ => Literal::Number(Decimal { mantissa: record.number.get(), scale: record.scale }),
        };
        Self { kind, value }
    }
}

impl<'a> View<'a> for Unique<'a> {
    type Section = Data<'a>;
    type Record = UniqueRecord;

    fn of(data: Data<'a>, record: &'a UniqueRecord) -> Self {
        Self { fields: Items::new(data, record.fields.of(data.unique_fields)) }
    }
}

impl<'a> View<'a> for FieldName<'a> {
    type Section = Data<'a>;
    type Record = UniqueFieldRecord;

    fn of(data: Data<'a>, record: &'a UniqueFieldRecord) -> Self {
        Self { name: data.field_name(record.field.get()) }
    }
}

impl<'a> View<'a> for Enum<'a> {
    type Section = Data<'a>;
    type Record = EnumRecord;

    fn of(data: Data<'a>, record: &'a EnumRecord) -> Self {
        Self { name: data.texts.get(record.name), members: Items::new(data, record.members.of(data.members)) }
    }
}

impl<'a> View<'a> for Member<'a> {
    type Section = Data<'a>;
    type Record = MemberRecord;

    fn of(data: Data<'a>, record: &'a MemberRecord) -> Self {
        Self { name: data.texts.get(record.name) }
    }
}

impl<'a> View<'a> for Type<'a> {
    type Section = Data<'a>;
    type Record = TypeRecord;

    fn of(data: Data<'a>, record: &'a TypeRecord) -> Self {
        Self { name: data.texts.get(record.name), fields: Items::new(data, record.fields.of(data.fields)) }
    }
}
