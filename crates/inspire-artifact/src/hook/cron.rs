//! The times of schedules: five fields with one blank between them, each a list of numbers, ranges and steps.
//!
//! The compiler and the loader read a time with the same function, so that what one of them writes the other takes.
//! What schedulers read in different ways, or not at all, is refused.

use core::fmt;

use croner::CronComponent;

use crate::limits::CRON_BYTES;

/// One of the five fields of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// What its values are: `minute`, `hour`, `day`, `month`, `weekday`.
    pub name: &'static str,
    /// Its least value.
    pub first: u16,
    /// Its greatest value.
    pub last: u16,
    /// The names of its values, from the least on; in any case.
    pub names: &'static [&'static str],
}

/// The weekday that is 0, too.
const SUNDAY_AGAIN: u16 = 7;

/// The fields in their order.
pub const FIELDS: [Field; 5] = [
    Field { name: "minute", first: 0, last: 59, names: &[] },
    Field { name: "hour", first: 0, last: 23, names: &[] },
    Field { name: "day", first: 1, last: 31, names: &[] },
    Field {
        name: "month",
        first: 1,
        last: 12,
        names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    },
    Field {
        name: "weekday",
        first: 0,
        last: SUNDAY_AGAIN,
        names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    },
];

/// Days of each month, February in a leap year.
const DAYS: [u16; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CronError {
    /// It has more than [`CRON_BYTES`] bytes.
    TooLong,
    /// It has another number of fields than five.
    Fields(usize),
    /// This part of the list in this field, both counted from 0, has no meaning there.
    Part {
        /// The number of the field.
        field: usize,
        /// The number of the part between its commas.
        part: usize,
    },
    /// Days and weekdays are both limited, one of them by a step over all: some schedulers then ask for both, others
    /// for either.
    DayAndWeekday,
    /// No month it names has a day it names.
    Never,
}

impl CronError {
    /// The rule that is broken.
    pub(super) const fn rule(self) -> &'static str {
        match self {
            Self::TooLong => "a time is too long",
            Self::Fields(_) => "a time has not five fields",
            Self::Part { .. } => "a part of a time has no meaning",
            Self::DayAndWeekday => "a time has two meanings",
            Self::Never => "a day of a time never comes",
        }
    }
}

impl fmt::Display for CronError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule())
    }
}

impl core::error::Error for CronError {}

/// Proves that `text` is a time that comes.
///
/// # Errors
/// The first thing that keeps it from being one.
pub fn check(text: &str) -> Result<(), CronError> {
    if text.len() > CRON_BYTES {
        return Err(CronError::TooLong);
    }
    let count = text.split(' ').count();
    if count != FIELDS.len() {
        return Err(CronError::Fields(count));
    }
    let mut all: [Vec<u16>; 5] = Default::default();
    for (number, ((text, field), all)) in text.split(' ').zip(&FIELDS).zip(&mut all).enumerate() {
        if text == "*" {
            all.extend(field.first..=field.last);
            continue;
        }
        for (part, text) in text.split(',').enumerate() {
            all.extend(field.values(text).ok_or(CronError::Part { field: number, part })?);
        }
    }
    let mut limits = text.split(' ').skip(2).step_by(2);
    let (day, weekday) = (limits.next().unwrap_or_default(), limits.next().unwrap_or_default());
    let steps_over_all = |text: &str| text.starts_with('*') && text != "*";
    if (steps_over_all(day) && weekday != "*") || (steps_over_all(weekday) && day != "*") {
        return Err(CronError::DayAndWeekday);
    }
    let [_, _, days, months, _] = all;
    if !months.iter().any(|&month| days.iter().any(|&day| day <= length(month))) {
        return Err(CronError::Never);
    }
    Ok(())
}

/// How many days a month has at most.
fn length(month: u16) -> u16 {
    DAYS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default()
}

impl Field {
    /// The values that one part of its list stands for: a number, a range, or a step over a range or over all.
    fn values(&self, part: &str) -> Option<Vec<u16>> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let numbers = match (range.split_once('-'), step) {
            (Some((first, last)), _) => format!("{}-{}", self.number(first)?, self.end(last)?),
            (None, Some(_)) if range == "*" => format!("{}-{}", self.first, self.distinct()),
            (None, _) => self.number(range)?.to_string(),
        };
        let numbers = match step {
            Some(step) if is_number(step) => format!("{numbers}/{step}"),
            Some(_) => return None,
            None => numbers,
        };
        // The library judges ranges and steps; names stay out of it, as it replaces them wherever they stand.
        let mut component = CronComponent::new(self.first, self.last, 0, 0);
        component.parse(&numbers).ok()?;
        let values = component.values();
        // A step beyond the end of its range is a mistake: `*/90` is once an hour and not every 90 minutes.
        let least = if step.is_some() { 2 } else { 1 };
        (values.len() >= least).then_some(values)
    }

    /// The number that `word`, a number or a name, stands for; it may be out of range.
    pub fn number(&self, word: &str) -> Option<u16> {
        if is_number(word) {
            return word.parse().ok();
        }
        let name = self.names.iter().position(|name| name.eq_ignore_ascii_case(word))?;
        Some(self.first + u16::try_from(name).ok()?)
    }

    /// Likewise for the end of a range, which Sunday closes as the seventh day.
    pub fn end(&self, word: &str) -> Option<u16> {
        let number = self.number(word)?;
        let closes = number == 0 && !is_number(word);
        Some(if closes { self.last } else { number })
    }

    /// The greatest value that is no other's second name.
    fn distinct(&self) -> u16 {
        if self.last == SUNDAY_AGAIN { self.last - 1 } else { self.last }
    }
}

fn is_number(word: &str) -> bool {
    matches!(word.len(), 1..=4) && word.bytes().all(|byte| byte.is_ascii_digit())
}
