//! Allowances: `// inspire: allow(code, "reason")` on the line before takes a warning, note or lint away.
//!
//! Whoever reads the schema sees what was looked at and why it is fine. One that takes nothing away is told of, because
//! it would hide the next mistake there.

use std::ops::Range;

use inspire_diagnostics::{Code, Diagnostic, FileId, Kind, Location, Severity, SourceMap, Span, closest};
use inspire_syntax::Parsed;

/// A comment that allows something.
struct Allowance {
    place: Location,
    code: Code,
    /// The bytes of the line that it is about; empty if there is none.
    line: Range<u32>,
    is_used: bool,
}

/// Takes away what the comments of `files` allow, and reports what is wrong with them.
///
/// `diagnostics` are all that were found in these files, before levels are applied: what a level hides is allowed, too.
pub fn apply_allowances(
    sources: &SourceMap,
    files: &[(FileId, &Parsed<'_>)],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut allowances = Vec::new();
    for (file, parsed) in files {
        let text = sources.get(*file).map_or("", |source| source.text());
        for comment in &parsed.comments {
            let Some(instruction) = instruction(text, comment.span) else { continue };
            match read(*file, text, comment.span, instruction) {
                Ok(allowance) => allowances.push(allowance),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
    }
    if allowances.is_empty() {
        return;
    }
    // Files and comments come in order, so the lines do as well.
    diagnostics.retain(|diagnostic| !is_allowed(&mut allowances, diagnostic));
    // After an error some rules say nothing, so that nothing would be known of what is left over.
    if diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error) {
        let unused = allowances.iter().filter(|allowance| !allowance.is_used);
        diagnostics.extend(unused.map(|allowance| self::unused(sources, allowance)));
    }
}

fn is_allowed(allowances: &mut [Allowance], diagnostic: &Diagnostic) -> bool {
    let Some(Location { file, span }) = diagnostic.location else { return false };
    let before = |allowance: &Allowance| (allowance.place.file, allowance.line.end) <= (file, span.start);
    let first = allowances.partition_point(before);
    let here = allowances.iter_mut().skip(first);
    let mut here = here.take_while(|it| it.place.file == file && it.line.start <= span.start);
    let found = here.find(|it| it.code == diagnostic.code && diagnostic.code.kind() != Kind::Error);
    if let Some(allowance) = found {
        allowance.is_used = true;
        return true;
    }
    false
}

/// What follows `// inspire:` in a comment, if it is such a one.
fn instruction(text: &str, comment: Span) -> Option<&str> {
    let words = text.get(comment.range())?.strip_prefix("//")?.trim_start();
    words.strip_prefix("inspire:").map(str::trim)
}

fn read(file: FileId, text: &str, comment: Span, instruction: &str) -> Result<Allowance, Box<Diagnostic>> {
    let place = Location::new(file, comment);
    let line_start = text.get(..comment.start as usize).map_or(0, start_of_last_line);
    let before = text.get(line_start..comment.start as usize).unwrap_or_default();
    if !before.trim_start_matches('\u{FEFF}').trim().is_empty() {
        return Err(Box::new(
            invalid(place, "an allowance stands on a line of its own")
                .label("behind something else")
                .help("move it to the line before the one that it is about"),
        ));
    }
    let malformed = |message: &str, label: &str| {
        let new = invalid(place, message).label(label);
        Box::new(new.help("write `// inspire: allow(code, \"why it is fine\")`"))
    };
    let arguments = instruction.strip_prefix("allow").map(str::trim_start);
    let Some(arguments) = arguments.and_then(|it| it.strip_prefix('(')?.strip_suffix(')')) else {
        return Err(malformed("`inspire:` begins an allowance", "not `allow(…)`"));
    };
    let (name, reason) = arguments.split_once(',').unwrap_or((arguments, ""));
    let name = name.trim();
    let reason = reason.trim().strip_prefix('"').and_then(|reason| reason.strip_suffix('"'));
    if reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(malformed("an allowance gives its reason", "says no reason in quotes"));
    }
    let code = Code::from_name(name).filter(|code| code.kind() != Kind::Error);
    let Some(code) = code else {
        let start = text.get(comment.range()).and_then(|it| it.find(name)).unwrap_or_default() as u32;
        let start = comment.start + start;
        return Err(Box::new(unknown(
            Location::new(file, Span::new(start, start + name.len() as u32)),
            name,
        )));
    };
    Ok(Allowance { place, code, line: line_after(text, comment.end as usize), is_used: false })
}

/// The first line behind `end` that has more on it than a comment.
fn line_after(text: &str, end: usize) -> Range<u32> {
    let mut start = end;
    let rest = text.get(end..).unwrap_or_default();
    for line in rest.split_inclusive(['\n', '\r']) {
        let words = line.trim();
        if start > end && !words.is_empty() && !words.starts_with("//") {
            return start as u32..(start + line.len()) as u32;
        }
        start += line.len();
    }
    start as u32..start as u32
}

/// Where the last line of `text` begins.
fn start_of_last_line(text: &str) -> usize {
    text.rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

#[cold]
fn invalid(place: Location, message: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidAllow, place, message)
}

#[cold]
fn unknown(place: Location, name: &str) -> Diagnostic {
    if Code::from_name(name).is_some() {
        return invalid(place, &format!("`{name}` is an error, which cannot be allowed"))
            .label("an error")
            .help("warnings, notes and lints can be allowed");
    }
    let new = invalid(place, &format!("no warning, note or lint is named `{name}`")).label("unknown code");
    let codes = Code::ALL.iter().filter(|code| code.kind() != Kind::Error).map(|code| code.name());
    match closest(name, codes) {
        None => new.help("`kizaki explain --list` shows all codes"),
        guess => new.did_you_mean(place, guess),
    }
}

#[cold]
fn unused(sources: &SourceMap, allowance: &Allowance) -> Diagnostic {
    let text = sources.get(allowance.place.file).map_or("", |source| source.text());
    let Span { start, end } = allowance.place.span;
    let line_start = start_of_last_line(text.get(..start as usize).unwrap_or_default()) as u32;
    let rest = text.get(end as usize..).unwrap_or_default();
    let line_end =
        end + ["\r\n", "\n", "\r"].iter().find(|it| rest.starts_with(**it)).map_or(0, |it| it.len() as u32);
    let line = Location::new(allowance.place.file, Span::new(line_start, line_end));
    let message = format!("there is no `{}` here to allow", allowance.code.name());
    Diagnostic::new(Code::UnusedAllow, allowance.place, message)
        .label("allows nothing")
        .help("remove it; left behind it would hide the next one")
        .fix("remove the line", line, "")
}
