//! Entities, enums and embedded types, with all fields of a schema in one table.

use inspire_diagnostics::FileId;
use inspire_syntax::ast;

/// An entity: its place among all entities, which are sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub u32);

/// An enum: its place among all enums, which are sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnumId(pub u32);

/// An embedded type: its place among all embedded types, which are sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

/// A field: its place among the fields of all entities and embedded types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u32);

impl EntityId {
    /// The built-in `__User`; it sorts behind all others.
    pub const USER: Self = Self(u32::MAX);
}

impl FieldId {
    /// The first of the fields of `__User`; they follow each other from here.
    pub const USER: Self = Self(u32::MAX - 15);
}

/// All entities, enums and embedded types.
#[derive(Debug)]
pub struct Data<'a> {
    /// Sorted by name.
    pub entities: Vec<Entity<'a>>,
    /// The fields of the entities in their order, then those of the embedded types.
    pub fields: Vec<Field<'a>>,
    /// Sorted by name.
    pub enums: Vec<Enum<'a>>,
    /// Sorted by name.
    pub types: Vec<Embedded<'a>>,
    /// The validations of all fields, in the order of the fields.
    pub rules: Vec<Rule<'a>>,
    /// The defaults of all fields, in the order of the fields.
    pub defaults: Vec<Default<'a>>,
    /// The built-in `__User`.
    pub(crate) user: Entity<'a>,
    /// The fields of `__User`.
    pub(crate) user_fields: [Field<'a>; 4],
}

impl<'a> Data<'a> {
    /// The entity `id`.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity<'a> {
        self.entities.get(id.0 as usize).unwrap_or(&self.user)
    }

    /// The field `id`.
    #[must_use]
    pub fn field(&self, id: FieldId) -> &Field<'a> {
        let user = id.0.wrapping_sub(FieldId::USER.0) as usize;
        let [first, ..] = &self.user_fields;
        self.fields.get(id.0 as usize).or_else(|| self.user_fields.get(user)).unwrap_or(first)
    }

    /// The rules of a field, in the order of the artifact.
    #[must_use]
    pub fn rules_of(&self, field: &Field<'_>) -> &[Rule<'a>] {
        self.rules.get(field.rules.0 as usize..field.rules.1 as usize).unwrap_or_default()
    }

    /// The fields of the entity `id` with their numbers.
    pub fn fields_of(&self, id: EntityId) -> impl Iterator<Item = (FieldId, &Field<'a>)> {
        let entity = self.entity(id);
        (entity.fields.0..entity.fields.1).map(|id| (FieldId(id), self.field(FieldId(id))))
    }
}

/// An entity.
#[derive(Debug)]
pub struct Entity<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its declaration; none for `__User`.
    pub declared: Option<(FileId, &'a ast::Entity<'a>)>,
    /// Its fields, from and up to: declared ones in their order, then the implicit ones.
    pub fields: (u32, u32),
    /// The field that is its key.
    pub primary_key: FieldId,
    /// The sets of fields that are unique together.
    pub uniques: Vec<Vec<FieldId>>,
}

/// A field of an entity or embedded type.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its declaration; none for an implicit one.
    pub declared: Option<&'a ast::Field<'a>>,
    /// Its type.
    pub ty: Type,
    /// Whether no two rows share its value.
    pub unique: bool,
    /// Whether it is the key of its entity.
    pub primary_key: bool,
    /// `@sensitive`
    pub sensitive: bool,
    /// `@pii`
    pub pii: bool,
    /// `@trim`
    pub trim: bool,
    /// `@email`
    pub email: bool,
    /// `@url`
    pub url: bool,
    /// What happens when the row it refers to is removed.
    pub on_delete: OnDelete,
    /// Its rules in `Data::rules`: from and up to.
    pub rules: (u32, u32),
    /// Its default in `Data::defaults`.
    pub default: Option<u32>,
}

impl Field<'_> {
    /// Whether one value of the field names one row.
    #[must_use]
    pub fn is_key(&self) -> bool {
        self.unique || self.primary_key
    }
}

/// The type of a field or attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type {
    /// What stands before `[]` and `?`.
    pub kind: TypeKind,
    /// Whether it is a list.
    pub array: bool,
    /// Whether it may be null.
    pub nullable: bool,
}

/// A type without its suffixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// A scalar.
    Scalar(Scalar),
    /// `decimal(precision, scale)`
    Decimal(u16, u16),
    /// An enum.
    Enum(EnumId),
    /// An embedded type.
    Embedded(TypeId),
    /// A foreign key.
    Reference(EntityId, FieldId),
    /// A type that was reported as wrong: nothing more is said about it.
    Broken,
}

/// A scalar type without parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// Text.
    String,
    /// 32-bit integer.
    Int,
    /// 16-bit integer.
    SmallInt,
    /// 64-bit integer.
    BigInt,
    /// 64-bit floating point.
    Double,
    /// True or false.
    Boolean,
    /// A point in time.
    DateTime,
    /// A calendar day.
    Date,
    /// A UUID.
    Uuid,
    /// Bytes.
    Bytes,
    /// Any JSON value.
    Json,
    /// An uploaded file.
    File,
}

impl Scalar {
    /// Every scalar, in the order in which messages list them.
    pub const ALL: [Self; 12] = [
        Self::String,
        Self::Int,
        Self::SmallInt,
        Self::BigInt,
        Self::Double,
        Self::Boolean,
        Self::DateTime,
        Self::Date,
        Self::Uuid,
        Self::Bytes,
        Self::Json,
        Self::File,
    ];

    /// The word for it in a schema.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Int => "int",
            Self::SmallInt => "smallint",
            Self::BigInt => "bigint",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::DateTime => "datetime",
            Self::Date => "date",
            Self::Uuid => "uuid",
            Self::Bytes => "bytes",
            Self::Json => "json",
            Self::File => "file",
        }
    }

    /// The scalar called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::String,
            "int" => Self::Int,
            "smallint" => Self::SmallInt,
            "bigint" => Self::BigInt,
            "double" => Self::Double,
            "boolean" => Self::Boolean,
            "datetime" => Self::DateTime,
            "date" => Self::Date,
            "uuid" => Self::Uuid,
            "bytes" => Self::Bytes,
            "json" => Self::Json,
            "file" => Self::File,
            _ => return None,
        })
    }
}

/// What happens to a row when the row it refers to is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The removal is refused.
    Restrict,
    /// The row is removed too.
    Cascade,
    /// The reference becomes null.
    SetNull,
}

/// A validation that has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule<'a> {
    /// What it limits.
    pub kind: RuleKind,
    /// The limit, for a number.
    pub number: ast::Decimal,
    /// The pattern or media types, for a text.
    pub text: &'a str,
}

/// What a rule limits, in the order of the artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleKind {
    /// `@minLength`
    MinLength,
    /// `@maxLength`
    MaxLength,
    /// `@min`
    Min,
    /// `@max`
    Max,
    /// `@maxSize`
    MaxSize,
    /// `@regex`
    Regex,
    /// `@accept`
    Accept,
}

/// The value a field has when none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default<'a> {
    /// `null`
    Null,
    /// Text.
    String(&'a str),
    /// A number.
    Number(ast::Decimal),
    /// `true` or `false`
    Bool(bool),
    /// An enum member.
    Member(&'a str),
}

/// An enum.
#[derive(Debug)]
pub struct Enum<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its declaration.
    pub declared: (FileId, &'a ast::Enum<'a>),
}

/// An embedded type.
#[derive(Debug)]
pub struct Embedded<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its declaration.
    pub declared: (FileId, &'a ast::TypeDeclaration<'a>),
    /// Its fields: from and up to.
    pub fields: (u32, u32),
}
