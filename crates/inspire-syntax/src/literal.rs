//! Literals: from the text of a token to the value it stands for.
//!
//! The shape of every literal is fixed here; what the shape lets through is then exact. A duration's value is read by
//! humantime, which alone would accept far more than the language does.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};

use crate::ast::{Decimal, RateUnit, Value, ValueKind};

/// The units of a duration, the largest first.
const UNITS: [&str; 6] = ["w", "d", "h", "m", "s", "ms"];
const DURATION_FORM: &str = "write digits and a unit without a space: `30d`, `12h`, `15m`, `30s`, `500ms`, `2w`, \
     or parts with the largest first: `1h30m`";

/// Turns the token text at `span` into a value; what is malformed is reported and becomes [`ValueKind::Malformed`].
pub fn value<'a>(
    read: impl FnOnce(&'a str) -> Result<ValueKind<'a>, Malformed>,
    file: FileId,
    text: &'a str,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Value<'a> {
    let kind = read(text).unwrap_or_else(|malformed| {
        diagnostics.push(malformed.report(Location::new(file, span), text));
        ValueKind::Malformed
    });
    Value { kind, span }
}

/// What is wrong with a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The number is beyond `i64`.
    Integer,
    /// The decimal has more digits than `i64` holds.
    Decimal,
    /// The duration's shape.
    Duration,
    /// The duration's size.
    LongDuration,
    /// The rate's shape.
    Rate,
    /// A rate of nothing.
    ZeroRate,
}

impl Malformed {
    #[cold]
    fn report(self, location: Location, text: &str) -> Diagnostic {
        let new = |code, message: String| Diagnostic::new(code, location, message);
        match self {
            Self::Integer => new(Code::IntegerOverflow, format!("`{text}` is too large for an integer"))
                .label("does not fit 64 bits")
                .help(format!("integers reach from {} to {}", i64::MIN, i64::MAX)),
            Self::Decimal => new(Code::IntegerOverflow, format!("`{text}` has too many digits"))
                .label("does not fit 64 bits")
                .help("a decimal has at most 18 digits"),
            Self::Duration => {
                let new = new(Code::MalformedDuration, format!("`{text}` is no duration"))
                    .label("not a duration")
                    .help(DURATION_FORM);
                match repaired_duration(text) {
                    Some(repaired) => new.fix(format!("write `{repaired}`"), location, repaired),
                    None => new,
                }
            }
            Self::LongDuration => {
                new(Code::MalformedDuration, format!("`{text}` is too long for a duration"))
                    .label("too large to be counted in milliseconds")
                    .help("no setting of Inspire takes more than 365 days")
            }
            Self::Rate => new(Code::MalformedRate, format!("`{text}` is no rate"))
                .label("not a rate")
                .help("write a count, a slash and `second`, `minute`, `hour` or `day`: `1000/minute`"),
            Self::ZeroRate => new(Code::MalformedRate, format!("`{text}` would let nothing through"))
                .label("the count must be at least 1")
                .help("to close a route, remove it"),
        }
    }
}

/// Digits with an optional minus as an integer.
pub fn int(text: &str) -> Result<ValueKind<'_>, Malformed> {
    text.parse().map(ValueKind::Int).map_err(|_| Malformed::Integer)
}

/// Digits, a point and digits as an exact decimal.
pub fn decimal(text: &str) -> Result<ValueKind<'_>, Malformed> {
    let (whole, fraction) = text.split_once('.').ok_or(Malformed::Decimal)?;
    let scale = u8::try_from(fraction.len()).ok().filter(|scale| *scale <= 18).ok_or(Malformed::Decimal)?;
    let mantissa = format!("{whole}{fraction}").parse().map_err(|_| Malformed::Decimal)?;
    Ok(ValueKind::Decimal(Decimal { mantissa, scale }))
}

/// A duration in milliseconds.
pub fn duration(text: &str) -> Result<ValueKind<'_>, Malformed> {
    milliseconds(text).map(ValueKind::Duration)
}

/// The milliseconds of a duration as the language writes it: `90d`, `1h30m`, `500ms`.
///
/// # Errors
///
/// The text is no duration; the error says how one is written.
///
/// ```
/// assert_eq!(inspire_syntax::duration_ms("1h30m"), Ok(5_400_000));
/// assert_eq!(inspire_syntax::duration_ms("90 days"), Err("did you mean `90d`?".to_owned()));
/// ```
pub fn duration_ms(text: &str) -> Result<u64, String> {
    milliseconds(text).map_err(|malformed| match (malformed, repaired_duration(text)) {
        (Malformed::LongDuration, _) => "too large to be counted in milliseconds".to_owned(),
        (_, Some(repaired)) => format!("did you mean `{repaired}`?"),
        (_, None) => DURATION_FORM.to_owned(),
    })
}

fn milliseconds(text: &str) -> Result<u64, Malformed> {
    if !is_duration(text) {
        return Err(Malformed::Duration);
    }
    let duration = humantime::parse_duration(text).map_err(|_| Malformed::LongDuration)?;
    u64::try_from(duration.as_millis()).map_err(|_| Malformed::LongDuration)
}

/// Whether `text` is digits and a unit, once or with every further unit smaller than the one before.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (Some(after), true) = (rest.get(digits..), digits > 0) else { return false };
        let length = after.bytes().take_while(u8::is_ascii_lowercase).count();
        let (Some(unit), Some(next)) = (after.get(..length), after.get(length..)) else { return false };
        if !units.by_ref().any(|known| *known == unit) {
            return false;
        }
        rest = next;
    }
    !text.is_empty()
}

/// The duration that was most likely meant: a space removed, or a unit written out.
fn repaired_duration(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let word = text.get(digits.len()..)?.trim().to_ascii_lowercase();
    let unit = match word.as_str() {
        "ms" | "millis" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        _ => return None,
    };
    // A capital `M` is a month to some and a minute to others.
    let repaired = format!("{digits}{unit}");
    (!text.ends_with('M') && is_duration(&repaired)).then_some(repaired)
}

/// A rate: a count of at least 1 in a unit of time.
pub fn rate(text: &str) -> Result<ValueKind<'_>, Malformed> {
    let (count, unit) = text.split_once('/').ok_or(Malformed::Rate)?;
    let unit = match unit {
        "second" => RateUnit::Second,
        "minute" => RateUnit::Minute,
        "hour" => RateUnit::Hour,
        "day" => RateUnit::Day,
        _ => return Err(Malformed::Rate),
    };
    if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Malformed::Rate);
    }
    match count.parse::<u64>() {
        Ok(0) => Err(Malformed::ZeroRate),
        // The artifact counts in 64 bits with a sign, as the language's integers do.
        Ok(count) if i64::try_from(count).is_ok() => Ok(ValueKind::Rate(count, unit)),
        _ => Err(Malformed::Integer),
    }
}

/// Resolves the escapes of a string's `inner` text into `out`; `at` is the place of its first byte.
///
/// An unknown escape is reported and stays as it is written.
#[cold]
pub fn unescape(file: FileId, at: u32, inner: &str, out: &mut String, diagnostics: &mut Vec<Diagnostic>) {
    let mut rest = inner;
    while let Some(slash) = rest.find('\\') {
        let (before, escape) = rest.split_at(slash);
        out.push_str(before);
        let start = at + (inner.len() - rest.len() + slash) as u32;
        let length = match escaped(escape) {
            Ok((c, length)) => {
                out.push(c);
                length
            }
            Err(length) => {
                let bad = escape.get(..length).unwrap_or(escape);
                out.push_str(bad);
                let location = Location::new(file, Span::new(start, start + bad.len() as u32));
                diagnostics.push(unknown_escape(location, bad));
                bad.len()
            }
        };
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// The character an escape stands for and the escape's length in bytes; the length of a bad one.
fn escaped(escape: &str) -> Result<(char, usize), usize> {
    let c = escape.chars().nth(1).ok_or(1usize)?;
    match c {
        '"' | '\\' => Ok((c, 2)),
        'n' => Ok(('\n', 2)),
        'r' => Ok(('\r', 2)),
        't' => Ok(('\t', 2)),
        'u' => {
            let digits = escape.get(2..).and_then(|rest| rest.strip_prefix('{')).ok_or(2usize)?;
            let close = digits.find('}').ok_or(2usize)?;
            let length = close + 4;
            let hex = digits.get(..close).filter(|hex| (1..=6).contains(&hex.len())).ok_or(length)?;
            let number = u32::from_str_radix(hex, 16).map_err(|_| length)?;
            char::from_u32(number).map(|c| (c, length)).ok_or(length)
        }
        other => Err(1 + other.len_utf8()),
    }
}

#[cold]
fn unknown_escape(location: Location, escape: &str) -> Diagnostic {
    let message = if escape.starts_with("\\u") && escape.len() > 2 {
        format!("`{escape}` stands for no character")
    } else {
        format!("`{escape}` is no escape")
    };
    let before = Location::new(location.file, Span::at(location.span.start));
    Diagnostic::new(Code::UnknownEscape, location, message)
        .label("unknown escape")
        .help(r#"the escapes are `\"`, `\\`, `\n`, `\r`, `\t` and `\u{…}`; for a backslash, write two"#)
        .fix("double the backslash", before, "\\")
}

#[cfg(test)]
mod tests {
    use super::{ValueKind, duration, is_duration, rate, repaired_duration};

    #[test]
    fn durations_have_parts_that_grow_smaller() {
        for good in ["0d", "30d", "1h30m", "2w1d", "500ms", "1s500ms", "1m1ms"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "5", "1.5h", "30D", "1M", "30d30d", "30m1h", "d", "1h30", "1day", "-5m", "1ms1s"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }

    #[test]
    fn durations_are_milliseconds() {
        assert!(matches!(duration("1h30m"), Ok(ValueKind::Duration(5_400_000))));
        assert!(matches!(duration("2w"), Ok(ValueKind::Duration(1_209_600_000))));
        assert!(duration("99999999999999999999d").is_err());
    }

    #[test]
    fn a_month_is_not_guessed() {
        assert_eq!(repaired_duration("5 m").as_deref(), Some("5m"));
        assert_eq!(repaired_duration("30D").as_deref(), Some("30d"));
        assert_eq!(repaired_duration("1M"), None);
        assert_eq!(repaired_duration("1.5h"), None);
    }

    #[test]
    fn rates_count_at_least_one() {
        assert!(rate("1000/minute").is_ok());
        for bad in ["0/minute", "5/minutes", "5/", "-5/day", "5/Minute", "1h/day"] {
            assert!(rate(bad).is_err(), "{bad}");
        }
    }
}
