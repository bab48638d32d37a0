//! The times of schedules: what is wrong with one, in words, at the part that is wrong.
//!
//! Whether a time is right is for the artifact's own reader to say; this file only explains.

use inspire_artifact::hook::cron::{CronError, FIELDS, Field, check};
use inspire_artifact::limits::CRON_BYTES;
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::ast::{Value, ValueKind};

use crate::check::{Checker, setting};

/// The time a value stands for: its fields with one blank between them.
pub(super) fn read<'a>(cx: &mut Checker<'a>, file: FileId, value: &Value<'a>) -> Option<&'a str> {
    let ValueKind::String(text) = value.kind else {
        let help = "write the five fields in quotes: `cron: \"0 3 * * *\"`";
        setting::wrong_value(cx, file, "cron", "a string", value, help);
        return None;
    };
    let fields: Vec<_> = text.split_ascii_whitespace().collect();
    let time = cx.bump.alloc_str(&fields.join(" "));
    match check(time) {
        Ok(()) => Some(time),
        Err(error) => {
            let place = Location::new(file, value.span);
            let new = Written { text, place, source: cx.sources.slice(place), fields }.explain(error);
            cx.report(new);
            None
        }
    }
}

/// A time as it stands in a file.
struct Written<'t> {
    text: &'t str,
    /// With its quotes.
    place: Location,
    source: &'t str,
    fields: Vec<&'t str>,
}

impl<'t> Written<'t> {
    #[cold]
    fn explain(&self, error: CronError) -> Diagnostic {
        match error {
            CronError::TooLong => self
                .invalid(self.place, format!("a time has at most {CRON_BYTES} bytes"))
                .label("too long")
                .help("write ranges such as `0-29` instead of long lists"),
            CronError::Fields(count) => self.fields(count),
            CronError::Part { field, part } => self.part(field, part),
            CronError::DayAndWeekday => self
                .invalid(self.place, format!("`{}` can be read in two ways", self.text))
                .label("a step over all days, and a limit on the other kind of day")
                .help("some schedulers run it on days that fit both, others on days that fit either; write the days as a list or range, or limit one kind only"),
            CronError::Never => self
                .invalid(self.at(self.field(2), self.field(3)), format!("`{}` has a day that never comes", self.text))
                .label("no month here has one of these days")
                .help("months have 28 to 31 days; for the last day of a month, run early on day 1 of the next"),
        }
    }

    fn invalid(&self, place: Location, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Code::InvalidCron, place, message)
    }

    fn field(&self, number: usize) -> &'t str {
        self.fields.get(number).copied().unwrap_or_default()
    }

    /// The place from one part of the text to another; the whole where escapes keep it from being told.
    fn at(&self, first: &str, last: &str) -> Location {
        let offset = |part: &str| part.as_ptr().addr().checked_sub(self.text.as_ptr().addr());
        let (Some(start), Some(end)) = (offset(first), offset(last)) else { return self.place };
        let is_verbatim = self.source.get(1..).is_some_and(|source| source.starts_with(self.text));
        let inside = |offset: usize| u32::try_from(offset).map(|offset| self.place.span.start + 1 + offset);
        match (inside(start), inside(end + last.len())) {
            (Ok(start), Ok(end)) if is_verbatim => Location::new(self.place.file, Span::new(start, end)),
            _ => self.place,
        }
    }

    fn fields(&self, count: usize) -> Diagnostic {
        let nickname = match self.text.trim() {
            "@hourly" => Some("0 * * * *"),
            "@daily" | "@midnight" => Some("0 0 * * *"),
            "@weekly" => Some("0 0 * * 0"),
            "@monthly" => Some("0 0 1 * *"),
            "@yearly" | "@annually" => Some("0 0 1 1 *"),
            _ => None,
        };
        if let Some(time) = nickname {
            return self
                .invalid(self.place, format!("`{}` is not written out", self.text))
                .label("five fields are needed")
                .help(format!("write `\"{time}\"`"))
                .fix(format!("replace with `\"{time}\"`"), self.place, format!("\"{time}\""));
        }
        let found = if self.fields.is_empty() { 0 } else { count };
        let new = self
            .invalid(self.place, format!("a time has five fields, not {found}"))
            .label("minute, hour, day, month and weekday are needed");
        match self.fields.split_first() {
            Some((&"0", rest)) if rest.len() == 5 => {
                let time = format!("\"{}\"", rest.join(" "));
                new.help("there is no field for seconds").suggestion(
                    format!("replace with `{time}`"),
                    self.place,
                    time,
                )
            }
            _ if count > 5 => new.help("there is no field for seconds, and none for years"),
            _ => new.help("`\"30 3 * * 1-5\"` is 3:30 UTC from Monday to Friday"),
        }
    }

    fn part(&self, field: usize, part: usize) -> Diagnostic {
        let whole = self.field(field);
        let text = whole.split(',').nth(part).unwrap_or_default();
        let Some(field) = FIELDS.get(field) else { return self.invalid(self.place, "this is no time") };
        if text.is_empty() {
            return self
                .invalid(self.at(whole, whole), format!("the list of {}s has a gap", field.name))
                .label("nothing between the commas")
                .help("remove the comma too many");
        }
        let place = self.at(text, text);
        match (text, text.split_once('/')) {
            ("*", _) => self
                .invalid(place, format!("`*` is every {} already", field.name))
                .label("leaves the rest of the list without a meaning")
                .help("write `*` alone, or a list without it"),
            (_, Some((range, step))) => self.step(field, place, text, range, step),
            (_, None) => self.range(field, text),
        }
    }

    /// A step that is wrong, or a step over a wrong range.
    fn step(&self, field: &Field, place: Location, text: &str, range: &str, step: &str) -> Diagnostic {
        let start = number(field, range);
        if range.is_empty() || start.is_some() {
            let meant = match start {
                Some(_) => format!("{range}-{}/{step}", field.last),
                None => format!("*/{step}"),
            };
            return self
                .invalid(place, format!("`{text}` does not say how far it goes"))
                .label("a step needs a range, or `*`")
                .help(format!("write `{meant}`"))
                .suggestion(format!("replace with `{meant}`"), place, meant);
        }
        let start = match range.split_once('-').and_then(|(first, last)| bounds(field, first, last)) {
            Some((start, end)) if start <= end => start,
            _ if range == "*" => field.first,
            _ => return self.range(field, range),
        };
        match step.parse::<u16>() {
            Ok(0) | Err(_) => self
                .invalid(place, format!("`{text}` has no step that is a number from 1 on"))
                .label("not a step")
                .help(format!("write `{range}/2` for every second {}", field.name)),
            Ok(_) => self
                .invalid(place, format!("the step of `{text}` is too large for {}s", field.name))
                .label(format!("leaves {} {start} only", field.name))
                .help(format!("{}; steps begin anew after the last", extent(field))),
        }
    }

    fn range(&self, field: &Field, text: &str) -> Diagnostic {
        let place = self.at(text, text);
        let Some((first, last)) = text.split_once('-') else { return self.value(field, text) };
        if first.is_empty() || last.is_empty() || last.contains('-') {
            return self
                .invalid(place, format!("`{text}` is no range"))
                .label("a range has two ends")
                .help(format!("write `{}-{}`, for example", field.first, field.last));
        }
        let Some((start, end)) = bounds(field, first, last) else {
            return self.value(field, if number(field, first).is_none() { first } else { last });
        };
        let meant = around(field, start, end);
        self.invalid(place, format!("the range `{text}` ends before it begins"))
            .label(format!("no {} is in it", field.name))
            .help(format!("write `{meant}`"))
            .suggestion(format!("replace with `{meant}`"), place, meant)
    }

    fn value(&self, field: &Field, text: &str) -> Diagnostic {
        let place = self.at(text, text);
        let new = self.invalid(place, format!("`{text}` is no {}", field.name));
        if text == "?" {
            return new.label("every one is meant").did_you_mean(place, Some("*"));
        }
        let is_special = |c: char| "LW#".contains(c);
        if text.contains(is_special) && text.chars().all(|c| is_special(c) || c.is_ascii_digit()) {
            return self
                .invalid(place, format!("`{text}` is not supported"))
                .label("schedulers read it in different ways")
                .help("write days and weekdays as numbers, names and ranges");
        }
        let begins = |name: &&&str| text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(name));
        match field.names.iter().find(begins) {
            Some(name) => new.label("names have three letters").did_you_mean_name(place, Some(name)),
            None if field.number(text).is_some() => new.label("out of range").help(extent(field)),
            None => new.label("neither a number nor a name").help(extent(field)),
        }
    }
}

/// The number in range that a word stands for.
fn number(field: &Field, word: &str) -> Option<u16> {
    field.number(word).filter(|number| (field.first..=field.last).contains(number))
}

/// Both ends of a range, if each is in range.
fn bounds(field: &Field, first: &str, last: &str) -> Option<(u16, u16)> {
    Some((
        number(field, first)?,
        field.end(last).filter(|number| (field.first..=field.last).contains(number))?,
    ))
}

/// Which values a field has, in words.
fn extent(field: &Field) -> String {
    let numbers = format!("{}s go from {} to {}", field.name, field.first, field.last);
    match (field.names.first(), field.names.last()) {
        (Some(first), Some(last)) => format!("{numbers}, or from `{first}` to `{last}`"),
        _ => numbers,
    }
}

/// The list for a range that goes on at the beginning.
fn around(field: &Field, start: u16, end: u16) -> String {
    let span = |first: u16, last: u16| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    // The last weekday is the first one, too.
    let first = if field.name == "weekday" { field.first + 1 } else { field.first };
    if end < first {
        return span(start, field.last);
    }
    format!("{},{}", span(start, field.last), span(first, end))
}
