//! Types of fields and attributes.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Argument, Name, TypeBase, ValueKind};

use super::fields::Fields;
use super::{Checker, names};
use crate::model::{Data, EnumId, FieldId, Scalar, Type, TypeId, TypeKind};
use crate::resolve::TypeName;

/// Reads a type; what is wrong with it is reported and makes it [`TypeKind::Broken`].
pub(crate) fn read<'a>(cx: &mut Checker<'a>, fields: &Fields<'a>, file: FileId, ty: &ast::Type<'a>) -> Type {
    let kind = match ty.base {
        TypeBase::Named(name) => named(cx, file, name),
        TypeBase::Call((name, arguments)) => call(cx, file, *name, arguments, ty.base.span()),
        TypeBase::Reference((entity, field)) => reference(cx, fields, file, *entity, *field),
    };
    let kind = if ty.arrays > 0 { element(cx, file, ty, kind) } else { kind };
    Type { kind, array: ty.arrays > 0, nullable: ty.nullable }
}

fn named<'a>(cx: &mut Checker<'a>, file: FileId, name: Name<'a>) -> TypeKind {
    if let Some(scalar) = Scalar::parse(name.text) {
        return TypeKind::Scalar(scalar);
    }
    match cx.names.type_name(name.text) {
        Some(TypeName::Enum(id)) => TypeKind::Enum(id),
        Some(TypeName::Embedded(id)) => TypeKind::Embedded(id),
        other => {
            let diagnostic = unknown_type(cx, Location::new(file, name.span), name.text, other);
            cx.diagnostics.extend(diagnostic);
            TypeKind::Broken
        }
    }
}

#[cold]
fn unknown_type(
    cx: &Checker<'_>,
    place: Location,
    name: &str,
    other: Option<TypeName>,
) -> Option<Diagnostic> {
    if name == "decimal" {
        return Some(malformed_decimal(place, "`decimal` needs its precision and scale"));
    }
    if cx.names.may_be_lost(name) {
        return None;
    }
    if let Some(TypeName::Entity(_)) = other {
        let to = format!("{name}.id");
        let new = Diagnostic::new(Code::UnknownType, place, format!("`{name}` is an entity, not a type"))
            .label("not a type")
            .help(format!("to refer to a row of it, write `{to}`"))
            .suggestion(format!("replace with `{to}`"), place, to.clone());
        return Some(new);
    }
    if let Some(TypeName::Validation(_)) = other {
        let message = format!("`{name}` is a validation type, which no field has");
        return Some(
            Diagnostic::new(Code::UnknownType, place, message)
                .label("not a type of values")
                .help(format!("declare an embedded type: `type {name} {{ … }}`")),
        );
    }
    let new =
        Diagnostic::new(Code::UnknownType, place, format!("no type is named `{name}`")).label("unknown type");
    let meant = match name {
        "str" | "text" | "String" | "varchar" => Some("string"),
        "integer" | "number" | "int32" => Some("int"),
        "int64" | "long" => Some("bigint"),
        "bool" => Some("boolean"),
        "float" | "real" => Some("double"),
        "timestamp" | "time" => Some("datetime"),
        "jsonb" | "object" => Some("json"),
        "blob" | "binary" => Some("bytes"),
        _ => None,
    };
    let scalars = Scalar::ALL.iter().map(|scalar| scalar.word()).chain(["decimal"]);
    let scalar = meant.or_else(|| closest(name, scalars));
    if scalar.is_some_and(|word| word != "decimal") {
        return Some(new.did_you_mean(place, scalar));
    }
    let guess = closest(name, cx.names.type_names());
    Some(match guess {
        Some(_) => new.did_you_mean_name(place, guess),
        None => new.help(format!(
            "the types are {}, `decimal(p, s)`, enums, embedded types and references like `Entity.id`",
            Scalar::ALL.map(|scalar| format!("`{}`", scalar.word())).join(", ")
        )),
    })
}

fn call<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    name: Name<'a>,
    arguments: &'a [Argument<'a>],
    span: Span,
) -> TypeKind {
    if name.text != "decimal" {
        let kind = named(cx, file, name);
        if kind != TypeKind::Broken {
            let place = Location::new(file, span);
            let new =
                Diagnostic::new(Code::UnknownType, place, format!("`{}` takes no arguments", name.text))
                    .label("only `decimal` has arguments")
                    .help("limits are annotations: `name: string @maxLength(120)`");
            cx.report(new);
        }
        return TypeKind::Broken;
    }
    let number = |argument: Option<&Argument<'a>>| match argument.map(|argument| argument.value.kind) {
        Some(ValueKind::Int(number)) => u16::try_from(number).ok(),
        _ => None,
    };
    let values = (number(arguments.first()), number(arguments.get(1)));
    let span = arguments.iter().fold(span, |span, argument| span.to(argument.span()));
    let place = Location::new(file, span);
    match values {
        (Some(precision @ 1..=1000), Some(scale)) if scale <= precision && arguments.len() == 2 => {
            TypeKind::Decimal(precision, scale)
        }
        _ => {
            let message = match (arguments, values) {
                ([_, _], (Some(0), _)) => "a `decimal` has at least one digit".to_owned(),
                ([_, _], (Some(1001..), _)) => "a `decimal` has at most 1000 digits".to_owned(),
                ([_, _], (Some(precision), Some(scale))) if scale > precision => {
                    format!("a `decimal` of {precision} digits cannot have {scale} of them after the point")
                }
                _ => "`decimal` needs its precision and scale, two numbers".to_owned(),
            };
            cx.report(malformed_decimal(place, &message));
            TypeKind::Broken
        }
    }
}

#[cold]
fn malformed_decimal(place: Location, message: &str) -> Diagnostic {
    Diagnostic::new(Code::MalformedDecimal, place, message).label("malformed").help(
        "write all digits first and those after the point second: `decimal(10, 2)` reaches up to 99999999.99",
    )
}

fn reference<'a>(
    cx: &mut Checker<'a>,
    fields: &Fields<'a>,
    file: FileId,
    entity: Name<'a>,
    field: Name<'a>,
) -> TypeKind {
    let Some(id) = names::entity(cx, file, entity) else { return TypeKind::Broken };
    match names::field(cx, fields, id, file, field) {
        Some(field) => TypeKind::Reference(id, field),
        None => TypeKind::Broken,
    }
}

/// What may stand before `[]`.
fn element(cx: &mut Checker<'_>, file: FileId, ty: &ast::Type<'_>, kind: TypeKind) -> TypeKind {
    let place = Location::new(file, ty.span());
    let new = |code, message: &str| Diagnostic::new(code, place, message);
    let diagnostic = match kind {
        _ if ty.arrays > 1 => new(Code::NestedArray, "a list cannot hold lists")
            .label("a list of lists")
            .help("keep the inner lists in an entity of their own, or in a `json` field"),
        TypeKind::Scalar(Scalar::File) => new(Code::FileArray, "files cannot be listed in one field")
            .label("a list of files")
            .help("make an entity with one `file` field and a reference to this one"),
        TypeKind::Reference(..) => new(Code::ReferenceArray, "references cannot be listed in one field")
            .label("a list of references")
            .help("make an entity between the two with a reference to each"),
        kind => return kind,
    };
    cx.report(diagnostic);
    TypeKind::Broken
}

/// A type as it would be written.
pub(crate) fn show(data: &Data<'_>, ty: Type) -> String {
    let base = show_kind(data, ty.kind);
    format!("{base}{}{}", if ty.array { "[]" } else { "" }, if ty.nullable { "?" } else { "" })
}

/// A type without its suffixes as it would be written.
pub(crate) fn show_kind(data: &Data<'_>, kind: TypeKind) -> String {
    match kind {
        TypeKind::Scalar(scalar) => scalar.word().to_owned(),
        TypeKind::Decimal(precision, scale) => format!("decimal({precision}, {scale})"),
        TypeKind::Enum(EnumId(id)) => data.enums.get(id as usize).map_or("", |e| e.name).to_owned(),
        TypeKind::Embedded(TypeId(id)) => data.types.get(id as usize).map_or("", |t| t.name).to_owned(),
        TypeKind::Reference(entity, field) => {
            format!("{}.{}", data.entity(entity).name, data.field(field).name)
        }
        TypeKind::Broken => "?".to_owned(),
    }
}

/// The type of a field seen from outside: a key of an entity is a reference to itself.
///
/// So `Team.id` of the entity `Team` and a field `teamId: Team.id` hold the same kind of thing.
pub(crate) fn as_reference(
    kind: TypeKind,
    owner: crate::model::EntityId,
    field: FieldId,
    is_key: bool,
) -> TypeKind {
    match kind {
        TypeKind::Scalar(Scalar::Uuid) if is_key => TypeKind::Reference(owner, field),
        kind => kind,
    }
}
