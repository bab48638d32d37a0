//! Validation types: everything they are derived from exists, and what they come to is one list of fields or a union.

mod join;
mod source;
mod union;

use inspire_artifact::limits::VALIDATION_FIELDS;
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::ast;
use inspire_syntax::ast::{Joiner, Name, Part, Shape, ValidationBody, Value, ValueKind};
use rustc_hash::FxHashMap;

use self::source::Derivation;
use super::field::{self, Owner, plain, scalar};
use super::fields::Fields;
use super::order::{order, way};
use super::{Checker, setting};
use crate::model::validation::{Field, Validation, ValidationId, Variant};
use crate::model::{Data, Scalar};
use crate::resolve::{Declared, TypeName, duplicate_name, reserved_name};

/// Checks the validation types and expands them; their rules and defaults go into `data`.
pub(crate) fn check<'a>(
    cx: &mut Checker<'a>,
    data: &mut Data<'a>,
    fields: &Fields<'a>,
) -> Vec<Validation<'a>> {
    let declared = cx.names.validations.clone();
    let uses: Vec<Vec<Name<'a>>> = declared.iter().map(|declared| sources(declared.node)).collect();
    let needs: Vec<Vec<usize>> = uses
        .iter()
        .map(|names| {
            let ids = names.iter().map(|name| match cx.names.type_name(name.text) {
                Some(TypeName::Validation(ValidationId(id))) => id as usize,
                // Out of range, so that the places in both lists stay the same.
                _ => usize::MAX,
            });
            ids.collect()
        })
        .collect();
    let found = order(&needs);
    let mut broken = vec![false; declared.len()];
    for members in &found.cycles {
        cycle(cx, &declared, &uses, members);
        for (member, _) in members {
            if let Some(broken) = broken.get_mut(*member) {
                *broken = true;
            }
        }
    }
    let mut expander = Expander {
        cx,
        data,
        fields,
        file: FileId(0),
        done: declared.iter().map(|_| None).collect(),
        index: FxHashMap::default(),
        total: 0,
    };
    for number in found.order {
        if let Some(declared) = declared.get(number)
            && broken.get(number) != Some(&true)
        {
            expander.expand(number, *declared);
        }
    }
    expander.done.into_iter().flatten().collect()
}

/// The names that a validation type is derived from, in the order of the text.
fn sources<'a>(node: &ast::Validation<'a>) -> Vec<Name<'a>> {
    let ValidationBody::Parts(_, parts) = node.body else { return Vec::new() };
    let name = |part: &Part<'a>| match part {
        Part::Named(name) => Some(*name),
        Part::Derived(derived) => derived.arguments.first().and_then(setting::name),
        Part::Shape(_) => None,
    };
    parts.iter().filter_map(name).collect()
}

#[cold]
fn cycle<'a>(
    cx: &mut Checker<'a>,
    declared: &[Declared<'a, ast::Validation<'a>>],
    uses: &[Vec<Name<'a>>],
    members: &[(usize, usize)],
) {
    let names = members.iter().filter_map(|(member, _)| declared.get(*member));
    let names: Vec<_> = names.map(|declared| declared.node.name.text).collect();
    let Some((member, edge)) = members.last().copied() else { return };
    let (Some(last), Some(back)) = (declared.get(member), uses.get(member).and_then(|uses| uses.get(edge)))
    else {
        return;
    };
    let first = names.first().copied().unwrap_or_default();
    let message = format!("`{first}` is derived from itself: {}", way(&names));
    let new = Diagnostic::new(Code::ValidationCycle, last.at(back.span), message)
        .label("leads back")
        .help("write the fields of one of them out: `@validation type Name { … }`");
    cx.report(new);
}

/// Turns declarations into their final fields, each after all that it is derived from.
struct Expander<'r, 'a> {
    cx: &'r mut Checker<'a>,
    data: &'r mut Data<'a>,
    fields: &'r Fields<'a>,
    /// The file of the declaration that is being expanded.
    file: FileId,
    /// What is expanded already; none for what was reported.
    done: Vec<Option<Validation<'a>>>,
    /// The fields of everything expanded that is no union, by their names.
    index: FxHashMap<(ValidationId, &'a str), usize>,
    /// How many fields there are so far.
    total: usize,
}

/// The fields of one part, and whether some may be missing because they could not be read.
struct Expanded<'a> {
    span: Span,
    fields: Vec<Field<'a>>,
    partial: bool,
}

impl<'a> Expander<'_, 'a> {
    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    /// Where a field of a part is shown: where it is written out if that is in the part, otherwise at the part.
    fn place_of(&self, field: &Field<'a>, part: Span) -> Location {
        let inside =
            |it: &Location| it.file == self.file && part.start <= it.span.start && it.span.end <= part.end;
        field.origin.filter(inside).unwrap_or(self.at(part))
    }

    fn expand(&mut self, number: usize, declared: Declared<'a, ast::Validation<'a>>) {
        self.file = declared.file;
        let name = declared.node.name;
        let Some((discriminant, variants)) = self.body(declared.node) else { return };
        let before = self.total;
        self.total += variants.iter().map(|variant| variant.fields.len()).sum::<usize>();
        if self.total > VALIDATION_FIELDS {
            if before <= VALIDATION_FIELDS {
                let message = format!("the validation types have over {VALIDATION_FIELDS} fields in all");
                let new = Diagnostic::new(Code::LimitExceeded, self.at(name.span), message)
                    .label("too many from here on")
                    .help("derive from smaller types, with `Pick`");
                self.cx.report(new);
            }
            return;
        }
        if discriminant.is_none() {
            let id = ValidationId(number as u32);
            let fields = variants.iter().flat_map(|variant| &variant.fields).enumerate();
            self.index.extend(fields.map(|(at, field)| ((id, field.column.name), at)));
        }
        let location = self.at(name.span);
        let start = declared.node.keyword.start;
        if let Some(done) = self.done.get_mut(number) {
            *done = Some(Validation { location, start, name: name.text, discriminant, variants });
        }
    }

    /// The discriminant and the variants of a declaration; none if something about it was reported.
    fn body(&mut self, node: &ast::Validation<'a>) -> Option<(Option<&'a str>, Vec<Variant<'a>>)> {
        let (joiner, parts) = match node.body {
            ValidationBody::Shape(shape) => {
                let only = self.shape(shape);
                return self.plain(node.name, only);
            }
            ValidationBody::Parts(joiner, parts) => (joiner, parts),
        };
        if let (Joiner::None, [Part::Named(name)]) = (joiner, parts)
            && let Some(union) = self.union_named(*name)
        {
            return Some((union.discriminant, union.variants.clone()));
        }
        if let (Joiner::Or, [only]) = (joiner, parts) {
            let new = invalid(self.at(only.span()), "a union has at least two variants")
                .label("the only one")
                .help("add another: `| { … }`, or remove the bar");
            self.cx.report(new);
            return None;
        }
        // Every part is looked at, so that what is wrong with one does not hide what is wrong with the next.
        let expanded: Vec<Option<Expanded<'a>>> = parts.iter().map(|part| self.part(part)).collect();
        let expanded: Vec<Expanded<'a>> = expanded.into_iter().collect::<Option<_>>()?;
        match joiner {
            Joiner::Or => {
                let (discriminant, variants) = self.union(node.name, expanded)?;
                Some((Some(discriminant), variants))
            }
            Joiner::None | Joiner::And => {
                let joined = self.join(expanded)?;
                self.plain(node.name, joined)
            }
        }
    }

    /// A type that is no union; it has at least one field.
    fn plain(&mut self, name: Name<'a>, only: Expanded<'a>) -> Option<(Option<&'a str>, Vec<Variant<'a>>)> {
        if only.fields.is_empty() {
            if !only.partial {
                let message = format!("`{}` has no field", name.text);
                let new = Diagnostic::new(Code::EmptyValidation, self.at(only.span), message)
                    .label("nothing is left")
                    .help("a request without fields needs no validation type; remove it, or keep a field");
                self.cx.report(new);
            }
            return None;
        }
        Some((None, vec![Variant { tag: None, fields: only.fields }]))
    }

    fn part(&mut self, part: &Part<'a>) -> Option<Expanded<'a>> {
        let span = part.span();
        match part {
            Part::Shape(shape) => Some(self.shape(shape)),
            Part::Named(name) => {
                let source = self.source(*name)?;
                let (fields, partial) = self.all(source);
                Some(Expanded { span, fields, partial })
            }
            Part::Derived(derived) => {
                let derivation = self.derivation(derived)?;
                let (fields, partial) = self.derive(derivation)?;
                Some(Expanded { span, fields, partial })
            }
        }
    }

    /// The fields and constants between braces, in the order of the text.
    fn shape(&mut self, shape: &'a Shape<'a>) -> Expanded<'a> {
        let mut fields = Vec::with_capacity(shape.fields.len() + shape.constants.len());
        for node in shape.fields {
            let column = field::read(self.cx, self.fields, self.data, self.file, node, Owner::Validation);
            field::reference_is_to_a_key(self.cx, self.data, self.file, &column);
            let origin = Some(self.at(node.name.span));
            fields.push(Field { column, origin, optional: false, constant: None });
        }
        for constant in shape.constants {
            let origin = Some(self.at(constant.key.span));
            let column = plain(constant.key.text, scalar(Scalar::String));
            let constant = self.constant(&constant.value);
            fields.push(Field { column, origin, optional: false, constant });
        }
        fields.sort_by_key(|field| field.origin);
        let mut first: FxHashMap<&str, Location> = FxHashMap::default();
        for field in &fields {
            let (Some(place), name) = (field.origin, field.column.name) else { continue };
            if name.starts_with("__") {
                self.cx.report(reserved_name(place, name));
            }
            if let Some(first) = first.get(name) {
                self.cx.report(duplicate_name(name, place, *first));
            }
            first.entry(name).or_insert(place);
        }
        Expanded { span: shape.span, fields, partial: shape.partial }
    }

    fn constant(&mut self, value: &Value<'a>) -> Option<&'a str> {
        let ValueKind::String(text) = value.kind else { return None };
        if text.is_empty() {
            let new = Diagnostic::new(Code::InvalidValue, self.at(value.span), "a fixed value is not empty")
                .label("nothing between the quotes")
                .help("write a word: `type: \"card\"`");
            self.cx.report(new);
        }
        Some(text)
    }
}

/// The diagnostic for a derivation that has another form than it should.
#[cold]
fn invalid(place: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::InvalidDerivation, place, message)
}

/// What [`source::Derivation`] does to the fields of its source.
impl<'a> Expander<'_, 'a> {
    /// The fields that a derivation leaves, and whether some may be missing because they could not be read.
    fn derive(&mut self, derivation: Derivation<'a>) -> Option<(Vec<Field<'a>>, bool)> {
        match derivation {
            Derivation::Partial(source) => {
                let (mut fields, partial) = self.all(source);
                for field in &mut fields {
                    // What is left out of a change stays as it is: a default would overwrite it.
                    field.optional = true;
                    field.column.default = None;
                }
                Some((fields, partial))
            }
            Derivation::Pick(source, names) => {
                let picked = names.into_iter().map(|name| self.field_of(source, name));
                let picked: Vec<_> = picked.collect();
                Some((picked.into_iter().collect::<Option<_>>()?, false))
            }
            Derivation::Omit(source, names) => {
                let known: Vec<_> = names.iter().map(|name| self.field_of(source, *name)).collect();
                known.into_iter().collect::<Option<Vec<_>>>()?;
                let omitted: rustc_hash::FxHashSet<_> = names.iter().map(|name| name.text).collect();
                let (mut fields, partial) = self.all(source);
                fields.retain(|field| !omitted.contains(field.column.name));
                Some((fields, partial))
            }
        }
    }
}
