//! Embedded types end: none contains itself.

use inspire_diagnostics::{Code, Diagnostic, Location};

use super::Checker;
use crate::model::{Data, Field, FieldId, TypeKind};

pub(crate) fn types_do_not_contain_themselves(cx: &mut Checker<'_>, data: &Data<'_>) {
    /// Whether a type was not looked at yet, is being looked at, or is known to end.
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; data.types.len()];
    for start in 0..data.types.len() {
        // The path from `start`, each type with the fields of it that are still to be followed.
        let mut path: Vec<(usize, u32)> = Vec::new();
        let mut enter = Some(start);
        while enter.is_some() || !path.is_empty() {
            if let Some(id) = enter.take()
                && let Some(state) = states.get_mut(id)
                && *state == State::New
            {
                *state = State::Open;
                path.push((id, data.types.get(id).map_or(0, |ty| ty.fields.0)));
            }
            let Some((id, next)) = path.last_mut() else { break };
            let end = data.types.get(*id).map_or(0, |ty| ty.fields.1);
            if *next >= end {
                if let Some(state) = states.get_mut(*id) {
                    *state = State::Done;
                }
                path.pop();
                continue;
            }
            let field = *data.field(FieldId(*next));
            let owner = *id;
            *next += 1;
            let TypeKind::Embedded(target) = field.ty.kind else { continue };
            match states.get(target.0 as usize) {
                Some(State::New) => enter = Some(target.0 as usize),
                Some(State::Open) => {
                    let names: Vec<_> = (path.iter().map(|(id, _)| *id))
                        .skip_while(|id| *id != target.0 as usize)
                        .filter_map(|id| data.types.get(id).map(|ty| ty.name))
                        .collect();
                    recursive(cx, data, owner, &field, &names);
                }
                _ => {}
            }
        }
    }
}

#[cold]
fn recursive(cx: &mut Checker<'_>, data: &Data<'_>, owner: usize, field: &Field<'_>, names: &[&str]) {
    let (Some(owner), Some(node)) = (data.types.get(owner), field.declared) else { return };
    let first = names.first().copied().unwrap_or(owner.name);
    let way = names.iter().chain([&first]).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
    let place = Location::new(owner.declared.0, node.ty.span());
    cx.report(
        Diagnostic::new(Code::RecursiveType, place, format!("`{first}` contains itself: {way}"))
            .label("leads back")
            .help("make it an entity, and refer to it with `Entity.id?`"),
    );
}
