//! `DATA`

use inspire_artifact::debug::Subject;
use inspire_artifact::entity::{
    self as artifact, DefaultKind, DefaultRecord, EntityRecord, EnumRecord, FieldKind, FieldRecord,
    MemberRecord, RuleRecord, Tables, TypeRecord, UniqueFieldRecord, UniqueRecord, field_flag as flag,
};
use inspire_artifact::{List, NONE, Strings};
use inspire_diagnostics::{FileId, Location};

use super::{Columns, Origins, add_doc, entity_index, field_index};
use crate::model::{Data, Default, Entity, Field, OnDelete, Rule, RuleKind, Scalar, TypeKind};

// The numbers of the tables, for doc comments and places.
const ENTITIES: u8 = 0;
const FIELDS: u8 = 1;
const ENUMS: u8 = 6;
const MEMBERS: u8 = 7;
const TYPES: u8 = 8;

pub(super) fn lower<'a>(data: &Data<'a>, origins: &mut Origins<'_, 'a>) -> Option<Tables> {
    if data.entities.is_empty() && data.enums.is_empty() && data.types.is_empty() {
        return None;
    }
    let mut tables = Tables::default();
    let mut columns = Columns::default();
    tables.entities.reserve_exact(data.entities.len());
    tables.fields.reserve_exact(data.fields.len());
    for item in &data.entities {
        entity(&mut tables, &mut columns, item);
    }
    for field in &data.fields {
        self::field(&mut tables, &mut columns, data, field);
    }
    enums(&mut tables, data);
    for ty in &data.types {
        let name = tables.strings.intern(ty.name);
        tables.types.push(TypeRecord { name, fields: list(ty.fields) });
    }
    docs_and_places(&mut tables, data, origins);
    Some(tables)
}

fn list((from, to): (u32, u32)) -> List {
    List::since(from as usize, to as usize)
}

fn entity<'a>(tables: &mut Tables, columns: &mut Columns<'a>, entity: &Entity<'a>) {
    let first = tables.uniques.len();
    for set in &entity.uniques {
        let start = tables.unique_fields.len();
        let fields = set.iter().map(|field| UniqueFieldRecord { field: field.0.into() });
        tables.unique_fields.extend(fields);
        tables.uniques.push(UniqueRecord { fields: List::since(start, tables.unique_fields.len()) });
    }
    let (name, table) = columns.intern(&mut tables.strings, entity.name);
    let record = EntityRecord {
        name,
        table,
        fields: list(entity.fields),
        uniques: List::since(first, tables.uniques.len()),
        primary_key: entity.primary_key.0.into(),
    };
    tables.entities.push(record);
}

fn field<'a>(tables: &mut Tables, columns: &mut Columns<'a>, data: &Data<'a>, field: &Field<'a>) {
    let default = match field.default.and_then(|default| data.defaults.get(default as usize)) {
        Some(default) => {
            let record = self::default(&mut tables.strings, *default);
            tables.defaults.push(record);
            tables.defaults.len() as u32 - 1
        }
        None => NONE,
    };
    let (precision, scale) = digits(field.ty.kind);
    let (target, target_field) = target(field.ty.kind);
    let first_rule = tables.rules.len();
    for rule in data.rules_of(field) {
        let rule = self::rule(&mut tables.strings, rule);
        tables.rules.push(rule);
    }
    let on_delete = match field.on_delete {
        OnDelete::Restrict => artifact::OnDelete::Restrict,
        OnDelete::Cascade => artifact::OnDelete::Cascade,
        OnDelete::SetNull => artifact::OnDelete::SetNull,
    };
    let (name, column) = columns.intern(&mut tables.strings, field.name);
    let record = FieldRecord {
        name,
        column,
        kind: kind(field.ty.kind).into(),
        on_delete: on_delete.into(),
        flags: flags(field).into(),
        target: target.into(),
        target_field: target_field.into(),
        precision: precision.into(),
        scale: scale.into(),
        default: default.into(),
        rules: List::since(first_rule, tables.rules.len()),
    };
    tables.fields.push(record);
}

/// The digits of a decimal and how many of them stand after the point; zeros for other types.
pub(super) fn digits(kind: TypeKind) -> (u16, u16) {
    match kind {
        TypeKind::Decimal(precision, scale) => (precision, scale),
        _ => (0, 0),
    }
}

/// The numbers in the artifact of what a type leads to: enum, embedded type or entity, and a field of the entity.
pub(super) fn target(kind: TypeKind) -> (u32, u32) {
    match kind {
        TypeKind::Enum(id) => (id.0, NONE),
        TypeKind::Embedded(id) => (id.0, NONE),
        TypeKind::Reference(entity, field) => (entity_index(entity), field_index(field)),
        _ => (NONE, NONE),
    }
}

pub(super) fn flags(field: &Field<'_>) -> u32 {
    [
        (field.ty.nullable, flag::NULLABLE),
        (field.ty.array, flag::ARRAY),
        (field.unique, flag::UNIQUE),
        (field.primary_key, flag::PRIMARY_KEY),
        (field.sensitive, flag::SENSITIVE),
        (field.pii, flag::PII),
        (field.trim, flag::TRIM),
        (field.email, flag::EMAIL),
        (field.url, flag::URL),
        (field.declared.is_none(), flag::IMPLICIT),
    ]
    .iter()
    .filter(|(set, _)| *set)
    .fold(0, |flags, (_, bit)| flags | bit)
}

pub(super) fn kind(kind: TypeKind) -> FieldKind {
    match kind {
        TypeKind::Scalar(scalar) => match scalar {
            Scalar::String => FieldKind::String,
            Scalar::Int => FieldKind::Int,
            Scalar::SmallInt => FieldKind::Smallint,
            Scalar::BigInt => FieldKind::Bigint,
            Scalar::Double => FieldKind::Double,
            Scalar::Boolean => FieldKind::Boolean,
            Scalar::DateTime => FieldKind::Datetime,
            Scalar::Date => FieldKind::Date,
            Scalar::Uuid => FieldKind::Uuid,
            Scalar::Bytes => FieldKind::Bytes,
            Scalar::Json => FieldKind::Json,
            Scalar::File => FieldKind::File,
        },
        TypeKind::Decimal(..) => FieldKind::Decimal,
        TypeKind::Enum(_) => FieldKind::Enum,
        TypeKind::Embedded(_) => FieldKind::Embedded,
        TypeKind::Reference(..) => FieldKind::Reference,
        // A model has no broken type: it is made only when nothing was wrong.
        TypeKind::Broken => FieldKind::Json,
    }
}

pub(super) fn default(strings: &mut Strings, default: Default<'_>) -> DefaultRecord {
    let (kind, text, number, scale) = match default {
        Default::Null => (DefaultKind::Null, "", 0, 0),
        Default::String(text) => (DefaultKind::String, text, 0, 0),
        Default::Number(number) if number.scale == 0 => (DefaultKind::Int, "", number.mantissa, 0),
        Default::Number(number) => (DefaultKind::Decimal, "", number.mantissa, number.scale),
        Default::Bool(value) => (DefaultKind::Bool, "", i64::from(value), 0),
        Default::Member(name) => (DefaultKind::Member, name, 0, 0),
    };
    DefaultRecord { kind: kind.into(), text: strings.intern(text), number: number.into(), scale }
}

pub(super) fn rule(strings: &mut Strings, rule: &Rule<'_>) -> RuleRecord {
    let text = strings.intern(rule.text);
    let kind = match rule.kind {
        RuleKind::MinLength => artifact::RuleKind::MinLength,
        RuleKind::MaxLength => artifact::RuleKind::MaxLength,
        RuleKind::Min => artifact::RuleKind::Min,
        RuleKind::Max => artifact::RuleKind::Max,
        RuleKind::MaxSize => artifact::RuleKind::MaxSize,
        RuleKind::Regex => artifact::RuleKind::Regex,
        RuleKind::Accept => artifact::RuleKind::Accept,
    };
    RuleRecord { kind: kind.into(), number: rule.number.mantissa.into(), scale: rule.number.scale, text }
}

fn enums(tables: &mut Tables, data: &Data<'_>) {
    for item in &data.enums {
        let name = tables.strings.intern(item.name);
        let first = tables.members.len();
        for member in item.declared.1.members {
            let name = tables.strings.intern(member.text);
            tables.members.push(MemberRecord { name });
        }
        tables.enums.push(EnumRecord { name, members: List::since(first, tables.members.len()) });
    }
}

/// Doc comments and places, table by table, because both are sorted so.
fn docs_and_places<'a>(tables: &mut Tables, data: &Data<'a>, origins: &mut Origins<'_, 'a>) {
    let mut add = |table: u8, record: usize, file: FileId, span: inspire_diagnostics::Span, start: u32| {
        origins.place(Subject::Data, table, record, Location::new(file, span));
        add_doc(&mut tables.strings, &mut tables.docs, table.into(), record, origins.doc(file, start));
    };
    for (i, entity) in data.entities.iter().enumerate() {
        if let Some((file, node)) = entity.declared {
            add(ENTITIES, i, file, node.name.span, node.span.start);
        }
    }
    let owners = data.entities.iter().filter_map(|entity| Some((entity.fields, entity.declared?.0)));
    let owners = owners.chain(data.types.iter().map(|ty| (ty.fields, ty.declared.0)));
    for ((from, to), file) in owners {
        let fields = data.fields.get(from as usize..to as usize).unwrap_or_default();
        for (i, field) in (from as usize..).zip(fields) {
            if let Some(node) = field.declared {
                add(FIELDS, i, file, node.name.span, node.name.span.start);
            }
        }
    }
    for (i, item) in data.enums.iter().enumerate() {
        let (file, node) = item.declared;
        add(ENUMS, i, file, node.name.span, node.span.start);
    }
    let members =
        data.enums.iter().flat_map(|item| item.declared.1.members.iter().map(|name| (item.declared.0, name)));
    for (i, (file, name)) in members.enumerate() {
        add(MEMBERS, i, file, name.span, name.span.start);
    }
    for (i, ty) in data.types.iter().enumerate() {
        let (file, node) = ty.declared;
        add(TYPES, i, file, node.name.span, node.keyword.start);
    }
}
