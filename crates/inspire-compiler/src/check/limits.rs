//! The limits of an artifact: what compiles always loads.

use inspire_artifact::limits::{ENTITIES, FIELDS, HOOKS, POLICIES, ROUTES, SCHEDULES, STRING_BYTES};
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::Parsed;

use super::Checker;
use super::policy::PoliciesChecked;
use super::routes::RoutesChecked;
use crate::model::{Data, Hook, Schedule};

/// Reports what is larger than an artifact can hold.
pub(crate) fn hold(
    cx: &mut Checker<'_>,
    files: &[(FileId, &Parsed<'_>)],
    data: &Data<'_>,
    routes: &RoutesChecked<'_>,
    policies: &PoliciesChecked<'_>,
    hooks: &[Hook<'_>],
    schedules: &[Schedule<'_>],
) {
    for (file, parsed) in files {
        if parsed.longest.len() > STRING_BYTES {
            cx.report(too_long(Location::new(*file, parsed.longest)));
        }
    }
    let counts = [
        ("entities", data.entities.len(), ENTITIES),
        ("enums", data.enums.len(), ENTITIES),
        ("embedded types", data.types.len(), ENTITIES),
        ("fields", data.fields.len(), FIELDS),
        ("routes", routes.model.len(), ROUTES),
        ("policies", policies.model.policies.len(), POLICIES),
        ("hooks", hooks.len(), HOOKS),
        ("schedules", schedules.len(), SCHEDULES),
    ];
    for (what, count, limit) in counts {
        if count > limit {
            let message = format!("the schema has {count} {what}; an artifact holds {limit}");
            cx.report(
                Diagnostic::without_place(Code::LimitExceeded, message).help("split the app into several"),
            );
        }
    }
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
