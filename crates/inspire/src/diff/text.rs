//! The changes as text: a heading for each effect, below it one line for each change that has it, and a count.
//!
//! A line that goes on below does so further to the right than any change begins, and hidden characters are shown as
//! escapes: so no text of a schema can pass for a change or a heading.

use inspire_diagnostics::{Long, visible, wrap};

use super::{Change, Diff, Effect};

pub(super) fn render(diff: &Diff, width: Option<usize>, style: impl Fn(Effect, &str) -> String) -> String {
    if diff.changes.is_empty() {
        return "no differences\n".to_owned();
    }
    let mut text = String::new();
    for effect in Effect::ALL {
        if diff.of(effect).next().is_none() {
            continue;
        }
        text += &style(effect, heading(effect));
        text.push('\n');
        diff.of(effect).for_each(|change| line(&mut text, change, effect, width));
        text.push('\n');
    }
    broken(&mut text, "", "  ", &closing_line(diff), width);
    text
}

fn heading(effect: Effect) -> &'static str {
    match effect {
        Effect::Widens => "Widens access",
        Effect::Narrows => "Narrows access",
        Effect::Breaks => "Breaks callers",
        Effect::Other => "Other",
    }
}

fn line(text: &mut String, change: &Change, effect: Effect, width: Option<usize>) {
    let doubt = match effect {
        Effect::Widens if !change.certain => " (may widen)",
        Effect::Narrows if !change.certain => " (may narrow)",
        _ => "",
    };
    let said = format!("{}: {}{doubt}", change.subject, change.message);
    broken(text, "  ", "      ", &visible(&said), width);
}

fn broken(text: &mut String, first: &str, indent: &str, line: &str, width: Option<usize>) {
    for line in wrap(first, indent, line, width.unwrap_or(usize::MAX), Long::Break) {
        text.push_str(&line);
        text.push('\n');
    }
}

/// `3 changes: 1 widens access, 2 break callers`.
fn closing_line(diff: &Diff) -> String {
    let counts = diff.counts;
    let parts = [
        (counts.widens, "widens access", "widen access"),
        (counts.narrows, "narrows access", "narrow access"),
        (counts.breaks, "breaks callers", "break callers"),
        (counts.other, "other", "other"),
    ];
    let parts = parts.iter().filter(|(count, ..)| *count > 0);
    let parts: Vec<_> =
        parts.map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many })).collect();
    let changes = if counts.changes == 1 { "change" } else { "changes" };
    format!("{} {changes}: {}", counts.changes, parts.join(", "))
}
