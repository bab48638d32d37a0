//! The report as a page: headings, items and tables, in which our words are told from what a schema says.

use std::borrow::Cow;

use super::SecurityReport;

mod auth;
mod entity;
mod findings;
mod namespace;
mod outside;
pub(crate) mod phrase;
mod principal;
mod route;

/// A piece of the page.
#[derive(Debug)]
pub(super) enum Block<'p> {
    /// The page's name.
    Title(&'static str),
    /// The name of a part.
    Section(&'static str),
    /// The name of a part of a part.
    Heading(Phrase<'p>),
    /// A paragraph of our own words.
    Text(Cow<'static, str>),
    /// A list.
    Items(Vec<Item<'p>>),
    /// A table with the names of its columns.
    Table(&'static [&'static str], Vec<Vec<Phrase<'p>>>),
}

/// An item of a list.
#[derive(Debug)]
pub(super) struct Item<'p> {
    pub(super) phrase: Phrase<'p>,
    /// What belongs to it.
    pub(super) notes: Vec<Phrase<'p>>,
}

/// A line of text, however long.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phrase<'p> {
    parts: Vec<Part<'p>>,
}

/// A part of a phrase.
#[derive(Clone, Debug)]
pub(crate) enum Part<'p> {
    /// Our own words.
    Words(Cow<'static, str>),
    /// A name, a path or a condition of the schema.
    Code(Cow<'p, str>),
    /// A text of the schema for people.
    Prose(&'p str),
}

/// The whole report.
pub(super) fn page<'p>(report: &'p SecurityReport<'_>) -> Vec<Block<'p>> {
    let mut page = vec![
        Block::Title("Security report"),
        Block::Text(counts(report).into()),
        text("What no grant allows is refused, and a deny wins over every grant."),
    ];
    findings::findings(&mut page, report);
    route::routes(&mut page, &report.routes);
    entity::entities(&mut page, &report.entities);
    principal::scopes(&mut page, report);
    principal::roles(&mut page, &report.roles);
    principal::systems(&mut page, report);
    namespace::namespaces(&mut page, &report.namespaces);
    auth::auth(&mut page, report.auth.as_ref());
    outside::outside(&mut page, report);
    page
}

fn counts(report: &SecurityReport<'_>) -> String {
    let counts = report.counts;
    let counted = [
        (counts.routes, "route", "routes"),
        (counts.entities, "entity", "entities"),
        (counts.scopes, "scope", "scopes"),
        (counts.roles, "role", "roles"),
        (counts.systems, "system principal", "system principals"),
        (counts.namespaces, "namespace", "namespaces"),
        (counts.policies, "policy", "policies"),
    ];
    let counted: Vec<_> = counted
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| format!("{n} {}", if *n == 1 { one } else { many }))
        .collect();
    match counts.policies_without_why {
        _ if counted.is_empty() => "No routes, no entities.".to_owned(),
        0 => format!("{}.", counted.join(", ")),
        n => format!("{}, {n} of them without `@why`.", counted.join(", ")),
    }
}

/// A paragraph of our own words.
fn text(words: &'static str) -> Block<'static> {
    Block::Text(words.into())
}

/// A plain list.
fn items<'p>(phrases: impl IntoIterator<Item = Phrase<'p>>) -> Block<'p> {
    Block::Items(phrases.into_iter().map(Item::from).collect())
}

impl Part<'_> {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Words(text) => text,
            Self::Code(text) => text,
            Self::Prose(text) => text,
        }
    }
}

impl<'p> Phrase<'p> {
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part<'p>> {
        self.parts.iter()
    }

    fn new() -> Self {
        Self::default()
    }

    fn words(mut self, words: impl Into<Cow<'static, str>>) -> Self {
        self.parts.push(Part::Words(words.into()));
        self
    }

    fn code(mut self, text: impl Into<Cow<'p, str>>) -> Self {
        self.parts.push(Part::Code(text.into()));
        self
    }

    fn prose(mut self, text: &'p str) -> Self {
        self.parts.push(Part::Prose(text));
        self
    }

    fn then(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl<'p> From<Phrase<'p>> for Item<'p> {
    fn from(phrase: Phrase<'p>) -> Self {
        Self { phrase, notes: Vec::new() }
    }
}
