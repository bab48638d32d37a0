//! Comparisons: whether both sides are values that can be told to be equal or less.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::ast::Operator;

use super::{Checker, annotation, defaults, types};
use crate::model::{Data, Scalar, Type, TypeKind};

/// One side of a comparison.
#[derive(Clone, Copy)]
pub(crate) enum Side<'a> {
    /// A value of this type.
    Typed(Type),
    /// A string literal and its place.
    String(&'a str, Span),
    /// A number.
    Number,
    /// A truth value.
    Bool,
    /// `null`
    Null,
    /// Something that was reported.
    Broken,
}

/// Whether both sides can be compared with `operator`; reports it if not.
pub(crate) fn comparable<'a>(
    cx: &mut Checker<'a>,
    data: &Data<'a>,
    file: FileId,
    span: Span,
    operator: Operator,
    left: (Side<'a>, Span),
    right: (Side<'a>, Span),
) -> bool {
    let place = Location::new(file, span);
    if let Some(missing) = missing_member(cx, data, file, left.0, right.0) {
        cx.diagnostics.extend(missing);
        return false;
    }
    let ordered = !matches!(operator, Operator::Equal | Operator::NotEqual);
    if ordered && let Some(side) = [left.0, right.0].into_iter().find(|side| !is_ordered(*side)) {
        let what = show(data, side);
        cx.report(
            Diagnostic::new(Code::TypeMismatch, place, format!("{what} has no order"))
                .label("neither is less than the other")
                .help("compare with `==` or `!=`"),
        );
        return false;
    }
    if fit(left.0, right.0) {
        return true;
    }
    let (one, other) = (show(data, left.0), show(data, right.0));
    let at = |span| Location::new(file, span);
    cx.report(
        Diagnostic::new(Code::TypeMismatch, at(right.1), format!("{one} and {other} cannot be compared"))
            .label(format!("this is {other}"))
            .related(at(left.1), format!("this is {one}")),
    );
    false
}

/// For an enum and a string: the report that the string is no member of it.
#[expect(
    clippy::option_option,
    reason = "a missing member may be one that was lost, which is reported as nothing"
)]
fn missing_member<'a>(
    cx: &Checker<'a>,
    data: &Data<'a>,
    file: FileId,
    left: Side<'a>,
    right: Side<'a>,
) -> Option<Option<Diagnostic>> {
    let (id, text, span) = match (left, right) {
        (Side::Typed(Type { kind: TypeKind::Enum(id), array: false, .. }), Side::String(text, span))
        | (Side::String(text, span), Side::Typed(Type { kind: TypeKind::Enum(id), array: false, .. })) => {
            (id, text, span)
        }
        _ => return None,
    };
    if cx.members.contains(&(id, text)) {
        return None;
    }
    Some(defaults::unknown_member(cx, data, id, text, Location::new(file, span)))
}

fn is_ordered(side: Side<'_>) -> bool {
    use Scalar::{Date, DateTime, String};
    match side {
        Side::Typed(ty) => {
            !ty.array
                && (annotation::is_number(ty.kind)
                    || matches!(ty.kind, TypeKind::Scalar(Date | DateTime | String) | TypeKind::Broken))
        }
        Side::String(..) | Side::Number | Side::Broken => true,
        Side::Bool | Side::Null => false,
    }
}

fn fit(left: Side<'_>, right: Side<'_>) -> bool {
    use Scalar::{Boolean, Date, DateTime, String, Uuid};
    match (left, right) {
        (Side::Broken | Side::Null, _) | (_, Side::Broken | Side::Null) => true,
        (Side::Typed(a), Side::Typed(b)) => {
            let broken = a.kind == TypeKind::Broken || b.kind == TypeKind::Broken;
            let numbers = annotation::is_number(a.kind) && annotation::is_number(b.kind);
            let plain_key = |x: TypeKind, y: TypeKind| {
                x == TypeKind::Scalar(Uuid) && matches!(y, TypeKind::Reference(..))
            };
            broken
                || (!a.array && !b.array && is_comparable(a.kind) && is_comparable(b.kind))
                    && (a.kind == b.kind || numbers || plain_key(a.kind, b.kind) || plain_key(b.kind, a.kind))
        }
        (Side::Typed(ty), literal) | (literal, Side::Typed(ty)) => {
            let kind = ty.kind;
            kind == TypeKind::Broken
                || !ty.array
                    && match literal {
                        Side::String(..) => matches!(
                            kind,
                            TypeKind::Scalar(String | Uuid | Date | DateTime)
                                | TypeKind::Enum(_)
                                | TypeKind::Reference(..)
                        ),
                        Side::Number => annotation::is_number(kind),
                        Side::Bool => kind == TypeKind::Scalar(Boolean),
                        Side::Null | Side::Broken | Side::Typed(_) => true,
                    }
        }
        (Side::String(..), Side::String(..)) | (Side::Number, Side::Number) | (Side::Bool, Side::Bool) => {
            true
        }
        _ => false,
    }
}

/// Whether two values of the type can be told to be equal.
fn is_comparable(kind: TypeKind) -> bool {
    !matches!(kind, TypeKind::Embedded(_) | TypeKind::Scalar(Scalar::Json | Scalar::File))
}

fn show(data: &Data<'_>, side: Side<'_>) -> String {
    match side {
        Side::Typed(ty) => format!("`{}`", types::show(data, ty)),
        Side::String(..) => "a string".to_owned(),
        Side::Number => "a number".to_owned(),
        Side::Bool => "`true` or `false`".to_owned(),
        Side::Null | Side::Broken => "`null`".to_owned(),
    }
}
