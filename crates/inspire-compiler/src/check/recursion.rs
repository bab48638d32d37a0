//! Embedded types end: none contains itself.

use inspire_diagnostics::{Code, Diagnostic, Location};

use super::Checker;
use super::order::{order, way};
use crate::model::{Data, Field, FieldId, TypeKind};

pub(crate) fn types_do_not_contain_themselves(cx: &mut Checker<'_>, data: &Data<'_>) {
    // For each type the fields that hold another, and the types they hold.
    let mut holders: Vec<Vec<FieldId>> = Vec::with_capacity(data.types.len());
    let mut held: Vec<Vec<usize>> = Vec::with_capacity(data.types.len());
    for ty in &data.types {
        let fields = (ty.fields.0..ty.fields.1).map(FieldId);
        let inner = fields.filter_map(|id| match data.field(id).ty.kind {
            TypeKind::Embedded(target) => Some((id, target.0 as usize)),
            _ => None,
        });
        let (fields, targets) = inner.unzip();
        holders.push(fields);
        held.push(targets);
    }
    for cycle in order(&held).cycles {
        let Some((owner, edge)) = cycle.last().copied() else { continue };
        let Some(field) = holders.get(owner).and_then(|fields| fields.get(edge)) else { continue };
        let members = cycle.iter().filter_map(|(member, _)| data.types.get(*member));
        let names: Vec<_> = members.map(|ty| ty.name).collect();
        recursive(cx, data, owner, data.field(*field), &names);
    }
}

#[cold]
fn recursive(cx: &mut Checker<'_>, data: &Data<'_>, owner: usize, field: &Field<'_>, names: &[&str]) {
    let (Some(owner), Some(node)) = (data.types.get(owner), field.declared) else { return };
    let first = names.first().copied().unwrap_or(owner.name);
    let place = Location::new(owner.declared.0, node.ty.span());
    cx.report(
        Diagnostic::new(Code::RecursiveType, place, format!("`{first}` contains itself: {}", way(names)))
            .label("leads back")
            .help("make it an entity, and refer to it with `Entity.id?`"),
    );
}
