//! Fields of entities, embedded types and validation types: type, annotations, default.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast;
use inspire_syntax::ast::Tail;

use super::fields::Fields;
use super::{Checker, annotation, defaults, names, types};
use crate::model::{Data, EntityId, Field, FieldId, OnDelete, Scalar, Type, TypeKind};

/// Where a field stands, which decides what may be attached to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// In an entity.
    Entity,
    /// In an embedded type.
    Embedded,
    /// In a validation type.
    Validation,
}

/// Reads a field: its type, its annotations and its default; rules and default go into `data`.
pub(super) fn read<'a>(
    cx: &mut Checker<'a>,
    fields: &Fields<'a>,
    data: &mut Data<'a>,
    file: FileId,
    node: &'a ast::Field<'a>,
    owner: Owner,
) -> Field<'a> {
    let mut ty = types::read(cx, fields, file, &node.ty);
    if owner == Owner::Embedded && matches!(ty.kind, TypeKind::Reference(..)) {
        let place = Location::new(file, node.ty.span());
        let new = Diagnostic::new(Code::UnknownType, place, "an embedded type cannot hold a reference")
            .label("a reference")
            .help("no key of another table is kept inside a value; put the reference into the entity");
        cx.report(new);
        ty.kind = TypeKind::Broken;
    }
    let mut field = Field { declared: Some(node), ..plain(node.name.text, ty) };
    if node.tails.is_empty() {
        let at = data.rules.len() as u32;
        field.rules = (at, at);
        return field;
    }
    annotation::read(cx, data, file, node, owner, &mut field);
    let mut first: Option<Location> = None;
    for tail in node.tails {
        match tail {
            Tail::Default(default) => {
                let place = Location::new(file, default.1);
                match first {
                    Some(first) => cx.report(second_default(place, first)),
                    None => {
                        field.default = defaults::read(cx, data, file, &field, &default.0);
                        first = Some(place);
                    }
                }
            }
            Tail::From(binding) | Tail::SelectFrom(binding) => {
                let place = Location::new(file, binding.span);
                cx.report(
                    Diagnostic::new(
                        Code::MisplacedAnnotation,
                        place,
                        "only attributes of the principal are bound",
                    )
                    .label("has no meaning on a field")
                    .help("move the attribute into `auth { principal { … } }`"),
                );
            }
            Tail::Annotation(_) => {}
        }
    }
    field
}

#[cold]
fn second_default(place: Location, first: Location) -> Diagnostic {
    Diagnostic::new(Code::DuplicateAnnotation, place, "the field has two defaults")
        .label("a second default")
        .related(first, "the first default")
        .help("remove one of them")
}

/// A reference names one row, so what it points to must be unique by itself.
pub(super) fn reference_is_to_a_key(cx: &mut Checker<'_>, data: &Data<'_>, file: FileId, field: &Field<'_>) {
    if let (TypeKind::Reference(target, key), Some(node)) = (field.ty.kind, field.declared)
        && !data.field(key).is_key()
    {
        let place = Location::new(file, node.ty.base.span());
        reference_to_non_unique(cx, data, place, target, key);
    }
}

#[cold]
fn reference_to_non_unique(
    cx: &mut Checker<'_>,
    data: &Data<'_>,
    place: Location,
    target: EntityId,
    key: FieldId,
) {
    let path = format!("{}.{}", data.entity(target).name, data.field(key).name);
    let mut new =
        Diagnostic::new(Code::ReferenceToNonUnique, place, format!("`{path}` does not name one row"))
            .label("not unique");
    if let Some(declared) = names::declared_at(data, target, key) {
        new = new.related(declared, "several rows may share a value of this field");
    }
    let id = format!("{}.id", data.entity(target).name);
    let help = if target == EntityId::USER {
        "refer to `__User.id`".to_owned()
    } else {
        format!("refer to `{id}`, or add `@unique` to `{path}`")
    };
    cx.report(new.help(help));
}

/// A scalar type that is neither a list nor null.
pub(super) const fn scalar(scalar: Scalar) -> Type {
    Type { kind: TypeKind::Scalar(scalar), array: false, nullable: false }
}

/// A field without declaration, annotations or default.
pub(super) const fn plain(name: &str, ty: Type) -> Field<'_> {
    Field {
        name,
        declared: None,
        ty,
        unique: false,
        primary_key: false,
        sensitive: false,
        pii: false,
        trim: false,
        email: false,
        url: false,
        on_delete: OnDelete::Restrict,
        rules: (0, 0),
        default: None,
    }
}
