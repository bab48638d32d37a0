//! Where things stand: every place must be one in its text, between characters.

use inspire_diagnostics::{Diagnostic, SourceMap, Span};

/// Asserts that `span` lies in `text`, between characters.
pub(crate) fn fits(text: &str, span: Span) {
    assert!(span.start <= span.end && text.get(span.range()).is_some(), "{span:?} is no place in the text");
}

/// Asserts that a diagnostic and everything that belongs to it points into `sources`, and that no two edits of a fix
/// meet.
pub(crate) fn diagnostic_fits(sources: &SourceMap, one: &Diagnostic) {
    let related = one.related.iter().map(|label| label.location);
    let edits = one.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.location);
    for location in one.location.into_iter().chain(related).chain(edits) {
        let source = sources.get(location.file);
        assert!(source.is_some(), "{one:?} is in no file");
        fits(source.map_or("", inspire_diagnostics::Source::text), location.span);
    }
    for fix in &one.fixes {
        let mut places: Vec<_> = fix.edits.iter().map(|edit| edit.location).collect();
        places.sort();
        let apart = places.is_sorted_by(|a, b| a.file < b.file || a.span.end <= b.span.start);
        assert!(apart, "edits of {one:?} overlap");
    }
}
