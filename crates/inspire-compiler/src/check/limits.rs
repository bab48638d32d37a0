//! The limits of an artifact: what compiles always loads.

use inspire_artifact::limits::{
    ATTRIBUTES, ENTITIES, FIELDS, HOOKS, HOSTS, INTEGRATIONS, PLANS, POLICIES, RECORDS, ROUTES, SCHEDULES,
    SCOPES, STRING_BYTES,
};
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::Parsed;

use crate::model::Schema;

/// Reports what is larger than an artifact can hold.
pub(crate) fn hold(files: &[(FileId, &Parsed<'_>)], schema: &Schema<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (file, parsed) in files {
        if parsed.longest.len() > STRING_BYTES {
            diagnostics.push(too_long(Location::new(*file, parsed.longest)));
        }
    }
    diagnostics.extend(counts(schema).into_iter().filter(|(_, count, limit)| count > limit).map(too_many));
}

/// What an artifact holds a limited number of: its name, how many there are, and how many there may be.
fn counts(schema: &Schema<'_>) -> [(&'static str, usize, usize); 18] {
    let Schema { auth, data, policies, payments, .. } = schema;
    [
        ("principal attributes", auth.as_ref().map_or(0, |auth| auth.attributes.len()), ATTRIBUTES),
        ("entities", data.entities.len(), ENTITIES),
        ("enums", data.enums.len(), ENTITIES),
        ("embedded types", data.types.len(), ENTITIES),
        ("fields", data.fields.len(), FIELDS),
        ("validation types", schema.validations.len(), ENTITIES),
        ("policies", policies.policies.len(), POLICIES),
        ("operations in conditions", policies.ops.len(), RECORDS),
        ("steps in paths", policies.steps.len(), RECORDS),
        ("scopes", schema.scopes.as_ref().map_or(0, Vec::len), SCOPES),
        ("routes", schema.routes.len(), ROUTES),
        ("namespaces", schema.namespaces.len(), ENTITIES),
        ("hooks", schema.hooks.len(), HOOKS),
        ("schedules", schema.schedules.len(), SCHEDULES),
        ("plans", payments.as_ref().map_or(0, |payments| payments.plans.len()), PLANS),
        ("hooks on payments", payments.as_ref().map_or(0, |payments| payments.hooks.len()), HOOKS),
        ("integrations", schema.integrations.as_ref().map_or(0, Vec::len), INTEGRATIONS),
        ("allowed hosts", schema.network.as_ref().map_or(0, |network| network.hosts.len()), HOSTS),
    ]
}

#[cold]
fn too_many((what, count, limit): (&str, usize, usize)) -> Diagnostic {
    let message = format!("the schema has {count} {what}; an artifact holds {limit}");
    Diagnostic::without_place(Code::LimitExceeded, message).help("split the app into several")
}

#[cold]
fn too_long(place: Location) -> Diagnostic {
    let bytes = place.span.len();
    // The text is far too long to be shown; its start is enough.
    let start = Location::new(place.file, Span::new(place.span.start, place.span.start + 1));
    Diagnostic::new(
        Code::LimitExceeded,
        start,
        format!("this text has {bytes} bytes; an artifact holds {STRING_BYTES}"),
    )
    .label("too long")
    .help("names, texts and doc comments have at most 64 KiB each")
}
