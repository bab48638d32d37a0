//! `A | B`: variants, and the one key whose value tells them apart.

use inspire_diagnostics::{Code, Diagnostic, Location};
use inspire_syntax::ast::Name;
use rustc_hash::FxHashMap;

use super::{Expanded, Expander};
use crate::model::validation::{Field, Variant};

/// The fixed values of one variant by their keys; a key that may be left out tells nothing.
type Constants<'a> = FxHashMap<&'a str, &'a str>;

impl<'a> Expander<'_, 'a> {
    /// The discriminant of a union and its variants; reports when nothing tells the variants apart.
    pub(super) fn union(
        &mut self,
        name: Name<'a>,
        parts: Vec<Expanded<'a>>,
    ) -> Option<(&'a str, Vec<Variant<'a>>)> {
        let constants: Vec<Constants<'a>> = parts.iter().map(|part| constants(&part.fields)).collect();
        let keys = || parts.iter().flat_map(|part| &part.fields).filter(|field| tells(field));
        let in_all = |key: &str| constants.iter().all(|constants| constants.contains_key(key));
        let Some(common) = keys().find(|field| in_all(field.column.name)) else {
            let new = self.missing(name, &parts, &constants, keys().next());
            self.cx.diagnostics.extend(new);
            return None;
        };
        let mut tried: Vec<&str> = Vec::new();
        for key in keys().map(|field| field.column.name).filter(|key| in_all(key)) {
            // Every key is met first in the first variant, so that later variants only repeat what was tried.
            if tried.contains(&key) {
                break;
            }
            if repeated(&constants, key).is_none() {
                return Some((key, variants(parts, key)));
            }
            tried.push(key);
        }
        let key = common.column.name;
        let (first, second, value) = repeated(&constants, key)?;
        let place = |number: usize| parts.get(number).map(|part| self.place(part, key));
        let message = format!("two variants of `{}` have `{key}: \"{value}\"`", name.text);
        let new = Diagnostic::new(Code::RepeatedDiscriminant, place(second)?, message)
            .label("the same value again")
            .related(place(first)?, "first here")
            .help(format!("give each variant a value of its own; `{key}` tells them apart"));
        self.cx.report(new);
        None
    }

    /// Where `key` stands in a part, if it is written out there; otherwise the part.
    fn place(&self, part: &Expanded<'a>, key: &str) -> Location {
        let field = part.fields.iter().find(|field| field.column.name == key);
        field.map_or(self.at(part.span), |field| self.place_of(field, part.span))
    }

    #[cold]
    fn missing(
        &self,
        name: Name<'a>,
        parts: &[Expanded<'a>],
        constants: &[Constants<'a>],
        key: Option<&Field<'a>>,
    ) -> Option<Diagnostic> {
        if parts.iter().any(|part| part.partial) {
            return None;
        }
        let message = format!("nothing tells the variants of `{}` apart", name.text);
        let Some(key) = key.map(|field| field.column.name) else {
            let new = Diagnostic::new(Code::MissingDiscriminant, self.at(name.span), message)
                .label("no variant has a key with a fixed value")
                .help("give each variant one: `{ type: \"card\", … } | { type: \"bank\", … }`");
            return Some(new);
        };
        let (part, _) = parts.iter().zip(constants).find(|(_, constants)| !constants.contains_key(key))?;
        let new = Diagnostic::new(Code::MissingDiscriminant, self.place(part, key), message)
            .label(format!("this variant has no fixed `{key}`"))
            .help(format!("add `{key}: \"…\"` with a value of its own"));
        Some(new)
    }
}

fn tells(field: &Field<'_>) -> bool {
    field.constant.is_some() && !field.optional
}

fn constants<'a>(fields: &[Field<'a>]) -> Constants<'a> {
    let telling = fields.iter().filter(|field| tells(field));
    telling.filter_map(|field| Some((field.column.name, field.constant?))).collect()
}

/// The numbers of the first two variants in which `key` has one value, and that value.
fn repeated<'a>(constants: &[Constants<'a>], key: &str) -> Option<(usize, usize, &'a str)> {
    let mut first: FxHashMap<&str, usize> = FxHashMap::default();
    for (number, constants) in constants.iter().enumerate() {
        let value = constants.get(key).copied()?;
        if let Some(first) = first.get(value) {
            return Some((*first, number, value));
        }
        first.insert(value, number);
    }
    None
}

fn variants<'a>(parts: Vec<Expanded<'a>>, key: &str) -> Vec<Variant<'a>> {
    let variant = |part: Expanded<'a>| {
        let (tags, fields): (Vec<_>, Vec<_>) =
            part.fields.into_iter().partition(|field| field.column.name == key);
        Variant { tag: tags.first().and_then(|tag| tag.constant), fields }
    };
    parts.into_iter().map(variant).collect()
}
