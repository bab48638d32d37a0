//! Comparisons: whether both sides are values that can be told to be equal or less.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use inspire_syntax::ast::Operator;

use super::{Checker, annotation, defaults, payments, types};
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
    /// The name of the user's plan.
    Plan,
    /// The state of the user's subscription.
    PlanStatus,
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
    if let Some(unknown) = unknown_plan(cx, file, left.0, right.0) {
        cx.diagnostics.extend(unknown);
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

/// For a plan or its state and a string: the report that there is no such plan or state.
#[expect(clippy::option_option, reason = "a plan may be one that was lost, which is reported as nothing")]
fn unknown_plan<'a>(
    cx: &Checker<'a>,
    file: FileId,
    left: Side<'a>,
    right: Side<'a>,
) -> Option<Option<Diagnostic>> {
    let (side, text, span) = match (left, right) {
        (side @ (Side::Plan | Side::PlanStatus), Side::String(text, span))
        | (Side::String(text, span), side @ (Side::Plan | Side::PlanStatus)) => (side, text, span),
        _ => return None,
    };
    let place = Location::new(file, span);
    if matches!(side, Side::Plan) {
        return (!cx.plans.contains(text)).then(|| payments::unknown_plan(cx, place, text, "\""));
    }
    (!payments::STATUSES.contains(&text)).then(|| {
        let new = Diagnostic::new(Code::UnknownPlan, place, format!("a subscription is never `{text}`"))
            .label("unknown state");
        let quoted: Vec<_> = payments::STATUSES.iter().map(|state| format!("\"{state}\"")).collect();
        let guess = closest(text, payments::STATUSES).map(|state| format!("\"{state}\""));
        Some(match guess {
            Some(state) => new.did_you_mean(place, Some(&state)),
            None => new.help(format!("its states are {}", quoted.join(", "))),
        })
    })
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
        Side::Bool | Side::Null | Side::Plan | Side::PlanStatus => false,
    }
}

fn fit(left: Side<'_>, right: Side<'_>) -> bool {
    use Scalar::{Boolean, Date, DateTime, String, Uuid};
    match (left, right) {
        (Side::Broken | Side::Null, _) | (_, Side::Broken | Side::Null) => true,
        (Side::Plan | Side::PlanStatus, other) | (other, Side::Plan | Side::PlanStatus) => match other {
            Side::String(..) => true,
            Side::Typed(ty) => !ty.array && matches!(ty.kind, TypeKind::Scalar(String) | TypeKind::Broken),
            _ => false,
        },
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
                        Side::Null | Side::Broken | Side::Typed(_) | Side::Plan | Side::PlanStatus => true,
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
        Side::Plan => "the name of a plan".to_owned(),
        Side::PlanStatus => "the state of a subscription".to_owned(),
        Side::Null | Side::Broken => "`null`".to_owned(),
    }
}
