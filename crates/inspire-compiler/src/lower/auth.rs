//! `AUTH`

use inspire_artifact::auth::{
    self as artifact, AttributeRecord, ConditionRecord, OperandKind, ProviderRecord, SettingsRecord, Tables,
    password_rule as rule,
};
use inspire_artifact::debug::Subject;
use inspire_artifact::{List, NONE, Text};

use super::{Origins, add_doc, column, entity_index};
use crate::check::types;
use crate::model::{
    Attribute, Auth, Binding, Condition, Data, EntityId, Linking, Operand, Password, Provider,
};

const SETTINGS: u8 = 0;
const ATTRIBUTES: u8 = 2;

pub(super) fn lower<'a>(auth: &Auth<'a>, data: &Data<'a>, origins: &mut Origins<'_, 'a>) -> Tables {
    let mut tables = Tables::default();
    tables.settings.push(settings(auth));
    let start = auth.location.span.start;
    let doc = origins.doc(auth.location.file, start);
    add_doc(&mut tables.strings, &mut tables.docs, SETTINGS.into(), 0, doc);
    origins.place(Subject::Auth, SETTINGS, 0, auth.location);
    for provider in &auth.providers {
        let provider = match provider {
            Provider::Email => artifact::Provider::Email,
            Provider::Google => artifact::Provider::Google,
            Provider::Github => artifact::Provider::Github,
        };
        tables.providers.push(ProviderRecord { provider: provider.into() });
    }
    for (i, item) in auth.attributes.iter().enumerate() {
        let record = attribute(&mut tables, data, item);
        tables.attributes.push(record);
        let doc = origins.doc(item.location.file, item.location.span.start);
        add_doc(&mut tables.strings, &mut tables.docs, ATTRIBUTES.into(), i, doc);
        origins.place(Subject::Auth, ATTRIBUTES, i, item.location);
    }
    tables
}

fn settings(auth: &Auth<'_>) -> SettingsRecord {
    let linking = match auth.linking {
        Linking::Manual => artifact::Linking::Manual,
        Linking::Disabled => artifact::Linking::Disabled,
    };
    let password = auth.password;
    SettingsRecord {
        session_duration_seconds: auth.session_duration_seconds.into(),
        linking: linking.into(),
        password: password.is_some().into(),
        min_length: password.map_or(0, |password| password.min_length).into(),
        max_length: password.map_or(0, |password| password.max_length).into(),
        password_rules: password.map_or(0, |password| rules(&password)),
    }
}

fn rules(password: &Password) -> u8 {
    [
        (password.require_uppercase, rule::UPPERCASE),
        (password.require_lowercase, rule::LOWERCASE),
        (password.require_digit, rule::DIGIT),
        (password.require_special, rule::SPECIAL),
        (password.block_common, rule::BLOCK_COMMON),
        (password.breach_check, rule::BREACH_CHECK),
    ]
    .iter()
    .filter(|(set, _)| *set)
    .fold(0, |rules, (_, bit)| rules | bit)
}

fn attribute<'a>(tables: &mut Tables, data: &Data<'a>, attribute: &Attribute<'a>) -> AttributeRecord {
    let first = tables.conditions.len();
    for item in &attribute.conditions {
        let record = condition(tables, data, item);
        tables.conditions.push(record);
    }
    let is_user = attribute.entity == EntityId::USER;
    let entity = data.entity(attribute.entity).name;
    let field = data.field(attribute.field).name;
    let link = attribute.user_link.map(|link| data.field(link).name);
    let binding = match attribute.binding {
        _ if is_user => artifact::Binding::User,
        Binding::From => artifact::Binding::From,
        Binding::SelectFrom => artifact::Binding::SelectFrom,
    };
    let strings = &mut tables.strings;
    AttributeRecord {
        name: strings.intern(attribute.name),
        type_kind: super::entity::kind(attribute.ty.kind).into(),
        type_name: strings.intern(&types::show_kind(data, attribute.ty.kind)),
        nullable: attribute.ty.nullable.into(),
        array: attribute.ty.array.into(),
        binding: binding.into(),
        entity: entity_index(attribute.entity).into(),
        entity_name: strings.intern(entity),
        field_name: strings.intern(field),
        table: if is_user { Text::EMPTY } else { strings.intern(&column(entity)) },
        column: strings.intern(&column(field)),
        link_column: link.map_or(Text::EMPTY, |link| strings.intern(&column(link))),
        single_row: attribute.single_row.into(),
        conditions: List::since(first, tables.conditions.len()),
    }
}

fn condition<'a>(tables: &mut Tables, data: &Data<'a>, condition: &Condition<'a>) -> ConditionRecord {
    let name = data.field(condition.field).name;
    let (operand, text, number, scale, attribute) = match condition.operand {
        Operand::String(text) => (OperandKind::String, text, 0, 0, NONE),
        Operand::Number(number) if number.scale == 0 => (OperandKind::Int, "", number.mantissa, 0, NONE),
        Operand::Number(number) => (OperandKind::Decimal, "", number.mantissa, number.scale, NONE),
        Operand::Bool(value) => (OperandKind::Bool, "", i64::from(value), 0, NONE),
        Operand::PrincipalId => (OperandKind::PrincipalId, "", 0, 0, NONE),
        Operand::Attribute(id) => (OperandKind::Attribute, "", 0, 0, id.0),
    };
    ConditionRecord {
        field_name: tables.strings.intern(name),
        column: tables.strings.intern(&column(name)),
        operand: operand.into(),
        text: tables.strings.intern(text),
        number: number.into(),
        scale,
        attribute: attribute.into(),
    }
}
