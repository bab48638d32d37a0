//! The times of schedules: five fields, in range, and a time that comes.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast::{Value, ValueKind};

use super::{Checker, setting};

/// Days of each month, February in a leap year.
const DAYS: [u16; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The time a value stands for: its fields with one blank between them.
pub(super) fn read<'a>(cx: &mut Checker<'a>, file: FileId, value: &Value<'a>) -> Option<&'a str> {
    let place = Location::new(file, value.span);
    let text = match value.kind {
        ValueKind::String(text) => text,
        _ => {
            let help = "write the five fields in quotes: `cron: \"0 3 * * *\"`";
            setting::wrong_value(cx, file, "cron", "a string", value, help);
            return None;
        }
    };
    let cron = match parse(text) {
        Ok(cron) => cron,
        Err((why, help)) => {
            cx.report(invalid(place, &why, help));
            return None;
        }
    };
    if !comes(&cron) {
        let new = Diagnostic::new(Code::InvalidCron, place, format!("the time `{text}` never comes"))
            .label("no such day")
            .help("none of its months has one of its days");
        cx.report(new);
        return None;
    }
    let fields: Vec<_> = text.split_ascii_whitespace().collect();
    Some(cx.bump.alloc_str(&fields.join(" ")))
}

/// Why a text is no time, and the way out if there is a particular one.
type Refused = (String, Option<&'static str>);

fn parse(text: &str) -> Result<Cron, Refused> {
    let nickname = match text {
        "@hourly" => Some("write `\"0 * * * *\"`"),
        "@daily" | "@midnight" => Some("write `\"0 0 * * *\"`"),
        "@weekly" => Some("write `\"0 0 * * 0\"`"),
        "@monthly" => Some("write `\"0 0 1 * *\"`"),
        "@yearly" | "@annually" => Some("write `\"0 0 1 1 *\"`"),
        _ => None,
    };
    if nickname.is_some() {
        return Err(("it is no list of fields".to_owned(), nickname));
    }
    let count = text.split_ascii_whitespace().count();
    if count != 5 {
        let seconds = (count == 6).then_some("there is no field for seconds or years");
        return Err((format!("it has {count} {}", if count == 1 { "field" } else { "fields" }), seconds));
    }
    // What other schedulers read in another way, or not at all, does not get into an artifact.
    let is_common = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "*,-/".contains(c);
    if let Some(other) = text.chars().find(|c| !is_common(*c)) {
        return Err((format!("`{other}` has no meaning in it"), None));
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = parser.parse(text).map_err(|error| (reason(&parser, text, &error.to_string()), None))?;
    if cron.pattern.days.has_modifiers() || cron.pattern.days_of_week.has_modifiers() {
        return Err(("`L` and `W` are not supported".to_owned(), None));
    }
    Ok(cron)
}

/// What the library says, as the end of our sentence, with the field that it is about.
fn reason(parser: &CronParser, text: &str, error: &str) -> String {
    let detail = error.rsplit(": ").next().unwrap_or(error).trim_end_matches('.').to_lowercase();
    let names = ["minute", "hour", "day", "month", "weekday"];
    let alone = |number: usize, field: &str| {
        let mut fields = ["*"; 5];
        if let Some(place) = fields.get_mut(number) {
            *place = field;
        }
        parser.parse(&fields.join(" ")).is_err()
    };
    let fields = text.split_ascii_whitespace().enumerate().zip(names);
    let broken = fields
        .map(|((number, field), name)| (number, field, name))
        .find(|(number, field, _)| alone(*number, field));
    match broken {
        Some((_, field, name)) => format!("{detail} in its {name} `{field}`"),
        None => detail,
    }
}

/// Whether some month of the time has one of its days; a weekday comes in every month.
fn comes(cron: &Cron) -> bool {
    let pattern = &cron.pattern;
    let days = pattern.days.values();
    let any_weekday = !pattern.is_dow_wildcard();
    any_weekday
        || pattern.months.values().iter().any(|month| {
            let last = DAYS.get(usize::from(*month).saturating_sub(1)).copied().unwrap_or_default();
            days.iter().any(|day| *day <= last)
        })
}

#[cold]
fn invalid(place: Location, why: &str, help: Option<&str>) -> Diagnostic {
    Diagnostic::new(Code::InvalidCron, place, format!("this is no time: {why}")).label("not a time").help(
        help.unwrap_or(
            "write minute, hour, day, month and weekday: `\"30 3 * * 1-5\"` is 3:30 UTC on weekdays",
        ),
    )
}
