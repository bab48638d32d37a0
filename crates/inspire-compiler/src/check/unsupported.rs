//! Blocks that are read and not compiled yet: each is an error, because a schema never compiles to less than it says.

use inspire_diagnostics::{Code, Diagnostic, Location};

use super::Checker;

/// No block stands in the schema that would be dropped.
pub(crate) fn nothing_is_dropped(cx: &mut Checker<'_>) {
    let names = &cx.names;
    let validations = names.validations.iter().map(|it| (it.at(it.node.keyword), "`@validation` types are"));
    let reports: Vec<_> = validations.map(|(place, what)| unsupported(place, what)).collect();
    cx.diagnostics.extend(reports);
}

#[cold]
fn unsupported(location: Location, what: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnsupportedBlock,
        location,
        format!("{what} not supported by this version of kizaki"),
    )
    .label("would have no effect")
    .help("remove it; a schema never compiles to less than it says")
}
