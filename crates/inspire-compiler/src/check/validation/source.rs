//! What validation types are derived from: entities, embedded types and other validation types.

use inspire_diagnostics::{Code, Diagnostic, Location, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Name, Value, ValueKind};
use rustc_hash::FxHashMap;

use super::{Expander, invalid};
use crate::check::{names, setting};
use crate::model::validation::{Field, Validation, ValidationId};
use crate::model::{EntityId, FieldId, TypeId};
use crate::resolve::TypeName;

const DERIVATIONS: [&str; 3] = ["Partial", "Pick", "Omit"];

/// Something with fields.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Entity(EntityId),
    Embedded(TypeId),
    /// A validation type that is no union, with its name.
    Validation(ValidationId, &'a str),
}

/// A way to derive fields.
pub(super) enum Derivation<'a> {
    /// All fields, each of which may be left out.
    Partial(Source<'a>),
    /// These fields.
    Pick(Source<'a>, Vec<Name<'a>>),
    /// All fields but these.
    Omit(Source<'a>, Vec<Name<'a>>),
}

impl<'a> Expander<'_, 'a> {
    /// What `name` stands for; reports what has no fields, or more than one list of them.
    pub(super) fn source(&mut self, name: Name<'a>) -> Option<Source<'a>> {
        let place = self.at(name.span);
        match self.cx.names.type_name(name.text) {
            Some(TypeName::Entity(id)) => Some(Source::Entity(id)),
            Some(TypeName::Embedded(id)) => Some(Source::Embedded(id)),
            Some(TypeName::Validation(id)) => {
                let union = self.expanded(id)?.discriminant.is_some();
                if union {
                    let new =
                        invalid(place, format!("`{}` is a union, which has no fields of its own", name.text))
                            .label("a union")
                            .help("derive from the types of its variants, or list its variants here");
                    self.cx.report(new);
                    return None;
                }
                Some(Source::Validation(id, name.text))
            }
            Some(TypeName::Enum(_)) => {
                let message = format!("`{}` is an enum, which has no fields", name.text);
                let new = Diagnostic::new(Code::UnknownSource, place, message)
                    .label("an enum")
                    .help(format!("write a field of that type: `{{ value: {} }}`", name.text));
                self.cx.report(new);
                None
            }
            None => {
                let new = self.unknown_source(name, place);
                self.cx.diagnostics.extend(new);
                None
            }
        }
    }

    #[cold]
    fn unknown_source(&self, name: Name<'a>, place: Location) -> Option<Diagnostic> {
        let known = &self.cx.names;
        if known.may_be_lost(name.text) {
            return None;
        }
        let message = format!("no entity or type is named `{}`", name.text);
        let new = Diagnostic::new(Code::UnknownSource, place, message).label("unknown");
        let types = known.types.iter().map(|declared| declared.node.name.text);
        let validations = known.validations.iter().map(|declared| declared.node.name.text);
        let guess = closest(name.text, known.entity_names().chain(types).chain(validations));
        Some(match guess {
            Some(_) => new.did_you_mean_name(place, guess),
            None => new.help("derive from an entity, an embedded type or another validation type"),
        })
    }

    /// The union that `name` stands for, if it is one.
    pub(super) fn union_named(&self, name: Name<'a>) -> Option<&Validation<'a>> {
        match self.cx.names.type_name(name.text) {
            Some(TypeName::Validation(id)) => self.expanded(id).filter(|it| it.discriminant.is_some()),
            _ => None,
        }
    }

    fn expanded(&self, id: ValidationId) -> Option<&Validation<'a>> {
        self.done.get(id.0 as usize).and_then(Option::as_ref)
    }

    /// All fields of `source`, and whether some may be missing because they could not be read.
    ///
    /// Of an entity those that it declares: key, times and tenant are the platform's to set.
    pub(super) fn all(&self, source: Source<'a>) -> (Vec<Field<'a>>, bool) {
        match source {
            Source::Entity(id) => {
                let entity = self.data.entity(id);
                let declared = entity.declared.map_or(usize::MAX, |(_, node)| node.fields.len());
                let fields =
                    self.data.fields_of(id).take(declared).map(|(field, _)| self.column(source, field));
                (fields.collect(), entity.declared.is_some_and(|(_, node)| node.partial))
            }
            Source::Embedded(id) => {
                let (from, to) = self.fields.of_type(id);
                let fields = (from..to).map(|field| self.column(source, FieldId(field)));
                let declared = self.data.types.get(id.0 as usize).map(|ty| ty.declared.1);
                (fields.collect(), declared.is_some_and(|node| node.body.partial))
            }
            Source::Validation(id, _) => {
                let variants = self.expanded(id).map_or(&[][..], |it| it.variants.as_slice());
                (variants.iter().flat_map(|variant| &variant.fields).copied().collect(), false)
            }
        }
    }

    /// A field of an entity or embedded type as one of a request.
    fn column(&self, source: Source<'a>, id: FieldId) -> Field<'a> {
        let column = *self.data.field(id);
        let file = match source {
            Source::Entity(entity) => self.data.entity(entity).declared.map(|(file, _)| file),
            Source::Embedded(ty) => self.data.types.get(ty.0 as usize).map(|ty| ty.declared.0),
            Source::Validation(..) => None,
        };
        let origin = file.zip(column.declared).map(|(file, node)| Location::new(file, node.name.span));
        Field { column, origin, optional: false, constant: None }
    }

    /// The field `name` of `source`, implicit ones included; reports one that does not exist.
    pub(super) fn field_of(&mut self, source: Source<'a>, name: Name<'a>) -> Option<Field<'a>> {
        match source {
            Source::Entity(id) => {
                let found = names::field(self.cx, self.fields, id, self.file, name)?;
                Some(self.column(source, found))
            }
            Source::Embedded(id) => match self.fields.find_in_type(id, name.text) {
                Some(found) => Some(self.column(source, found)),
                None => {
                    let declared = self.cx.names.types.get(id.0 as usize).copied()?;
                    if !declared.node.body.partial {
                        let fields = declared.node.body.fields.iter().map(|field| field.name.text);
                        let at = declared.at(declared.node.name.span);
                        let new = unknown(self.at(name.span), name.text, declared.node.name.text, fields, at);
                        self.cx.report(new);
                    }
                    None
                }
            },
            Source::Validation(id, owner) => {
                let expanded = self.expanded(id)?;
                let mut fields = expanded.variants.iter().flat_map(|variant| &variant.fields);
                if let Some(at) = self.index.get(&(id, name.text)) {
                    return fields.nth(*at).copied();
                }
                let names = fields.map(|field| field.column.name);
                let new = unknown(self.at(name.span), name.text, owner, names, expanded.location);
                self.cx.report(new);
                None
            }
        }
    }

    /// Reads `Partial<T>`, `Pick<T, [a, b]>`, `Omit<T, [a]>`.
    pub(super) fn derivation(&mut self, node: &ast::Derived<'a>) -> Option<Derivation<'a>> {
        let operator = node.operator;
        if !DERIVATIONS.contains(&operator.text) {
            let place = self.at(operator.span);
            let message = format!("nothing is derived by `{}`", operator.text);
            let new = Diagnostic::new(Code::UnknownDerivation, place, message).label("unknown");
            let guess = closest(operator.text, DERIVATIONS);
            self.cx.report(match guess {
                Some(_) => new.did_you_mean(place, guess),
                None => new.help("write `Partial<T>`, `Pick<T, [a, b]>` or `Omit<T, [a, b]>`"),
            });
            return None;
        }
        let is_partial = operator.text == "Partial";
        let (first, list) = match (node.arguments, is_partial) {
            ([first], true) => (first, None),
            ([first, list], false) => (first, Some(list)),
            _ => {
                self.malformed(node);
                return None;
            }
        };
        let Some(name) = setting::name(first) else {
            self.malformed(node);
            return None;
        };
        let names = match list {
            Some(list) => Some(self.list(node, list)?),
            None => None,
        };
        let source = self.source(name)?;
        Some(match (names, operator.text) {
            (None, _) => Derivation::Partial(source),
            (Some(names), "Pick") => Derivation::Pick(source, names),
            (Some(names), _) => Derivation::Omit(source, names),
        })
    }

    #[cold]
    fn malformed(&mut self, node: &ast::Derived<'a>) {
        if node.arguments.iter().any(|argument| matches!(argument.kind, ValueKind::Malformed)) {
            return;
        }
        let operator = node.operator.text;
        let source = node.arguments.first().and_then(setting::name).map_or("T", |name| name.text);
        let (wants, form) = match operator {
            "Partial" => ("one type", format!("Partial<{source}>")),
            _ => ("a type and a list of its fields", format!("{operator}<{source}, [a, b]>")),
        };
        let new = invalid(self.at(node.span), format!("`{operator}` takes {wants}"))
            .label("has another form")
            .help(format!("write `{form}`"));
        self.cx.report(new);
    }

    /// The names in a list of fields, each once.
    fn list(&mut self, node: &ast::Derived<'a>, list: &Value<'a>) -> Option<Vec<Name<'a>>> {
        let ValueKind::List(values) = list.kind else {
            self.malformed(node);
            return None;
        };
        let mut first: FxHashMap<&str, Location> = FxHashMap::default();
        let mut found = Vec::with_capacity(values.len());
        for value in values {
            let Some(name) = setting::name(value) else {
                self.malformed(node);
                return None;
            };
            let place = self.at(name.span);
            if let Some(first) = first.get(name.text) {
                let new = invalid(place, format!("`{}` is listed twice", name.text))
                    .label("listed again here")
                    .related(*first, "first listed here")
                    .help("remove one of them");
                self.cx.report(new);
                continue;
            }
            first.insert(name.text, place);
            found.push(name);
        }
        Some(found)
    }
}

/// The diagnostic for a field that a type, declared at `declared`, does not have.
#[cold]
fn unknown<'a>(
    place: Location,
    name: &str,
    owner: &str,
    fields: impl Iterator<Item = &'a str>,
    declared: Location,
) -> Diagnostic {
    let new = Diagnostic::new(Code::UnknownField, place, format!("`{owner}` has no field `{name}`"))
        .label("unknown field");
    let fields: Vec<_> = fields.collect();
    let guess = closest(name, fields.iter().copied());
    let new = match guess {
        Some(_) => new.did_you_mean_name(place, guess),
        None if fields.len() <= 8 => new.help(format!("its fields are {}", setting::list(&fields))),
        None => new,
    };
    new.related(declared, format!("`{owner}` is declared here"))
}
