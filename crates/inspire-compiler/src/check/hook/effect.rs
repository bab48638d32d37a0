//! The options of an effect: how often it is tried again, after which delay, and how long a try may take.

use inspire_artifact::limits::{BACKOFF_MS, RETRIES, TIMEOUT_MS};
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, closest};
use inspire_syntax::ast::{Argument, Block, Name, Setting, Value, ValueKind};

use crate::check::{Checker, setting};
use crate::model::EffectOptions;
use crate::model::hook::Backoff;

/// What an effect has when its block is left out.
pub(super) const DEFAULTS: EffectOptions =
    EffectOptions { retries: 3, backoff: Backoff::Exponential, delay_ms: 1000, timeout_ms: 30_000 };

/// The options of an effect; what is not given or wrong is as when the block is left out.
pub(in crate::check) fn effect_options<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    block: Option<&Block<'a>>,
) -> EffectOptions {
    let Some(block) = block else { return DEFAULTS };
    let known = &["retries", "backoff", "timeout"];
    setting::keys_are_known(cx, file, "an effect", block.settings, known, |_, _| None);
    let mut options = DEFAULTS;
    if let Some(setting) = setting::find(block.settings, "retries") {
        options.retries = retries(cx, file, setting).unwrap_or(options.retries);
    }
    if let Some(setting) = setting::find(block.settings, "backoff")
        && let Some((backoff, delay_ms)) = backoff(cx, file, &setting.value)
    {
        options.backoff = backoff;
        options.delay_ms = delay_ms;
    }
    if let Some(setting) = setting::find(block.settings, "timeout") {
        options.timeout_ms = timeout(cx, file, setting).unwrap_or(options.timeout_ms);
    }
    options
}

fn retries<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<u8> {
    let number = setting::int(cx, file, setting)?;
    let fits = u8::try_from(number).ok().filter(|retries| *retries <= RETRIES);
    if fits.is_none() {
        cx.report(retries_out_of_range(Location::new(file, setting.value.span), number));
    }
    fits
}

#[cold]
fn retries_out_of_range(place: Location, number: i64) -> Diagnostic {
    let help = if number < 0 {
        "write `0` for an effect that is tried once"
    } else {
        "with `exponential(1s)`, 10 retries already take over a quarter of an hour"
    };
    Diagnostic::new(Code::RetriesOutOfRange, place, format!("{number} retries are not possible"))
        .label("from 0 to 100")
        .help(help)
}

fn backoff<'a>(cx: &mut Checker<'a>, file: FileId, value: &Value<'a>) -> Option<(Backoff, u64)> {
    let place = Location::new(file, value.span);
    let (name, arguments) = match value.kind {
        ValueKind::Call((path, arguments)) => (path.word(), *arguments),
        ValueKind::Path(path) => (path.word(), [].as_slice()),
        ValueKind::Malformed => return None,
        _ => (None, [].as_slice()),
    };
    let Some(name) = name else {
        cx.report(no_strategy(place));
        return None;
    };
    let Some(backoff) = Backoff::from_word(name.text) else {
        cx.report(unknown_strategy(Location::new(file, name.span), name));
        return None;
    };
    let [Argument { label: None, value: delay }] = arguments else {
        cx.report(not_one_delay(place, backoff, arguments.is_empty()));
        return None;
    };
    let ms = setting::duration(cx, file, name.text, delay, "`1s`, `250ms`, `5m`")?;
    if ms == 0 || ms > BACKOFF_MS {
        cx.report(delay_out_of_range(Location::new(file, delay.span), ms));
        return None;
    }
    Some((backoff, ms))
}

#[cold]
fn no_strategy(place: Location) -> Diagnostic {
    Diagnostic::new(Code::MalformedBackoff, place, "`backoff` is a strategy with its first delay")
        .label("not a backoff")
        .help("write `exponential(1s)`, `linear(1s)` or `fixed(1s)`")
}

#[cold]
fn unknown_strategy(place: Location, name: Name<'_>) -> Diagnostic {
    let guess = match name.text {
        "constant" | "none" => Some("fixed"),
        other => closest(other, Backoff::ALL.iter().map(|backoff| backoff.as_str())),
    };
    let new = Diagnostic::new(Code::MalformedBackoff, place, format!("no backoff is named `{}`", name.text))
        .label("unknown backoff");
    match guess {
        Some(_) => new.did_you_mean(place, guess),
        None => new.help("write `exponential(1s)`, `linear(1s)` or `fixed(1s)`"),
    }
}

#[cold]
fn not_one_delay(place: Location, backoff: Backoff, is_missing: bool) -> Diagnostic {
    let takes = if is_missing { "needs a" } else { "takes one" };
    Diagnostic::new(Code::MalformedBackoff, place, format!("`{backoff}` {takes} delay"))
        .label("how long to wait?")
        .help(format!("write `{backoff}(1s)`"))
}

#[cold]
fn delay_out_of_range(place: Location, ms: u64) -> Diagnostic {
    let (message, label) = match ms {
        0 => ("a failed effect would be tried again at once", "no delay"),
        _ => ("a failed effect would wait for days", "over a day"),
    };
    Diagnostic::new(Code::MalformedBackoff, place, message)
        .label(label)
        .help("a delay lasts from `1ms` to `1d`")
}

/// How long one run of a function may take, in milliseconds.
pub(super) fn timeout<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<u64> {
    let ms = setting::duration(cx, file, "timeout", &setting.value, "`30s`, `5m`")?;
    if ms > 0 && ms <= TIMEOUT_MS {
        return Some(ms);
    }
    cx.report(timeout_out_of_range(Location::new(file, setting.value.span), ms));
    None
}

#[cold]
fn timeout_out_of_range(place: Location, ms: u64) -> Diagnostic {
    let (message, label, help) = match ms {
        0 => (
            "the function would have no time to run",
            "no time",
            "leave it out for 30 seconds, or write up to `15m`",
        ),
        _ => (
            "a function runs for 15 minutes at most",
            "over 15 minutes",
            "cut longer work into pieces that each take a few minutes",
        ),
    };
    Diagnostic::new(Code::TimeoutOutOfRange, place, message).label(label).help(help)
}
