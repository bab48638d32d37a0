//! `VTYP`

use inspire_artifact::debug::Subject;
use inspire_artifact::entity::field_flag;
use inspire_artifact::validation::{FieldRecord, Tables, ValidationRecord, VariantRecord};
use inspire_artifact::{List, NONE};

use super::{Origins, add_doc, entity};
use crate::model::validation::{Field, Validation};
use crate::model::{Data, EnumId, TypeId, TypeKind};

// The numbers of the tables, for doc comments and places.
const VALIDATIONS: u8 = 0;
const FIELDS: u8 = 2;

pub(super) fn lower<'a>(
    validations: &[Validation<'a>],
    data: &Data<'a>,
    origins: &mut Origins<'_, 'a>,
) -> Tables {
    let mut tables = Tables::default();
    for validation in validations {
        let name = tables.strings.intern(validation.name);
        let discriminant = tables.strings.intern(validation.discriminant.unwrap_or_default());
        let first = tables.variants.len();
        for variant in &validation.variants {
            let tag = tables.strings.intern(variant.tag.unwrap_or_default());
            let first = tables.fields.len();
            variant.fields.iter().for_each(|field| self::field(&mut tables, data, field));
            tables.variants.push(VariantRecord { tag, fields: List::since(first, tables.fields.len()) });
        }
        let variants = List::since(first, tables.variants.len());
        tables.validations.push(ValidationRecord { name, discriminant, variants });
    }
    docs_and_places(&mut tables, validations, origins);
    tables
}

fn field(tables: &mut Tables, data: &Data<'_>, field: &Field<'_>) {
    let column = &field.column;
    let kind = column.ty.kind;
    let default = match column.default.and_then(|default| data.defaults.get(default as usize)) {
        Some(default) => {
            let record = entity::default(&mut tables.strings, *default);
            tables.defaults.push(record);
            tables.defaults.len() as u32 - 1
        }
        None => NONE,
    };
    let first_rule = tables.rules.len();
    for rule in data.rules_of(column) {
        let rule = entity::rule(&mut tables.strings, rule);
        tables.rules.push(rule);
    }
    let more = [(field.optional, field_flag::OPTIONAL), (field.constant.is_some(), field_flag::CONSTANT)];
    let more = more.iter().filter(|(set, _)| *set).fold(0, |flags, (_, bit)| flags | bit);
    let flags = entity::flags(column) & field_flag::VALIDATION | more;
    let (target, target_field) = entity::target(kind);
    let (target_name, target_field_name) = match kind {
        TypeKind::Enum(EnumId(id)) => (data.enums.get(id as usize).map_or("", |it| it.name), ""),
        TypeKind::Embedded(TypeId(id)) => (data.types.get(id as usize).map_or("", |it| it.name), ""),
        TypeKind::Reference(entity, field) => (data.entity(entity).name, data.field(field).name),
        _ => ("", ""),
    };
    let (precision, scale) = entity::digits(kind);
    let record = FieldRecord {
        name: tables.strings.intern(column.name),
        kind: entity::kind(kind).into(),
        flags: flags.into(),
        target: target.into(),
        target_name: tables.strings.intern(target_name),
        target_field: target_field.into(),
        target_field_name: tables.strings.intern(target_field_name),
        precision: precision.into(),
        scale: scale.into(),
        default: default.into(),
        constant: tables.strings.intern(field.constant.unwrap_or_default()),
        rules: List::since(first_rule, tables.rules.len()),
    };
    tables.fields.push(record);
}

/// Doc comments and places, table by table, because both are sorted so; a field has those of its declaration.
fn docs_and_places<'a>(tables: &mut Tables, validations: &[Validation<'a>], origins: &mut Origins<'_, 'a>) {
    for (record, validation) in validations.iter().enumerate() {
        let doc = origins.doc(validation.location.file, validation.start);
        origins.place(Subject::Validations, VALIDATIONS, record, validation.location);
        add_doc(&mut tables.strings, &mut tables.docs, VALIDATIONS.into(), record, doc);
    }
    let variants = validations.iter().flat_map(|validation| &validation.variants);
    for (record, field) in variants.flat_map(|variant| &variant.fields).enumerate() {
        let Some(origin) = field.origin else { continue };
        let doc = origins.doc(origin.file, origin.span.start);
        origins.place(Subject::Validations, FIELDS, record, origin);
        add_doc(&mut tables.strings, &mut tables.docs, FIELDS.into(), record, doc);
    }
}
