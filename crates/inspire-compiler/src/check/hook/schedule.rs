//! Schedules: a time that comes, and the function that is then called.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast;
use inspire_syntax::ast::{Name, Setting};

use super::cron;
use super::effect::{DEFAULTS, timeout};
use crate::check::keys::Keys;
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
    let block = format!("the schedule `{}`", node.name.text);
    let mut keys = Keys::new(cx, file, block, node.name.span, node.body);
    keys.are_known_or(&KEYS, strange_key);
    keys.excused.extend(keys.settings.iter().filter_map(|setting| synonym(setting.key.text)));
    let time = keys.required("cron", "cron: \"0 3 * * *\"");
    let function = keys.required("function", "function: name");
    let limit = keys.find("timeout");
    let cron = time.and_then(|setting| cron::read(cx, file, &setting.value));
    let function = function.and_then(|setting| function_name(cx, file, setting));
    let timeout = limit.and_then(|setting| timeout(cx, file, setting));
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

fn function_name<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<&'a str> {
    let name = setting::word(&setting.value);
    if name.is_none() {
        let help = "write its name without quotes: `function: cleanUp`";
        setting::wrong_value(cx, file, "function", "the name of a function", &setting.value, help);
    }
    name
}
