//! Settings of a block: known keys, each once, each with a value of the right kind.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, closest};
use inspire_syntax::ast::{Name, Path, Setting, Value, ValueKind};
use rustc_hash::FxHashMap;

use super::Checker;

/// Reports keys that `block` does not have and keys given twice.
///
/// `strange` may explain a key that is unknown for a reason; a key it explains gets that diagnostic. Gives the known
/// keys that unknown ones were probably meant to be, so that they are not reported as missing as well.
pub(crate) fn keys_are_known<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    block: &str,
    settings: &'a [Setting<'a>],
    known: &[&'static str],
    strange: impl Fn(Name<'a>, Location) -> Option<Diagnostic>,
) -> Vec<&'static str> {
    let mut meant = Vec::new();
    let mut first: FxHashMap<&str, Location> = FxHashMap::default();
    for setting in settings {
        let place = Location::new(file, setting.key.span);
        if let Some(first) = first.get(setting.key.text) {
            cx.report(duplicate_key(setting.key.text, place, *first));
            continue;
        }
        first.insert(setting.key.text, place);
        if known.contains(&setting.key.text) {
            continue;
        }
        let diagnostic =
            strange(setting.key, place).unwrap_or_else(|| unknown_key(block, setting.key, place, known));
        meant.extend(closest(setting.key.text, known.iter().copied()));
        cx.report(diagnostic);
    }
    meant
}

#[cold]
fn unknown_key(block: &str, key: Name<'_>, place: Location, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::UnknownKey, place, format!("{block} has no key `{}`", key.text))
        .label("unknown key");
    match closest(key.text, known.iter().copied()) {
        Some(word) => diagnostic.did_you_mean(place, Some(word)),
        None => diagnostic.help(format!("the keys are {}", list(known))),
    }
}

/// The diagnostic for a key or option given twice.
#[cold]
pub(crate) fn duplicate_key(key: &str, place: Location, first: Location) -> Diagnostic {
    Diagnostic::new(Code::DuplicateKey, place, format!("`{key}` is given twice"))
        .label("given again here")
        .related(first, "first given here")
        .help("remove one of them")
}

/// Words in backticks with commas and an "and".
pub(crate) fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [rest @ .., last] => {
            let rest: Vec<_> = rest.iter().map(|word| format!("`{word}`")).collect();
            format!("{} and `{last}`", rest.join(", "))
        }
    }
}

/// The setting with this key, the first if there are several.
pub(crate) fn find<'a>(settings: &'a [Setting<'a>], key: &str) -> Option<&'a Setting<'a>> {
    settings.iter().find(|setting| setting.key.text == key)
}

/// What a value is, for messages.
pub(crate) fn describe(value: &Value<'_>) -> String {
    match value.kind {
        ValueKind::String(_) => "a string".to_owned(),
        ValueKind::Int(_) => "an integer".to_owned(),
        ValueKind::Decimal(_) => "a decimal number".to_owned(),
        ValueKind::Duration(_) => "a duration".to_owned(),
        ValueKind::Rate(..) => "a rate".to_owned(),
        ValueKind::Path(path) => format!("`{}`", text(path)),
        ValueKind::Call((path, _)) => format!("`{}(…)`", text(*path)),
        ValueKind::List(_) => "a list".to_owned(),
        ValueKind::Labelled(_) => "a list with labels".to_owned(),
        ValueKind::Secret(_) => "`@secret(…)`".to_owned(),
        ValueKind::Block(_) => "a block".to_owned(),
        ValueKind::System(_) => "`@system(…)`".to_owned(),
        ValueKind::Malformed => "something malformed".to_owned(),
    }
}

/// A path as it is written.
pub(crate) fn text(path: Path<'_>) -> String {
    path.names.iter().map(|name| name.text).collect::<Vec<_>>().join(".")
}

/// Reports a value of the wrong kind, unless it was reported as malformed.
#[cold]
pub(crate) fn wrong_value(
    cx: &mut Checker<'_>,
    file: FileId,
    key: &str,
    wanted: &str,
    value: &Value<'_>,
    help: &str,
) {
    if matches!(value.kind, ValueKind::Malformed) {
        return;
    }
    let message = format!("`{key}` takes {wanted}, not {}", describe(value));
    let place = Location::new(file, value.span);
    let mut diagnostic = Diagnostic::new(Code::InvalidValue, place, message).label(format!("not {wanted}"));
    if !help.is_empty() {
        diagnostic = diagnostic.help(help);
    }
    cx.report(diagnostic);
}

/// The integer of a setting.
pub(crate) fn int<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<i64> {
    match setting.value.kind {
        ValueKind::Int(number) => Some(number),
        _ => {
            let help = format!("write a number without quotes: `{}: 12`", setting.key.text);
            wrong_value(cx, file, setting.key.text, "an integer", &setting.value, &help);
            None
        }
    }
}

/// The milliseconds of a duration; `examples` shows some that fit `key`.
pub(crate) fn duration<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    key: &str,
    value: &Value<'a>,
    examples: &str,
) -> Option<u64> {
    match value.kind {
        ValueKind::Duration(milliseconds) => Some(milliseconds),
        ValueKind::Int(number) => {
            cx.report(unitless(Location::new(file, value.span), number, examples));
            None
        }
        _ => {
            let help = format!("write digits and a unit without a space and without quotes: {examples}");
            wrong_value(cx, file, key, "a duration", value, &help);
            None
        }
    }
}

#[cold]
fn unitless(place: Location, number: i64, examples: &str) -> Diagnostic {
    Diagnostic::new(Code::MalformedDuration, place, format!("`{number}` is no duration"))
        .label("the unit is missing")
        .help(format!("write digits and a unit without a space: {examples}"))
}

/// The truth value of a setting.
pub(crate) fn boolean<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<bool> {
    match word(&setting.value) {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => {
            let help = "write `true` or `false`, without quotes";
            wrong_value(cx, file, setting.key.text, "`true` or `false`", &setting.value, help);
            None
        }
    }
}

/// The word that a value is.
pub(crate) fn word<'a>(value: &Value<'a>) -> Option<&'a str> {
    match value.kind {
        ValueKind::Path(path) => path.word().map(|name| name.text),
        _ => None,
    }
}

/// The word that a value is, with its place.
pub(crate) fn name<'a>(value: &Value<'a>) -> Option<Name<'a>> {
    match value.kind {
        ValueKind::Path(path) => path.word(),
        _ => None,
    }
}
