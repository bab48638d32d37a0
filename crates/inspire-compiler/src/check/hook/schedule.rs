//! Schedules: a time that comes, and the function that is then called.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast;
use inspire_syntax::ast::{Name, Setting};

use super::cron;
use super::effect::{DEFAULTS, timeout};
use crate::check::{Checker, setting};
use crate::model::Schedule;
use crate::resolve::Declared;

const KEYS: [&str; 3] = ["cron", "function", "timeout"];

/// Checks the schedules, in the order of their names.
pub(crate) fn check<'a>(cx: &mut Checker<'a>) -> Vec<Schedule<'a>> {
    let declared = cx.names.schedules.clone();
    declared.into_iter().filter_map(|declared| schedule(cx, declared)).collect()
}

fn schedule<'a>(cx: &mut Checker<'a>, declared: Declared<'a, ast::Schedule<'a>>) -> Option<Schedule<'a>> {
    let (file, node) = (declared.file, declared.node);
    let settings = node.body.settings;
    let mut meant = setting::keys_are_known(cx, file, "a schedule", settings, &KEYS, strange_key);
    meant.extend(settings.iter().filter_map(|setting| synonym(setting.key.text)));
    let time = find(cx, declared, &meant, "cron", "`cron: \"0 3 * * *\"`, which is every day at 3:00 UTC");
    let function = find(cx, declared, &meant, "function", "`function: name`, the function to call");
    let cron = time.and_then(|setting| cron::read(cx, file, &setting.value));
    let function = function.and_then(|setting| function_name(cx, file, setting));
    let timeout = setting::find(settings, "timeout").and_then(|setting| timeout(cx, file, setting));
    Some(Schedule {
        location: declared.at(node.name.span),
        start: node.keyword.start,
        name: node.name.text,
        cron: cron?,
        function: function?,
        timeout_ms: timeout.unwrap_or(DEFAULTS.timeout_ms),
    })
}

/// The key that another word for it stands for.
fn synonym(key: &str) -> Option<&'static str> {
    match key {
        "schedule" | "time" | "expression" | "at" => Some("cron"),
        "handler" | "run" | "call" | "job" | "task" => Some("function"),
        _ => None,
    }
}

#[cold]
fn strange_key(key: Name<'_>, place: Location) -> Option<Diagnostic> {
    let meant = synonym(key.text)?;
    let message = format!("a schedule has no key `{}`", key.text);
    Some(
        Diagnostic::new(Code::UnknownKey, place, message)
            .label("unknown key")
            .did_you_mean(place, Some(meant)),
    )
}

fn find<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Schedule<'a>>,
    meant: &[&str],
    key: &str,
    form: &str,
) -> Option<&'a Setting<'a>> {
    let found = setting::find(declared.node.body.settings, key);
    if found.is_none() && !declared.node.body.partial && !meant.contains(&key) {
        let name = declared.node.name;
        let message = format!("schedule `{}` has no `{key}`", name.text);
        let new = Diagnostic::new(Code::MissingKey, declared.at(name.span), message)
            .label(format!("`{key}` is missing"))
            .help(format!("add {form}"));
        cx.report(new);
    }
    found
}

fn function_name<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<&'a str> {
    let name = setting::word(&setting.value);
    if name.is_none() {
        let help = "write its name without quotes: `function: cleanUp`";
        setting::wrong_value(cx, file, "function", "the name of a function", &setting.value, help);
    }
    name
}
