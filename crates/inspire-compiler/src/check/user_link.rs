//! What ties the rows of an entity to a user: fields that hold the user's id.

use inspire_diagnostics::{Code, Diagnostic, Location};

use super::{names, setting};
use crate::model::{Data, EntityId, FieldId, TypeKind};

/// The fields of `entity` that hold the id of a user.
pub(crate) fn user_links(data: &Data<'_>, entity: EntityId) -> Vec<FieldId> {
    let is_link = |kind| kind == TypeKind::Reference(EntityId::USER, FieldId::USER);
    data.fields_of(entity).filter(|(_, field)| is_link(field.ty.kind)).map(|(id, _)| id).collect()
}

/// The diagnostic for an entity that is not tied to the user by exactly one field; none if the field may be lost.
#[cold]
pub(crate) fn link_is_unclear(
    data: &Data<'_>,
    entity: EntityId,
    links: &[FieldId],
    place: Location,
) -> Option<Diagnostic> {
    let of_entity = data.entity(entity);
    let name = of_entity.name;
    let (file, declared) = of_entity.declared?;
    if links.is_empty() {
        let broken = data.fields_of(entity).any(|(_, field)| field.ty.kind == TypeKind::Broken);
        if declared.partial || broken {
            return None;
        }
        let new = Diagnostic::new(Code::NoUserLink, place, format!("nothing ties `{name}` to the user"))
            .label("no field of type `__User.id`")
            .related(Location::new(file, declared.name.span), format!("`{name}` is declared here"))
            .help(format!("add `userId: __User.id` to `{name}`"));
        return Some(new);
    }
    let names: Vec<_> = links.iter().map(|link| data.field(*link).name).collect();
    let mut new = Diagnostic::new(
        Code::AmbiguousUserLink,
        place,
        format!("`{name}` is tied to the user by {}", setting::list(&names)),
    )
    .label("which one is meant?");
    for link in links {
        if let Some(declared) = names::declared_at(data, entity, *link) {
            new = new.related(declared, "ties it to the user");
        }
    }
    Some(new)
}
