//! Comparisons that come out the same for every row and every user.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::ast::{Cond, Operator};

use super::Checker;
use super::comparison::Side;
use crate::model::{Type, TypeKind};

/// Reports a comparison that never changes; both sides can be compared.
pub(super) fn comparison<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    operator: Operator,
    left: (&Cond<'a>, Side<'a>),
    right: (&Cond<'a>, Side<'a>),
) {
    let place = Location::new(file, left.0.span().to(right.0.span()));
    let found = match (left.1, right.1) {
        (Side::Typed(ty), Side::Null) if is_never_null(ty) => {
            Some(never_null(cx, place, file, left.0.span(), operator))
        }
        (Side::Null, Side::Typed(ty)) if is_never_null(ty) => {
            Some(never_null(cx, place, file, right.0.span(), operator))
        }
        (one, other) if is_literal(one) && is_literal(other) => Some(constant(place)),
        (Side::Typed(ty), Side::Typed(_)) if is_never_null(ty) && is_same_path(left.0, right.0) => {
            Some(constant(place))
        }
        _ => None,
    };
    cx.diagnostics.extend(found);
}

/// Reports `null` in the list after `in` when the value before it is never null, and a literal before it.
pub(super) fn member<'a>(cx: &mut Checker<'a>, file: FileId, left: (Span, Side<'a>), item: (Span, Side<'a>)) {
    if let (Side::Typed(ty), Side::Null) = (left.1, item.1)
        && is_never_null(ty)
    {
        let place = Location::new(file, item.0);
        let new = never_null(cx, place, file, left.0, Operator::Equal);
        cx.report(new);
    }
}

/// The diagnostic for a condition or comparison that does not depend on anything.
#[cold]
pub(super) fn constant(place: Location) -> Diagnostic {
    Diagnostic::new(
        Code::ConstantCondition,
        place,
        "this condition comes out the same for every row and user",
    )
    .label("never changes")
    .help(
        "compare a field of `resource` or an attribute of `principal`; a policy without `where` always holds",
    )
}

#[cold]
fn never_null(
    cx: &Checker<'_>,
    place: Location,
    file: FileId,
    operand: Span,
    operator: Operator,
) -> Diagnostic {
    let text = cx.sources.slice(Location::new(file, operand));
    let message = format!("`{text}` is never null");
    if operator == Operator::Equal {
        Diagnostic::new(Code::AlwaysFalse, place, message)
            .label("always false")
            .help("remove it, or append `?` to the type if there may be no value")
    } else {
        Diagnostic::new(Code::ConstantCondition, place, message)
            .label("always true")
            .help("remove it, or append `?` to the type if there may be no value")
    }
}

fn is_never_null(ty: Type) -> bool {
    !ty.nullable && ty.kind != TypeKind::Broken
}

/// Whether a side is written out; `principal.plan` and what was reported are not.
pub(super) fn is_literal(side: Side<'_>) -> bool {
    matches!(side, Side::String(..) | Side::Number | Side::Bool | Side::Null)
}

fn is_same_path(left: &Cond<'_>, right: &Cond<'_>) -> bool {
    let (Cond::Path(left), Cond::Path(right)) = (left, right) else { return false };
    left.names.iter().map(|name| name.text).eq(right.names.iter().map(|name| name.text))
}
