//! Paths of routes: well-formed parts, and the whole path made of them.

use inspire_artifact::limits::{PATH_BYTES, PATH_SEGMENTS};
use inspire_diagnostics::{Code, Diagnostic, Location};

/// What a part of a path is, which decides where it may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The prefix of a group, written as a string.
    Prefix,
    /// The path of a route, written bare.
    Route,
}

/// What is wrong with a part of a path; none for a well-formed one.
pub(crate) fn check(text: &str, part: Part, place: Location) -> Option<Diagnostic> {
    if text == "/" || is_well_formed(text.as_bytes()) {
        return None;
    }
    slow(text, part, place)
}

/// Whether a path is well formed, in one pass: what nearly every path is.
fn is_well_formed(text: &[u8]) -> bool {
    let Some((b'/', rest)) = text.split_first() else { return false };
    rest.split(|byte| *byte == b'/').all(|segment| match segment {
        [] | b"." | b".." => false,
        [b':', first, name @ ..] => {
            (first.is_ascii_alphabetic() || *first == b'_')
                && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        }
        literal => literal.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(byte)),
    })
}

/// What is wrong with a part that is not well formed.
#[cold]
fn slow(text: &str, part: Part, place: Location) -> Option<Diagnostic> {
    if text.contains('*') {
        return Some(
            Diagnostic::new(Code::UnsupportedWildcard, place, format!("`{text}` has a wildcard"))
                .label("wildcards do not exist")
                .help("write the segments out, with `:name` for each that varies; every route says what it opens"),
        );
    }
    let (what, help) = wrong(text)?;
    let new = Diagnostic::new(Code::MalformedPath, place, what).label("malformed").help(help);
    Some(match repair(text) {
        Some(repaired) if repaired != text => {
            let text = if part == Part::Prefix { format!("\"{repaired}\"") } else { repaired.clone() };
            new.suggestion(format!("replace with `{repaired}`"), place, text)
        }
        _ => new,
    })
}

/// What is wrong, and the way out.
fn wrong(text: &str) -> Option<(String, String)> {
    let new = |what: String, help: &str| Some((what, help.to_owned()));
    if text.is_empty() {
        return new(
            "the prefix is empty".to_owned(),
            "a prefix starts with `/`; `\"/\"` adds nothing to the paths",
        );
    }
    if !text.starts_with('/') {
        return new(format!("`{text}` does not start with `/`"), "every part of a path starts with `/`");
    }
    if text.ends_with('/') {
        return new(
            format!("`{text}` ends with `/`"),
            "a path and the same path with `/` at its end are different; leave it out",
        );
    }
    for segment in text.split('/').skip(1) {
        let bad = |c: &char| !(c.is_ascii_alphanumeric() || "._~-".contains(*c));
        let name = segment.strip_prefix(':');
        if segment.is_empty() {
            return new(format!("`{text}` has an empty segment"), "write one `/` between segments");
        }
        if segment == "." || segment == ".." {
            return new(format!("`{text}` has the segment `{segment}`"), "write the path it leads to");
        }
        match name {
            Some(name) if is_name(name) => {}
            Some("") => return new("a parameter has no name".to_owned(), "write `:name`"),
            Some(name) => {
                return new(
                    format!("`:{name}` is no parameter"),
                    "a parameter is `:` and a name of letters, digits and `_`",
                );
            }
            None => {
                if let Some(c) = segment.chars().find(bad) {
                    let help = match c {
                        '?' => "a query is no part of a route; the handler reads it",
                        '#' => "a fragment never reaches the server",
                        '%' => {
                            "paths are compared after decoding, so escapes do not stand in them; segments are plain ASCII"
                        }
                        ':' => "a parameter is a whole segment: `/items/:id`",
                        _ => "segments are made of letters, digits, `.`, `_`, `~` and `-`, or are `:name`",
                    };
                    return new(format!("`{c}` cannot stand in a path"), help);
                }
            }
        }
    }
    None
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The well-formed path that was most likely meant.
fn repair(text: &str) -> Option<String> {
    let segments: Vec<_> = text.split('/').filter(|segment| !segment.is_empty() && *segment != ".").collect();
    let repaired = if segments.is_empty() { "/".to_owned() } else { format!("/{}", segments.join("/")) };
    (wrong(&repaired).is_none() || repaired == "/").then_some(repaired)
}

/// The whole path of a route below a prefix. `/` as a part adds nothing unless it is the whole.
pub(crate) fn join(prefix: &str, path: &str, out: &mut String) {
    out.clear();
    if prefix != "/" {
        out.push_str(prefix);
    }
    if path != "/" || out.is_empty() {
        out.push_str(path);
    }
}

/// What is wrong with a whole path whose parts are well formed.
pub(crate) fn check_whole(path: &str, place: Location) -> Option<Diagnostic> {
    let too_long = path.len() > PATH_BYTES;
    if too_long || path.bytes().filter(|byte| *byte == b'/').count() > PATH_SEGMENTS {
        let what = if too_long {
            format!("the whole path has {} bytes", path.len())
        } else {
            format!("the whole path has {} segments", path.split('/').count() - 1)
        };
        return Some(Diagnostic::new(Code::MalformedPath, place, what).label("too long").help(format!(
            "a path has at most {PATH_BYTES} bytes and {PATH_SEGMENTS} segments, prefixes included"
        )));
    }
    if path.starts_with("/__") {
        return Some(
            Diagnostic::new(Code::ReservedPath, place, format!("`{path}` belongs to the platform"))
                .label("starts with `/__`")
                .help("the platform answers below `/__auth`; take another first segment"),
        );
    }
    if path.bytes().filter(|byte| *byte == b':').count() < 2 {
        return None;
    }
    // Few paths have two parameters, so the names are compared as they come.
    let mut names = path.split('/').filter_map(|segment| segment.strip_prefix(':'));
    while let Some(name) = names.next() {
        if names.clone().any(|other| other == name) {
            return Some(
                Diagnostic::new(
                    Code::DuplicateParameter,
                    place,
                    format!("`{path}` has two parameters named `{name}`"),
                )
                .label("one of them would be lost")
                .help("name them apart, prefixes included"),
            );
        }
    }
    None
}
