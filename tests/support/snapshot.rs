//! How a snapshot looks and where it lies: `snapshots/<folder>/<name>.snap`, the source first, then what is said of it.

use std::fmt::Write as _;

use inspire_diagnostics::{Diagnostic, Rendered, SourceMap, visible, visible_lines};
use miette::{GraphicalReportHandler, GraphicalTheme};

use super::corpus::root;

/// The columns of a rendered diagnostic.
const WIDTH: usize = 80;

/// Compares `value` with `snapshots/<folder>/<name>.snap`.
pub(crate) fn assert(folder: &str, name: &str, value: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots").join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.remove_snapshot_suffix();
    settings.remove_input_file();
    settings.bind(|| insta::assert_snapshot!(name, value));
}

/// A source and what is said of it, as one text.
pub(crate) fn text(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for (_, source) in sources.iter() {
        text.push_str(visible_lines(source.text()).trim_end_matches('\n'));
        text.push('\n');
    }
    text.push_str("────────────────────\n");
    if diagnostics.is_empty() {
        text.push_str("nothing to say\n");
    }
    for one in diagnostics {
        text.push_str(&graphical(sources, one));
        fixes(&mut text, sources, one);
    }
    text
}

/// A diagnostic as a person sees it, without colour.
pub(crate) fn graphical(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(WIDTH)
        .with_links(false);
    let mut text = String::new();
    handler.render_report(&mut text, &Rendered::new(sources, diagnostic, WIDTH)).unwrap();
    text
}

/// A line a fix, a line an edit: `fix (machine-applicable): replace with …` and `1:3-1:8 "new text"`.
fn fixes(text: &mut String, sources: &SourceMap, diagnostic: &Diagnostic) {
    for fix in &diagnostic.fixes {
        writeln!(text, "fix ({}): {}", fix.applicability.word(), visible(&fix.title)).unwrap();
        for edit in &fix.edits {
            let source = sources.get(edit.location.file).unwrap();
            let (start, end) = (edit.location.span.start, edit.location.span.end);
            let (start, end) = (source.line_column(start), source.line_column(end));
            let place = format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column);
            writeln!(text, "  {place} {:?}", visible_lines(&edit.text)).unwrap();
        }
    }
}
