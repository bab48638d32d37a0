//! Names that must be known: look-ups that report, with the one name that was probably meant.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, closest};
use inspire_syntax::ast::Name;

use super::Checker;
use super::fields::Fields;
use crate::model::{Data, EntityId, FieldId};
use crate::resolve::TypeName;

/// The entity called `name`; reports an unknown one.
pub(crate) fn entity<'a>(cx: &mut Checker<'a>, file: FileId, name: Name<'a>) -> Option<EntityId> {
    match cx.names.type_name(name.text) {
        Some(TypeName::Entity(id)) => Some(id),
        other => {
            let diagnostic = unknown_entity(cx, Location::new(file, name.span), name.text, other);
            cx.diagnostics.extend(diagnostic);
            None
        }
    }
}

#[cold]
fn unknown_entity(
    cx: &Checker<'_>,
    place: Location,
    name: &str,
    other: Option<TypeName>,
) -> Option<Diagnostic> {
    if cx.names.may_be_lost(name) {
        return None;
    }
    let what = match other {
        Some(TypeName::Enum(_)) => Some("an enum"),
        Some(TypeName::Embedded(_)) => Some("an embedded type"),
        Some(TypeName::Validation(_)) => Some("a validation type"),
        _ => None,
    };
    if let Some(what) = what {
        let message = format!("`{name}` is {what}, not an entity");
        return Some(Diagnostic::new(Code::UnknownEntity, place, message).label("not an entity"));
    }
    let new = Diagnostic::new(Code::UnknownEntity, place, format!("no entity is named `{name}`"))
        .label("unknown entity");
    let guess = closest(name, cx.names.entity_names());
    Some(match guess {
        Some(_) => new.did_you_mean_name(place, guess),
        None => new.help(format!("declare it with `entity {name} {{ … }}`")),
    })
}

/// The field `name` of `entity`; reports an unknown one.
pub(crate) fn field<'a>(
    cx: &mut Checker<'a>,
    fields: &Fields<'a>,
    entity: EntityId,
    file: FileId,
    name: Name<'a>,
) -> Option<FieldId> {
    let found = fields.find(entity, name.text);
    if found.is_none() {
        let diagnostic = unknown_field(cx, fields, entity, Location::new(file, name.span), name.text);
        cx.diagnostics.extend(diagnostic);
    }
    found
}

/// The diagnostic for a field that `entity` does not have; none if it may have been lost.
#[cold]
pub(crate) fn unknown_field(
    cx: &Checker<'_>,
    fields: &Fields<'_>,
    entity: EntityId,
    place: Location,
    name: &str,
) -> Option<Diagnostic> {
    let declared = cx.names.entities.get(entity.0 as usize);
    if declared.is_some_and(|declared| declared.node.partial) {
        return None;
    }
    let owner = declared.map_or("__User", |declared| declared.node.name.text);
    let new = Diagnostic::new(Code::UnknownField, place, format!("`{owner}` has no field `{name}`"))
        .label("unknown field");
    let guess = closest(name, fields.names(cx, entity));
    let new = match (guess, declared) {
        (Some(_), _) => new.did_you_mean_name(place, guess),
        (None, Some(declared)) if declared.node.fields.len() <= 8 && !declared.node.fields.is_empty() => {
            let names: Vec<_> = declared.node.fields.iter().map(|field| field.name.text).collect();
            match names.as_slice() {
                [only] => new.help(format!("its only field of its own is `{only}`")),
                names => new.help(format!("its fields are {}", super::setting::list(names))),
            }
        }
        _ => new,
    };
    Some(match declared {
        Some(declared) => {
            new.related(declared.at(declared.node.name.span), format!("`{owner}` is declared here"))
        }
        None => new.help("its fields are `id`, `email`, `name` and `createdAt`"),
    })
}

/// The place where the field `id` is declared, if the text declares it.
pub(crate) fn declared_at(data: &Data<'_>, entity: EntityId, field: FieldId) -> Option<Location> {
    let (file, _) = data.entity(entity).declared?;
    let declared = data.field(field).declared?;
    Some(Location::new(file, declared.name.span.to(declared.ty.span())))
}
