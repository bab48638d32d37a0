//! Namespaces: entities whose rows belong to a tenant.

use inspire_diagnostics::{Code, Diagnostic, Location};
use inspire_syntax::ast;
use inspire_syntax::ast::{Name, Setting, ValueKind};
use rustc_hash::FxHashMap;

use super::fields::Fields;
use super::keys::Keys;
use super::principal::Attributes;
use super::{Checker, names, setting, types};
use crate::model::{AttributeId, Data, EntityId, FieldId, Namespace, Type, TypeKind};
use crate::resolve::Declared;

/// A namespace before its attribute is known: what its text says.
pub(crate) struct Draft<'a> {
    declared: Declared<'a, ast::Namespace<'a>>,
    /// The attribute in `scope: principal.attribute`.
    pub(crate) attribute: Option<Name<'a>>,
    /// The entities that are known.
    pub(crate) entities: Vec<(EntityId, Name<'a>)>,
}

/// The namespaces and the tenant columns of their entities.
pub(crate) struct NamespacesChecked<'a> {
    pub(crate) model: Vec<Namespace<'a>>,
    /// For each entity of a namespace: the attribute that tells the tenant, and the column.
    pub(crate) tenants: FxHashMap<EntityId, (&'a str, FieldId)>,
}

/// Reads the namespaces; an entity is in at most one.
pub(crate) fn read<'a>(cx: &mut Checker<'a>) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    let mut first: FxHashMap<EntityId, Location> = FxHashMap::default();
    for declared in cx.names.namespaces.clone() {
        let node = declared.node;
        let block = format!("the namespace `{}`", node.name.text);
        let mut keys = Keys::new(cx, declared.file, block, node.name.span, node.body);
        keys.are_known(&["scope", "entities"]);
        let attribute = keys.required("scope", "scope: principal.attribute");
        let list = keys.required("entities", "entities: [A, B]");
        let attribute = attribute.and_then(|setting| scope(cx, declared, setting));
        let entities = list.map(|setting| entities(cx, declared, setting, &mut first)).unwrap_or_default();
        drafts.push(Draft { declared, attribute, entities });
    }
    drafts
}

fn scope<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Namespace<'a>>,
    setting: &Setting<'a>,
) -> Option<Name<'a>> {
    if let ValueKind::Path(path) = setting.value.kind
        && let [principal, attribute] = path.names
        && principal.text == "principal"
    {
        return Some(*attribute);
    }
    let help = "the tenant is told by an attribute of the principal: `scope: principal.orgId`";
    setting::wrong_value(cx, declared.file, "scope", "a principal attribute", &setting.value, help);
    None
}

fn entities<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Namespace<'a>>,
    setting: &Setting<'a>,
    first: &mut FxHashMap<EntityId, Location>,
) -> Vec<(EntityId, Name<'a>)> {
    let ValueKind::List(list) = setting.value.kind else {
        setting::wrong_value(
            cx,
            declared.file,
            "entities",
            "a list of entities",
            &setting.value,
            "write `[A, B]`",
        );
        return Vec::new();
    };
    let mut found = Vec::new();
    for value in list {
        let Some(name) = setting::name(value) else {
            setting::wrong_value(cx, declared.file, "entities", "names of entities", value, "write `[A, B]`");
            continue;
        };
        let Some(id) = names::entity(cx, declared.file, name) else { continue };
        let place = declared.at(name.span);
        if id == EntityId::USER {
            let new = Diagnostic::new(Code::InvalidValue, place, "`__User` belongs to no tenant")
                .label("built in")
                .help("remove it; a person may be a member of several tenants");
            cx.report(new);
            continue;
        }
        match first.get(&id) {
            Some(first) => cx.report(
                Diagnostic::new(
                    Code::EntityInTwoNamespaces,
                    place,
                    format!("`{}` is in a namespace already", name.text),
                )
                .label("listed again here")
                .related(*first, "first listed here")
                .help("a row belongs to one tenant; remove the entity from one of the lists"),
            ),
            None => {
                first.insert(id, place);
                found.push((id, name));
            }
        }
    }
    found
}

/// Gives every entity of a namespace its tenant column, with the attribute's type.
pub(crate) fn check<'a>(
    cx: &mut Checker<'a>,
    data: &mut Data<'a>,
    fields: &Fields<'a>,
    drafts: Vec<Draft<'a>>,
    attributes: &Attributes<'a>,
) -> NamespacesChecked<'a> {
    let mut checked = NamespacesChecked { model: Vec::new(), tenants: FxHashMap::default() };
    for draft in drafts {
        let Some(name) = draft.attribute else { continue };
        let Some((attribute, ty)) = attribute(cx, data, &draft, name, attributes) else { continue };
        let mut members = Vec::with_capacity(draft.entities.len());
        for (entity, _) in &draft.entities {
            let Some(field) = tenant_column(cx, data, fields, &draft, *entity, name, ty) else { continue };
            checked.tenants.insert(*entity, (name.text, field));
            members.push((*entity, field));
        }
        members.sort_unstable();
        checked.model.push(Namespace {
            name: draft.declared.node.name.text,
            location: draft.declared.at(draft.declared.node.name.span),
            start: draft.declared.node.keyword.start,
            attribute,
            attribute_name: name.text,
            members,
        });
    }
    checked
}

fn attribute<'a>(
    cx: &mut Checker<'a>,
    data: &Data<'a>,
    draft: &Draft<'a>,
    name: Name<'a>,
    attributes: &Attributes<'a>,
) -> Option<(AttributeId, Type)> {
    let place = draft.declared.at(name.span);
    let Some(found) = attributes.find(name.text) else {
        let diagnostic = attributes.unknown(place, name.text);
        cx.diagnostics.extend(diagnostic);
        return None;
    };
    let wrong = match found.ty {
        Type { kind: TypeKind::Broken, .. } => return None,
        Type { kind: TypeKind::Reference(..), array: false, nullable } => nullable.then_some("may be null"),
        _ => Some("is no reference"),
    };
    if let Some(wrong) = wrong {
        let ty = types::show(data, found.ty);
        let new = Diagnostic::new(
            Code::NamespaceScopeType,
            place,
            format!("`principal.{}` is `{ty}` and cannot tell tenants apart", name.text),
        )
        .label(wrong)
        .related(found.location, "declared here")
        .help("declare the attribute as a reference without `?`, such as `orgId: Org.id @selectFrom(Member.orgId)`");
        cx.report(new);
        return None;
    }
    Some((found.id, found.ty))
}

fn tenant_column<'a>(
    cx: &mut Checker<'a>,
    data: &mut Data<'a>,
    fields: &Fields<'a>,
    draft: &Draft<'a>,
    entity: EntityId,
    attribute: Name<'a>,
    ty: Type,
) -> Option<FieldId> {
    let id = fields.find(entity, attribute.text)?;
    if fields.tenant_column(entity) == Some(attribute.text) {
        if let Some(field) = data.fields.get_mut(id.0 as usize) {
            field.ty = ty;
        }
        return Some(id);
    }
    let field = data.field(id);
    if field.ty == ty {
        return Some(id);
    }
    let (Some((file, _)), Some(node)) = (data.entity(entity).declared, field.declared) else { return None };
    if field.ty.kind == TypeKind::Broken {
        return None;
    }
    let wanted = types::show(data, ty);
    let place = Location::new(file, node.ty.span());
    let new = Diagnostic::new(
        Code::ImplicitFieldConflict,
        place,
        format!("`{}` is the tenant column here and must be `{wanted}`", attribute.text),
    )
    .label("another type")
    .related(draft.declared.at(attribute.span), "the namespace is scoped by this attribute")
    .help("leave the field out, it is added by the namespace; or give it the attribute's type")
    .suggestion(format!("replace with `{wanted}`"), place, wanted);
    cx.report(new);
    None
}
