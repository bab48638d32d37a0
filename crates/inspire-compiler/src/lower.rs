//! Lowering: the model → the tables of an artifact. Cannot fail.
//!
//! Every record is written in the order the format asks for; the model is sorted already, so nothing is sorted here.

mod api_keys;
mod auth;
mod email;
mod entity;
mod hook;
mod integrations;
mod namespace;
mod network;
mod payments;
mod policy;
mod routes;
mod validation;

use std::borrow::Cow;

use inspire_artifact::debug::{self, FileRecord, SpanRecord, Subject};
use inspire_artifact::record::DocRecord;
use inspire_artifact::{NONE, Strings, Tables, Text, index};
use inspire_diagnostics::{FileId, Location, SourceMap};
use inspire_syntax::Parsed;
use rustc_hash::FxHashMap;

use crate::model::{EntityId, FieldId, Schema};

/// Turns a schema into the tables of its artifact.
///
/// `files` are those that were checked, in the order of their numbers: their doc comments go along.
/// With `debug_info` the tables say where in `sources` each record was declared.
pub fn lower<'a>(
    schema: Schema<'a>,
    files: &[(FileId, &Parsed<'a>)],
    sources: &SourceMap,
    debug_info: bool,
) -> Tables {
    let mut origins = Origins::new(files, sources, debug_info);
    let Schema { auth, data, policies, systems, scopes, routes, namespaces, hooks, schedules, .. } = schema;
    let Schema { validations, payments, integrations, network, email, .. } = schema;
    Tables {
        auth: auth.map(|auth| auth::lower(&auth, &data, &mut origins)),
        api_keys: scopes
            .as_ref()
            .map(|scopes| api_keys::lower(scopes, &data, &policies, &systems, &mut origins)),
        routes: (!routes.is_empty()).then(|| routes::lower(routes, scopes.as_deref(), &mut origins)),
        data: entity::lower(&data, &mut origins),
        policies: (!systems.is_empty() || !policies.policies.is_empty())
            .then(|| policy::lower(&policies, &systems, &data, &mut origins)),
        namespaces: (!namespaces.is_empty()).then(|| namespace::lower(&namespaces, &data, &mut origins)),
        hooks: (!hooks.is_empty() || !schedules.is_empty())
            .then(|| hook::lower(&hooks, &schedules, &data, &mut origins)),
        validations: (!validations.is_empty()).then(|| validation::lower(&validations, &data, &mut origins)),
        payments: payments.map(|payments| payments::lower(&payments, &data, &mut origins)),
        integrations: integrations.map(|list| integrations::lower(&list, &mut origins)),
        network: network.map(|network| network::lower(&network, &mut origins)),
        email: email.map(|email| email::lower(&email, &mut origins)),
        debug: origins.debug,
    }
}

/// Where records come from: their doc comments and, on request, their places.
struct Origins<'f, 'a> {
    files: &'f [(FileId, &'f Parsed<'a>)],
    debug: Option<debug::Tables>,
}

impl<'f, 'a> Origins<'f, 'a> {
    fn new(files: &'f [(FileId, &'f Parsed<'a>)], sources: &SourceMap, debug_info: bool) -> Self {
        let debug = debug_info.then(|| {
            let mut tables = debug::Tables::default();
            for (_, source) in sources.iter() {
                let name = tables.strings.intern(source.name());
                tables.files.push(FileRecord { name });
            }
            tables
        });
        Self { files, debug }
    }

    /// The doc comment of what begins at `start` in `file`.
    fn doc(&self, file: FileId, start: u32) -> Option<Cow<'a, str>> {
        self.files.get(file.0 as usize)?.1.docs.of(start)
    }

    /// Notes the place of a record.
    fn place(&mut self, section: Subject, table: u8, record: usize, location: Location) {
        if let Some(tables) = &mut self.debug {
            tables.spans.push(SpanRecord {
                section: section.into(),
                table,
                record: index(record),
                file: location.file.0.into(),
                start: location.span.start.into(),
                end: location.span.end.into(),
            });
        }
    }
}

/// Adds the doc comment of a record, if it has one.
fn add_doc(
    strings: &mut Strings,
    docs: &mut Vec<DocRecord>,
    table: u32,
    record: usize,
    doc: Option<Cow<'_, str>>,
) {
    if let Some(doc) = doc.filter(|doc| !doc.is_empty()) {
        let text = strings.intern(&doc);
        docs.push(DocRecord { table: table.into(), record: index(record), text });
    }
}

/// The number of an entity in the artifact.
fn entity_index(id: EntityId) -> u32 {
    if id == EntityId::USER { NONE } else { id.0 }
}

/// The number of a field in the artifact; `__User` and its fields have none.
fn field_index(id: FieldId) -> u32 {
    if id >= FieldId::USER { NONE } else { id.0 }
}

/// Names of the schema and the tables or columns they become, each worked out once.
#[derive(Default)]
struct Columns<'a> {
    known: FxHashMap<&'a str, (Text, Text)>,
}

impl<'a> Columns<'a> {
    /// The cells of `name` and of its snake_case form.
    fn intern(&mut self, strings: &mut Strings, name: &'a str) -> (Text, Text) {
        *self.known.entry(name).or_insert_with(|| (strings.intern(name), strings.intern(&column(name))))
    }
}

/// The name of the table or column for a name of the schema.
fn column(name: &str) -> String {
    heck::ToSnakeCase::to_snake_case(name)
}
