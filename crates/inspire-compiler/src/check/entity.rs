//! Entities, enums and embedded types.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast;
use inspire_syntax::ast::{Tail, UniqueList, ValueKind};

use super::field::{self, Owner, plain, scalar};
use super::fields::{Fields, IMPLICIT};
use super::{Checker, annotation, names, recursion, setting};
use crate::model::{
    Data, Embedded, Entity, EntityId, Enum, EnumId, Field, FieldId, Scalar, Type, TypeId, TypeKind,
};
use crate::resolve::{Declared, duplicate_name, reserved_name};

/// Checks all data declarations and gives the tables that every other rule reads.
pub(crate) fn check<'a>(cx: &mut Checker<'a>, fields: &Fields<'a>) -> Data<'a> {
    let mut data = empty(cx, fields.len());
    enums(cx);
    for id in 0..cx.names.entities.len() as u32 {
        let Some(declared) = cx.names.entities.get(id as usize).copied() else { continue };
        entity(cx, fields, &mut data, EntityId(id), declared);
    }
    for id in 0..cx.names.types.len() as u32 {
        let Some(declared) = cx.names.types.get(id as usize).copied() else { continue };
        embedded(cx, fields, &mut data, TypeId(id), declared);
    }
    references_are_to_keys(cx, &data);
    recursion::types_do_not_contain_themselves(cx, &data);
    data
}

fn empty<'a>(cx: &Checker<'a>, fields: usize) -> Data<'a> {
    let uuid = scalar(Scalar::Uuid);
    let name = Type { nullable: true, ..scalar(Scalar::String) };
    let id = Field { primary_key: true, ..plain("id", uuid) };
    let enums = cx.names.enums.iter();
    Data {
        entities: Vec::with_capacity(cx.names.entities.len()),
        fields: Vec::with_capacity(fields),
        enums: enums.map(|e| Enum { name: e.node.name.text, declared: (e.file, e.node) }).collect(),
        types: Vec::with_capacity(cx.names.types.len()),
        rules: Vec::new(),
        defaults: Vec::new(),
        user: Entity {
            name: "__User",
            declared: None,
            fields: (FieldId::USER.0, FieldId::USER.0 + 4),
            primary_key: FieldId::USER,
            uniques: Vec::new(),
        },
        user_fields: [
            id,
            Field { unique: true, ..plain("email", scalar(Scalar::String)) },
            plain("name", name),
            plain("createdAt", scalar(Scalar::DateTime)),
        ],
    }
}

fn enums(cx: &mut Checker<'_>) {
    for i in 0..cx.names.enums.len() as u32 {
        let Some(declared) = cx.names.enums.get(i as usize).copied() else { continue };
        let members = declared.node.members;
        if members.is_empty() && !declared.node.partial {
            let name = declared.node.name;
            let new = Diagnostic::new(
                Code::EmptyEnum,
                declared.at(name.span),
                format!("`{}` has no member", name.text),
            )
            .label("no value of this type could exist")
            .help(format!("list its members: `enum {} {{ Draft, Published }}`", name.text));
            cx.report(new);
        }
        for member in members {
            let place = declared.at(member.span);
            if member.text.starts_with("__") {
                cx.report(reserved_name(place, member.text));
            }
            if !cx.members.insert((EnumId(i), member.text)) {
                let first = members.iter().find(|first| first.text == member.text).unwrap_or(member);
                cx.report(duplicate_name(member.text, place, declared.at(first.span)));
            }
        }
    }
}

fn entity<'a>(
    cx: &mut Checker<'a>,
    fields: &Fields<'a>,
    data: &mut Data<'a>,
    id: EntityId,
    declared: Declared<'a, ast::Entity<'a>>,
) {
    let range = fields.of_entity(id);
    let mut key = None;
    for (number, node) in (range.0..).zip(declared.node.fields) {
        let field = field::read(cx, fields, data, declared.file, node, Owner::Entity);
        if field.primary_key {
            one_primary_key(cx, declared, declared.node.fields, key, node);
            key.get_or_insert(FieldId(number));
        }
        implicit_field_agrees(cx, declared.file, &field, node, key.is_some());
        data.fields.push(field);
    }
    let first_implicit = data.fields.len() as u32;
    for number in first_implicit..range.1 {
        let field = implicit(fields, id, FieldId(number), declared.node.fields, key.is_some());
        let rules = data.rules.len() as u32;
        data.fields.push(Field { rules: (rules, rules), ..field });
    }
    let primary_key = key.or_else(|| fields.find(id, "id")).unwrap_or(FieldId(range.0));
    if let Some(field) = data.fields.get_mut(primary_key.0 as usize) {
        field.primary_key = true;
    }
    let uniques = uniques(cx, fields, data, id, declared);
    let name = declared.node.name.text;
    data.entities.push(Entity {
        name,
        declared: Some((declared.file, declared.node)),
        fields: range,
        primary_key,
        uniques,
    });
}

/// The implicit field with this number: whichever of the implicit ones is not declared, or the tenant column.
fn implicit<'a>(
    fields: &Fields<'a>,
    entity: EntityId,
    number: FieldId,
    declared: &[ast::Field<'a>],
    own_key: bool,
) -> Field<'a> {
    let found = IMPLICIT.into_iter().find(|name| {
        fields.find(entity, name) == Some(number) && !declared.iter().any(|field| field.name.text == *name)
    });
    match found {
        Some("id") => Field { primary_key: !own_key, ..plain("id", scalar(Scalar::Uuid)) },
        Some(name) => plain(name, scalar(Scalar::DateTime)),
        // The tenant column gets its type when the namespace is checked.
        None => {
            let ty = Type { kind: TypeKind::Broken, array: false, nullable: false };
            plain(fields.tenant_column(entity).unwrap_or_default(), ty)
        }
    }
}

fn one_primary_key<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Entity<'a>>,
    fields: &'a [ast::Field<'a>],
    first: Option<FieldId>,
    node: &ast::Field<'a>,
) {
    if first.is_none() {
        return;
    }
    let at = |field: &ast::Field<'_>| {
        let tail = field.tails.iter().find(
            |tail| matches!(tail, Tail::Annotation(annotation) if annotation.name.text == "@primaryKey"),
        );
        declared.at(tail.map_or(field.name.span, Tail::span))
    };
    let first = fields.iter().find(|field| super::fields::is_primary_key(field)).unwrap_or(node);
    let place = at(node);
    cx.report(
        Diagnostic::new(
            Code::DuplicateAnnotation,
            place,
            format!("`{}` has two primary keys", declared.node.name.text),
        )
        .label("a second primary key")
        .related(at(first), "the first primary key")
        .help("an entity has one key; where two fields name a row together, add `@unique([a, b])`"),
    );
}

/// A field that every entity has may be declared by hand when it is the same field.
fn implicit_field_agrees(
    cx: &mut Checker<'_>,
    file: FileId,
    field: &Field<'_>,
    node: &ast::Field<'_>,
    has_key: bool,
) {
    let wanted = match field.name {
        "id" if !has_key => Scalar::Uuid,
        "createdAt" | "updatedAt" => Scalar::DateTime,
        _ => return,
    };
    if field.ty == scalar(wanted) || field.ty.kind == TypeKind::Broken {
        return;
    }
    let place = Location::new(file, node.ty.span());
    let word = wanted.word();
    let mut new = Diagnostic::new(
        Code::ImplicitFieldConflict,
        place,
        format!("every entity has a field `{}: {word}`", field.name),
    )
    .label("another type");
    new = if field.name == "id" {
        new.help("for a key of another type, add `@primaryKey`; otherwise leave the field out")
    } else {
        new.help("leave the field out, or take another name")
    };
    cx.report(new.suggestion(format!("replace with `{word}`"), place, word));
}

fn uniques<'a>(
    cx: &mut Checker<'a>,
    fields: &Fields<'a>,
    data: &Data<'a>,
    id: EntityId,
    declared: Declared<'a, ast::Entity<'a>>,
) -> Vec<Vec<FieldId>> {
    let mut sets: Vec<(Vec<FieldId>, Location)> = Vec::new();
    for node in declared.node.uniques {
        let Some(mut set) = unique(cx, fields, data, id, declared, node) else { continue };
        set.sort_unstable();
        let place = declared.at(node.span);
        match sets.iter().find(|(known, _)| *known == set) {
            Some((_, first)) => cx.report(
                Diagnostic::new(Code::DuplicateAnnotation, place, "these fields are unique together already")
                    .label("said again here")
                    .related(*first, "first said here")
                    .help("remove one of them")
                    .fix("remove it", place, ""),
            ),
            None => sets.push((set, place)),
        }
    }
    let mut sets: Vec<_> = sets.into_iter().map(|(set, _)| set).collect();
    sets.sort_unstable();
    sets
}

fn unique<'a>(
    cx: &mut Checker<'a>,
    fields: &Fields<'a>,
    data: &Data<'a>,
    id: EntityId,
    declared: Declared<'a, ast::Entity<'a>>,
    node: &UniqueList<'a>,
) -> Option<Vec<FieldId>> {
    let list = match node.arguments {
        [argument] if argument.label.is_none() => match argument.value.kind {
            ValueKind::List(list) => list,
            _ => &[],
        },
        _ => &[],
    };
    let mut set = Vec::with_capacity(list.len());
    let mut known = true;
    for value in list {
        let Some(name) = setting::name(value) else {
            cx.report(not_fields(declared.at(value.span), "a list of field names is wanted here"));
            return None;
        };
        match names::field(cx, fields, id, declared.file, name) {
            Some(field) => set.push((field, name)),
            None => known = false,
        }
    }
    let mut distinct: Vec<FieldId> = Vec::with_capacity(set.len());
    for (field, name) in &set {
        if distinct.contains(field) {
            let message = format!("`{}` is listed twice", name.text);
            cx.report(not_fields(declared.at(name.span), &message));
            return None;
        }
        distinct.push(*field);
        let of_field = data.fields.get(field.0 as usize);
        if of_field.is_some_and(|of_field| of_field.sensitive) {
            cx.report(annotation::sensitive_unique(declared.at(name.span), name.text));
        }
    }
    if !known {
        return None;
    }
    if distinct.len() < 2 {
        let message = "`@unique([…])` needs at least two fields";
        cx.report(
            not_fields(declared.at(node.span), message).help("for one field, write `@unique` after its type"),
        );
        return None;
    }
    Some(distinct)
}

#[cold]
fn not_fields(place: Location, message: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidAnnotation, place, message)
        .label("not two or more different fields")
        .help("write `@unique([first, second])`")
}

fn embedded<'a>(
    cx: &mut Checker<'a>,
    fields: &Fields<'a>,
    data: &mut Data<'a>,
    id: TypeId,
    declared: Declared<'a, ast::TypeDeclaration<'a>>,
) {
    let node = declared.node;
    for member in node.body.fields {
        let field = field::read(cx, fields, data, declared.file, member, Owner::Embedded);
        data.fields.push(field);
    }
    for list in node.body.uniques {
        cx.report(
            Diagnostic::new(
                Code::MisplacedAnnotation,
                declared.at(list.span),
                "an embedded type has no keys",
            )
            .label("has no meaning here")
            .help("put `@unique([…])` into the entity"),
        );
    }
    let fields = fields.of_type(id);
    data.types.push(Embedded { name: node.name.text, declared: (declared.file, node), fields });
}

/// A reference names one row, so what it points to must be unique by itself.
fn references_are_to_keys(cx: &mut Checker<'_>, data: &Data<'_>) {
    for (id, entity) in (0..).map(EntityId).zip(&data.entities) {
        let Some((file, _)) = entity.declared else { continue };
        for (_, field) in data.fields_of(id) {
            field::reference_is_to_a_key(cx, data, file, field);
        }
    }
}

/// An entity without a policy is closed to everybody, which is rarely meant unless something else reads it.
pub(crate) fn policies_exist(
    cx: &mut Checker<'_>,
    data: &Data<'_>,
    auth: &super::auth::AuthChecked<'_>,
    policies: &super::policy::PoliciesChecked<'_>,
    payments: Option<&crate::model::payments::Payments<'_>>,
) {
    let mut used = vec![false; data.entities.len()];
    let granted = policies.model.policies.iter().map(|policy| policy.entity);
    let junctions = policies.junctions.iter().copied();
    let read = auth.entities.iter().copied();
    let read = read.chain(payments.iter().flat_map(|it| [it.seat_entity, it.billing_entity]).flatten());
    for id in granted.chain(junctions).chain(read) {
        if let Some(used) = used.get_mut(id.0 as usize) {
            *used = true;
        }
    }
    for (entity, used) in data.entities.iter().zip(used) {
        let Some((file, node)) = entity.declared else { continue };
        if !used && node.policies.is_empty() && !node.partial {
            let place = Location::new(file, node.name.span);
            cx.report(
                Diagnostic::new(
                    Code::EntityWithoutPolicy,
                    place,
                    format!("nobody may read or write `{}`", node.name.text),
                )
                .label("has no policy")
                .help("add one, such as `@grant read`, or leave it closed on purpose"),
            );
        }
    }
}
