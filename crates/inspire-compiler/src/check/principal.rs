//! Attributes of the principal: exactly one binding each, of the right type, to one row, in an order that exists.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::entity::Binding as Node;
use inspire_syntax::ast::{Cond, Name, Operator, Tail, Value, ValueKind};
use rustc_hash::FxHashMap;

use super::attribute_order::evaluation_order;
use super::auth::AuthChecked;
use super::comparison::{Side, comparable};
use super::fields::Fields;
use super::user_link::{link_is_unclear, user_links};
use super::{Checker, names, types};
use crate::model::{
    Attribute, AttributeId, Binding, Condition, Data, EntityId, FieldId, Operand, Type, TypeKind,
};
use crate::resolve::{duplicate_name, reserved_name};

/// What conditions know of the principal's attributes.
pub(crate) struct Attributes<'a> {
    by_name: FxHashMap<&'a str, AttributeEntry>,
    /// Whether some attribute may be missing because something could not be read.
    partial: bool,
}

/// An attribute as conditions see it.
#[derive(Clone, Copy)]
pub(crate) struct AttributeEntry {
    pub(crate) id: AttributeId,
    pub(crate) ty: Type,
    pub(crate) location: Location,
}

impl<'a> Attributes<'a> {
    /// The attribute called `name`.
    pub(crate) fn find(&self, name: &str) -> Option<AttributeEntry> {
        self.by_name.get(name).copied()
    }

    /// The diagnostic for an attribute that is not declared; none if it may have been lost.
    #[cold]
    pub(crate) fn unknown(&self, place: Location, name: &str) -> Option<Diagnostic> {
        if self.partial {
            return None;
        }
        let new = Diagnostic::new(
            Code::UnknownAttribute,
            place,
            format!("the principal has no attribute `{name}`"),
        )
        .label("unknown attribute");
        let guess = closest(name, self.by_name.keys().copied().chain(["id"]));
        Some(match guess {
            None if matches!(name, "plan" | "planStatus") => new.help("it comes with a `payments` block"),
            Some(_) => new.did_you_mean_name(place, guess),
            None => new.help(format!("declare it in `auth {{ principal {{ {name}: … @from(…) }} }}`")),
        })
    }
}

/// The attributes by name, from what the `auth` block declares.
pub(crate) fn table<'a>(auth: &AuthChecked<'a>) -> Attributes<'a> {
    let entry = |i: usize, attribute: &Attribute<'a>| AttributeEntry {
        id: AttributeId(i as u32),
        ty: attribute.ty,
        location: attribute.location,
    };
    let known =
        auth.attributes.iter().enumerate().map(|(i, attribute)| (attribute.name, entry(i, attribute)));
    Attributes { by_name: known.collect(), partial: auth.partial }
}

/// Checks the attributes and gives them in evaluation order; one with a mistake is there with what is known of it.
pub(crate) fn check<'a>(
    cx: &mut Checker<'a>,
    data: &Data<'a>,
    fields: &Fields<'a>,
    file: FileId,
    nodes: &'a [ast::Field<'a>],
) -> Vec<Attribute<'a>> {
    let mut declared: FxHashMap<&'a str, &'a ast::Field<'a>> = FxHashMap::default();
    let mut list = Vec::new();
    for node in nodes {
        let place = Location::new(file, node.name.span);
        if let Some(first) = declared.get(node.name.text) {
            cx.report(duplicate_name(node.name.text, place, Location::new(file, first.name.span)));
            continue;
        }
        declared.insert(node.name.text, node);
        name_is_free(cx, place, node.name.text);
        list.push(node);
    }
    // Evaluation order among attributes that do not need each other is that of their names.
    list.sort_by_key(|node| node.name.text);
    let order = evaluation_order(cx, file, &list);
    let ids: FxHashMap<&str, AttributeId> =
        (0..).map(AttributeId).zip(&order).map(|(id, node)| (node.name.text, id)).collect();
    let types: FxHashMap<&str, Type> =
        order.iter().map(|node| (node.name.text, types::read(cx, fields, file, &node.ty))).collect();
    let mut reader = Reader { cx, data, fields, file, ids, types };
    order.into_iter().map(|node| reader.attribute(node)).collect()
}

fn name_is_free(cx: &mut Checker<'_>, place: Location, name: &str) {
    if matches!(name, "id" | "plan" | "planStatus") {
        let why = if name == "id" { "it is the user's id" } else { "it comes with `payments`" };
        let new =
            Diagnostic::new(Code::ReservedAttribute, place, format!("`principal.{name}` exists already"))
                .label(why)
                .help("take another name, or remove it");
        cx.report(new);
    } else if name.starts_with("__") {
        cx.report(reserved_name(place, name));
    }
}

struct Reader<'r, 'a> {
    cx: &'r mut Checker<'a>,
    data: &'r Data<'a>,
    fields: &'r Fields<'a>,
    file: FileId,
    ids: FxHashMap<&'a str, AttributeId>,
    types: FxHashMap<&'a str, Type>,
}

impl<'a> Reader<'_, 'a> {
    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    fn attribute(&mut self, node: &'a ast::Field<'a>) -> Attribute<'a> {
        let ty = self.types.get(node.name.text).copied();
        let ty = ty.unwrap_or(Type { kind: TypeKind::Broken, array: false, nullable: false });
        let mut attribute = Attribute {
            name: node.name.text,
            location: self.at(node.name.span),
            ty,
            binding: Binding::From,
            entity: EntityId::USER,
            field: FieldId::USER,
            user_link: None,
            conditions: Vec::new(),
            single_row: true,
        };
        if let Some((binding, found)) = self.binding(node) {
            attribute.binding = binding;
            self.bind(node, found, &mut attribute);
        }
        attribute
    }

    /// The one binding of an attribute.
    fn binding(&mut self, node: &'a ast::Field<'a>) -> Option<(Binding, &'a Node<'a>)> {
        let mut found: Option<(Binding, &'a Node<'a>)> = None;
        for tail in node.tails {
            let new = match tail {
                Tail::From(binding) => (Binding::From, *binding),
                Tail::SelectFrom(binding) => (Binding::SelectFrom, *binding),
                Tail::Annotation(_) | Tail::Default(_) => {
                    self.misplaced(tail);
                    continue;
                }
            };
            match found {
                Some((_, first)) => {
                    let diagnostic = Diagnostic::new(
                        Code::DuplicateBinding,
                        self.at(new.1.span),
                        format!("`{}` is bound twice", node.name.text),
                    )
                    .label("bound again here")
                    .related(self.at(first.span), "first bound here")
                    .help("an attribute comes from one place; remove one of them");
                    self.cx.report(diagnostic);
                }
                None => found = Some(new),
            }
        }
        if found.is_none() {
            let diagnostic = Diagnostic::new(
                Code::MissingBinding,
                self.at(node.name.span),
                format!("nothing says where `{}` comes from", node.name.text),
            )
            .label("bound to nothing")
            .help("add `@from(Entity.field)`, or `@selectFrom(Entity.field)` where the user picks one of several");
            self.cx.report(diagnostic);
        }
        found
    }

    #[cold]
    fn misplaced(&mut self, tail: &Tail<'a>) {
        let what = match tail {
            Tail::Annotation(annotation) => annotation.name.text,
            _ => "a default",
        };
        let what = if what.starts_with('@') { format!("`{what}`") } else { what.to_owned() };
        let diagnostic = Diagnostic::new(
            Code::MisplacedAnnotation,
            self.at(tail.span()),
            format!("{what} has no meaning on an attribute of the principal"),
        )
        .label("is for fields")
        .help("remove it; the rules stand at the field that the attribute comes from")
        .suggestion("remove it", self.at(tail.span()), "");
        self.cx.report(diagnostic);
    }

    fn bind(&mut self, node: &'a ast::Field<'a>, binding: &'a Node<'a>, attribute: &mut Attribute<'a>) {
        let [entity_name, field_name] = binding.path.names else {
            let diagnostic = Diagnostic::new(
                Code::InvalidAnnotation,
                self.at(binding.path_span),
                "a binding names an entity and a field",
            )
            .label("not `Entity.field`")
            .help("write `@from(Entity.field)`");
            return self.cx.report(diagnostic);
        };
        let Some(entity) = names::entity(self.cx, self.file, *entity_name) else { return };
        attribute.entity = entity;
        let field = names::field(self.cx, self.fields, entity, self.file, *field_name);
        let narrowed = self.conditions(binding, entity, *entity_name, &mut attribute.conditions);
        if let Some(field) = field {
            attribute.field = field;
            self.type_agrees(node, binding, attribute);
        }
        if entity != EntityId::USER {
            attribute.user_link = self.user_link(binding, *entity_name, entity, &attribute.conditions);
            let is_from = attribute.binding == Binding::From;
            attribute.single_row = self.is_single_row(attribute);
            if is_from && narrowed && attribute.user_link.is_some() && !attribute.single_row {
                self.many_rows(node, binding, attribute);
            }
        }
    }

    /// Reads `E.f == operand && …`; false when something in it was not understood.
    fn conditions(
        &mut self,
        binding: &'a Node<'a>,
        entity: EntityId,
        entity_name: Name<'a>,
        out: &mut Vec<Condition<'a>>,
    ) -> bool {
        let Some(condition) = &binding.condition else { return true };
        let list = match condition {
            Cond::All(list) => list,
            single => std::slice::from_ref(single),
        };
        let mut whole = true;
        for part in list {
            match self.condition(part, entity, entity_name) {
                Some(condition) => out.push(condition),
                None => whole = false,
            }
        }
        out.sort_by_key(|condition| condition.field);
        whole
    }

    fn condition(
        &mut self,
        part: &Cond<'a>,
        entity: EntityId,
        entity_name: Name<'a>,
    ) -> Option<Condition<'a>> {
        let Cond::Compare(comparison) = part else { return self.unsupported(part.span(), entity_name) };
        let (Some(left), Some(right), Operator::Equal) =
            (comparison.left.operand(), comparison.right.operand(), comparison.operator)
        else {
            return self.unsupported(part.span(), entity_name);
        };
        let of_entity = |value: &Value<'a>| match value.kind {
            ValueKind::Path(path) => match path.names {
                [owner, field] if owner.text == entity_name.text => Some(*field),
                _ => None,
            },
            _ => None,
        };
        let (name, operand) = match (of_entity(&left), of_entity(&right)) {
            (Some(name), None) => (name, right),
            (None, Some(name)) => (name, left),
            _ => return self.unsupported(part.span(), entity_name),
        };
        let field = names::field(self.cx, self.fields, entity, self.file, name)?;
        let (operand, side) = self.operand(&operand, entity_name)?;
        let of_field = self.data.field(field);
        let kind = types::as_reference(of_field.ty.kind, entity, field, of_field.primary_key);
        let field_side = Side::Typed(Type { kind, ..of_field.ty });
        comparable(
            self.cx,
            self.data,
            self.file,
            part.span(),
            Operator::Equal,
            (field_side, left.span),
            (side, right.span),
        )
        .then_some(Condition { field, operand })
    }

    fn operand(&mut self, value: &Value<'a>, entity_name: Name<'a>) -> Option<(Operand<'a>, Side<'a>)> {
        match value.kind {
            ValueKind::String(text) => Some((Operand::String(text), Side::String(text, value.span))),
            ValueKind::Int(mantissa) => {
                Some((Operand::Number(ast::Decimal { mantissa, scale: 0 }), Side::Number))
            }
            ValueKind::Decimal(number) => Some((Operand::Number(number), Side::Number)),
            ValueKind::Malformed => None,
            ValueKind::Path(path) => match path.names {
                [word] if word.text == "true" => Some((Operand::Bool(true), Side::Bool)),
                [word] if word.text == "false" => Some((Operand::Bool(false), Side::Bool)),
                [principal, name] if principal.text == "principal" => self.attribute_operand(*name),
                _ => self.unsupported(value.span, entity_name),
            },
            _ => self.unsupported(value.span, entity_name),
        }
    }

    fn attribute_operand(&mut self, name: Name<'a>) -> Option<(Operand<'a>, Side<'a>)> {
        if name.text == "id" {
            let kind = TypeKind::Reference(EntityId::USER, FieldId::USER);
            let ty = Type { kind, array: false, nullable: false };
            return Some((Operand::PrincipalId, Side::Typed(ty)));
        }
        if let (Some(id), Some(ty)) = (self.ids.get(name.text), self.types.get(name.text)) {
            return Some((Operand::Attribute(*id), Side::Typed(*ty)));
        }
        let place = self.at(name.span);
        let guess = closest(name.text, self.ids.keys().copied().chain(["id"]));
        let diagnostic = Diagnostic::new(
            Code::UnknownAttribute,
            place,
            format!("the principal has no attribute `{}`", name.text),
        )
        .label("unknown attribute")
        .did_you_mean_name(place, guess);
        if !self.cx.auth_is_partial() {
            self.cx.report(diagnostic);
        }
        None
    }

    #[cold]
    fn unsupported<T>(&mut self, span: Span, entity_name: Name<'a>) -> Option<T> {
        let entity = entity_name.text;
        let diagnostic = Diagnostic::new(Code::UnsupportedBinding, self.at(span), "a binding is narrowed by equalities only")
            .label(format!("not `{entity}.field == value`"))
            .help(format!(
                "write `{entity}.field == value`, joined by `&&`; the value is a literal, `principal.id` or another attribute"
            ));
        self.cx.report(diagnostic);
        None
    }

    fn type_agrees(&mut self, node: &'a ast::Field<'a>, binding: &'a Node<'a>, attribute: &Attribute<'a>) {
        let field = self.data.field(attribute.field);
        let (declared, actual) = (attribute.ty, field.ty);
        if declared.kind == TypeKind::Broken || actual.kind == TypeKind::Broken {
            return;
        }
        let as_key = types::as_reference(actual.kind, attribute.entity, attribute.field, field.primary_key);
        let same =
            declared.array == actual.array && (declared.kind == actual.kind || declared.kind == as_key);
        let selected = attribute.binding == Binding::SelectFrom;
        if same && (declared.nullable || !actual.nullable) && !(selected && declared.nullable) {
            return;
        }
        let path = format!("{}.{}", self.data.entity(attribute.entity).name, field.name);
        let place = self.at(node.ty.span());
        let new = |message: String| Diagnostic::new(Code::AttributeTypeMismatch, place, message);
        let shown = types::show(self.data, declared);
        let (diagnostic, fix) = if same && selected && declared.nullable {
            let text = types::show(self.data, Type { nullable: false, ..declared });
            let new = new(format!("`{}` is picked by the user and cannot be null", node.name.text))
                .label("may be null here");
            (new.help(format!("write `{text}`")), Some(text))
        } else if same && selected {
            let new = new(format!("`{}` is declared `{shown}`, but `{path}` may be null", node.name.text));
            (new.label(format!("`{shown}` here")).help(format!("make `{path}` required")), None)
        } else if same {
            let text = types::show(self.data, Type { nullable: true, ..declared });
            let new = new(format!("`{}` is declared `{shown}`, but `{path}` may be null", node.name.text));
            (
                new.label(format!("`{shown}` here"))
                    .help(format!("write `{text}`, or make `{path}` required")),
                Some(text),
            )
        } else {
            let kind = if selected { as_key } else { actual.kind };
            let nullable = !selected && (actual.nullable || declared.nullable);
            let text = types::show(self.data, Type { kind, nullable, ..actual });
            let real = types::show(self.data, actual);
            let new = new(format!("`{}` is declared `{shown}`, but `{path}` is `{real}`", node.name.text));
            (new.label(format!("`{shown}` here")).help(format!("write `{text}`")), Some(text))
        };
        let diagnostic = match names::declared_at(self.data, attribute.entity, attribute.field) {
            Some(declared) => {
                diagnostic.related(declared, format!("`{}` here", types::show(self.data, actual)))
            }
            None => diagnostic.related(
                self.at(binding.path_span),
                format!("`{path}` is `{}`", types::show(self.data, actual)),
            ),
        };
        self.cx.report(match fix {
            Some(text) => diagnostic.suggestion(format!("replace with `{text}`"), place, text),
            None => diagnostic,
        });
    }

    fn user_link(
        &mut self,
        binding: &'a Node<'a>,
        entity_name: Name<'a>,
        entity: EntityId,
        conditions: &[Condition<'a>],
    ) -> Option<FieldId> {
        let links = user_links(self.data, entity);
        let chosen = conditions.iter().find(|condition| matches!(condition.operand, Operand::PrincipalId));
        let chosen = chosen.map(|condition| condition.field).filter(|field| links.contains(field));
        match (links.as_slice(), chosen) {
            ([only], _) => Some(*only),
            (_, Some(chosen)) => Some(chosen),
            (links, None) => {
                let place = self.at(entity_name.span);
                let diagnostic = link_is_unclear(self.data, entity, links, place);
                if let Some(diagnostic) = diagnostic {
                    let diagnostic = if links.is_empty() {
                        diagnostic
                    } else {
                        let name = self.data.entity(entity).name;
                        let first = links.first().map_or("", |first| self.data.field(*first).name);
                        let verb = if binding.condition.is_none() { "add" } else { "narrow it with" };
                        diagnostic
                            .help(format!("say which one: {verb} `where {name}.{first} == principal.id`"))
                    };
                    self.cx.report(diagnostic);
                }
                None
            }
        }
    }

    /// Whether the fields that are fixed cover a key of the entity.
    fn is_single_row(&self, attribute: &Attribute<'a>) -> bool {
        let conditions = attribute.conditions.iter().map(|condition| condition.field);
        let fixed: Vec<_> = conditions.chain(attribute.user_link).collect();
        let entity = self.data.entity(attribute.entity);
        fixed.iter().any(|field| self.data.field(*field).is_key())
            || entity.uniques.iter().any(|set| set.iter().all(|field| fixed.contains(field)))
    }

    #[cold]
    fn many_rows(&mut self, node: &'a ast::Field<'a>, binding: &'a Node<'a>, attribute: &Attribute<'a>) {
        let entity = self.data.entity(attribute.entity).name;
        let mut fixed: Vec<FieldId> = attribute.conditions.iter().map(|condition| condition.field).collect();
        fixed.extend(attribute.user_link);
        fixed.sort_unstable();
        fixed.dedup();
        let names: Vec<_> = fixed.iter().map(|field| self.data.field(*field).name).collect();
        let help = match names.as_slice() {
            [only] => format!("add `@unique` to `{entity}.{only}`, or narrow with `where`"),
            several => format!(
                "add `@unique([{}])` to `{entity}`, or narrow further with `where`",
                several.join(", ")
            ),
        };
        let diagnostic = Diagnostic::new(
            Code::ManyRows,
            self.at(binding.span),
            format!("`{}` may match several rows of `{entity}`", node.name.text),
        )
        .label("one user can have several of them")
        .help(help);
        self.cx.report(diagnostic);
    }
}
