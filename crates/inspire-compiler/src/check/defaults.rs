//! Defaults: literals that fit the field's type and its own rules.

use std::cmp::Ordering;

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, closest};
use inspire_syntax::ast::{Decimal, Name, Value, ValueKind};

use super::{Checker, annotation, setting, types};
use crate::model::{Data, Default, EnumId, Field, Rule, RuleKind, Scalar, TypeKind};

/// Compares two decimals exactly.
pub(crate) fn compare(a: Decimal, b: Decimal) -> Ordering {
    let scale = a.scale.max(b.scale);
    let widen = |number: Decimal| i128::from(number.mantissa) * 10_i128.pow(u32::from(scale - number.scale));
    widen(a).cmp(&widen(b))
}

/// Reads the default `value` of `field` and gives its number in `data`; reports one that does not fit.
pub(crate) fn read<'a>(
    cx: &mut Checker<'a>,
    data: &mut Data<'a>,
    file: FileId,
    field: &Field<'a>,
    value: &Value<'a>,
) -> Option<u32> {
    if matches!(value.kind, ValueKind::Malformed) || field.ty.kind == TypeKind::Broken {
        return None;
    }
    let place = Location::new(file, value.span);
    let default = match literal(cx, data, field, value, place) {
        Ok(default) => default,
        Err(Some(diagnostic)) => {
            cx.report(*diagnostic);
            return None;
        }
        Err(None) => return None,
    };
    if let Some(broken) = broken_rule(data, field, default) {
        let new = Diagnostic::new(
            Code::DefaultViolatesRule,
            place,
            format!("the default of `{}` breaks a rule of its own field", field.name),
        )
        .label(broken)
        .help("change the default or the rule; otherwise the value could never be left out");
        cx.report(new);
        return None;
    }
    data.defaults.push(default);
    Some(data.defaults.len() as u32 - 1)
}

type Mismatch = Option<Box<Diagnostic>>;

fn literal<'a>(
    cx: &Checker<'a>,
    data: &Data<'a>,
    field: &Field<'a>,
    value: &Value<'a>,
    place: Location,
) -> Result<Default<'a>, Mismatch> {
    let word = setting::name(value);
    if word.is_some_and(|word| word.text == "null") {
        return if field.ty.nullable { Ok(Default::Null) } else { Err(mismatch(data, field, value, place)) };
    }
    if field.ty.array {
        return Err(mismatch(data, field, value, place));
    }
    let text = match value.kind {
        ValueKind::String(text) => Some(text),
        _ => None,
    };
    let number = match value.kind {
        ValueKind::Int(number) => Some(Decimal { mantissa: number, scale: 0 }),
        ValueKind::Decimal(number) => Some(number),
        _ => None,
    };
    let found = match field.ty.kind {
        TypeKind::Enum(id) => {
            let name = word.or(text.map(|text| Name { text, span: value.span }));
            return name.map_or_else(
                || Err(mismatch(data, field, value, place)),
                |name| member(cx, data, id, name, place),
            );
        }
        TypeKind::Scalar(Scalar::String) => text.map(Default::String),
        TypeKind::Scalar(Scalar::Boolean) => bool_of(word).map(Default::Bool),
        TypeKind::Scalar(Scalar::Uuid) | TypeKind::Reference(..) => {
            text.filter(|text| is_uuid(text)).map(Default::String)
        }
        TypeKind::Scalar(Scalar::Date) => text.filter(|text| is_date(text)).map(Default::String),
        TypeKind::Scalar(Scalar::DateTime) => text.filter(|text| is_datetime(text)).map(Default::String),
        TypeKind::Scalar(Scalar::Json) => {
            text.map(Default::String).or(number.map(Default::Number)).or(bool_of(word).map(Default::Bool))
        }
        TypeKind::Scalar(Scalar::Double) => number.map(Default::Number),
        TypeKind::Scalar(Scalar::SmallInt) => whole(number, i64::from(i16::MIN), i64::from(i16::MAX)),
        TypeKind::Scalar(Scalar::Int) => whole(number, i64::from(i32::MIN), i64::from(i32::MAX)),
        TypeKind::Scalar(Scalar::BigInt) => whole(number, i64::MIN, i64::MAX),
        TypeKind::Decimal(precision, scale) => {
            number.filter(|number| fits(*number, precision, scale)).map(Default::Number)
        }
        TypeKind::Scalar(Scalar::Bytes | Scalar::File) | TypeKind::Embedded(_) | TypeKind::Broken => None,
    };
    found.ok_or_else(|| mismatch(data, field, value, place))
}

fn bool_of(word: Option<Name<'_>>) -> Option<bool> {
    match word?.text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn whole<'a>(number: Option<Decimal>, least: i64, greatest: i64) -> Option<Default<'a>> {
    number
        .filter(|number| number.scale == 0 && (least..=greatest).contains(&number.mantissa))
        .map(Default::Number)
}

fn fits(number: Decimal, precision: u16, scale: u16) -> bool {
    let digits = number.mantissa.unsigned_abs().checked_ilog10().map_or(1, |log| log + 1);
    let whole = digits.saturating_sub(u32::from(number.scale));
    u16::from(number.scale) <= scale && whole <= u32::from(precision - scale)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `YYYY-MM-DD` (RFC 3339, full-date), a day that exists.
fn is_date(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u32>().ok())?
    };
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    text.len() == 10
        && text.get(4..5) == Some("-")
        && text.get(7..8) == Some("-")
        && (1..=days).contains(&day)
}

/// `YYYY-MM-DDTHH:MM:SS` with an optional fraction, and `Z` or an offset (RFC 3339, date-time).
fn is_datetime(text: &str) -> bool {
    let (Some(date), Some(rest)) = (text.get(..10), text.get(10..).and_then(|rest| rest.strip_prefix('T')))
    else {
        return false;
    };
    let (Some(clock), Some(zone)) = (rest.get(..8), rest.get(8..)) else { return false };
    let zone = match zone.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => zone,
    };
    let offset = zone.strip_prefix(['+', '-']).is_some_and(|offset| is_clock(offset, &[23, 59]));
    is_date(date) && is_clock(clock, &[23, 59, 59]) && (zone == "Z" || offset)
}

/// Two-digit numbers with colons between them, each at most its limit.
fn is_clock(text: &str, limits: &[u8]) -> bool {
    text.split(':').count() == limits.len()
        && text.split(':').zip(limits).all(|(part, limit)| {
            part.len() == 2
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse::<u8>().is_ok_and(|n| n <= *limit)
        })
}

fn member<'a>(
    cx: &Checker<'a>,
    data: &Data<'a>,
    id: EnumId,
    name: Name<'a>,
    place: Location,
) -> Result<Default<'a>, Mismatch> {
    if cx.members.contains(&(id, name.text)) {
        return Ok(Default::Member(name.text));
    }
    Err(unknown_member(cx, data, id, name.text, place).map(Box::new))
}

/// The diagnostic for a member that an enum does not have; none if it may have been lost.
#[cold]
pub(crate) fn unknown_member(
    cx: &Checker<'_>,
    data: &Data<'_>,
    id: EnumId,
    name: &str,
    place: Location,
) -> Option<Diagnostic> {
    let found = data.enums.get(id.0 as usize)?;
    let (file, declared) = found.declared;
    if declared.partial {
        return None;
    }
    let members: Vec<_> = declared.members.iter().map(|member| member.text).collect();
    let new =
        Diagnostic::new(Code::UnknownEnumMember, place, format!("`{}` has no member `{name}`", found.name))
            .label("unknown member")
            .related(Location::new(file, declared.name.span), format!("`{}` is declared here", found.name));
    let guess = closest(name, members.iter().copied());
    let quoted = cx.sources.slice(place).starts_with('"');
    Some(match guess {
        Some(guess) => {
            let text = if quoted { format!("\"{guess}\"") } else { guess.to_owned() };
            new.help(format!("did you mean `{guess}`?")).suggestion(
                format!("replace with `{guess}`"),
                place,
                text,
            )
        }
        None if members.len() <= 8 => new.help(format!("its members are {}", setting::list(&members))),
        None => new,
    })
}

#[cold]
fn mismatch(data: &Data<'_>, field: &Field<'_>, value: &Value<'_>, place: Location) -> Mismatch {
    let ty = types::show(data, field.ty);
    let message = match value.kind {
        ValueKind::Int(number) if annotation::is_number(field.ty.kind) => {
            format!("`{number}` does not fit `{ty}`")
        }
        _ => format!("`{}: {ty}` cannot have {} as its default", field.name, setting::describe(value)),
    };
    let new =
        Diagnostic::new(Code::DefaultTypeMismatch, place, message).label(format!("not a value of `{ty}`"));
    let word = setting::word(value);
    let new = match field.ty.kind {
        _ if word == Some("null") => new.help("only a field with `?` may be null"),
        _ if field.ty.array => new.help("a list starts empty; remove the default"),
        TypeKind::Scalar(Scalar::String) if word.is_some() => {
            let quoted = format!("\"{}\"", word.unwrap_or_default());
            new.help("a text stands in double quotes").suggestion("quote it", place, quoted)
        }
        TypeKind::Scalar(Scalar::Boolean) => new.help("write `true` or `false`, without quotes"),
        TypeKind::Scalar(Scalar::SmallInt) => new.help("`smallint` reaches from -32768 to 32767"),
        TypeKind::Scalar(Scalar::Int) => new.help("`int` holds whole numbers from -2147483648 to 2147483647"),
        TypeKind::Scalar(Scalar::BigInt) => new.help("`bigint` holds whole numbers"),
        TypeKind::Decimal(precision, scale) => {
            new.help(format!("`{ty}` has {} digits before the point and {scale} after it", precision - scale))
        }
        TypeKind::Scalar(Scalar::Date) => new.help("write a day as `\"2026-01-31\"`"),
        TypeKind::Scalar(Scalar::DateTime) => new.help("write a point in time as `\"2026-01-31T12:00:00Z\"`"),
        TypeKind::Scalar(Scalar::Uuid) | TypeKind::Reference(..) => {
            new.help("write a UUID as `\"00000000-0000-0000-0000-000000000000\"`")
        }
        TypeKind::Scalar(Scalar::Bytes | Scalar::File) | TypeKind::Embedded(_) => {
            new.help("a field of this type has no default; remove it")
        }
        _ => new,
    };
    Some(Box::new(new))
}

/// The rule of `field` that the default breaks, in words.
pub(super) fn broken_rule(data: &Data<'_>, field: &Field<'_>, default: Default<'_>) -> Option<String> {
    let rules = data.rules_of(field);
    match default {
        Default::String(text) => rules
            .iter()
            .find_map(|rule| text_breaks(rule, text))
            .or_else(|| (field.email && !is_email(text)).then(|| "no e-mail address".to_owned()))
            .or_else(|| (field.url && !is_url(text)).then(|| "no URL".to_owned())),
        Default::Number(number) => rules.iter().find_map(|rule| number_breaks(rule, number)),
        Default::Null | Default::Bool(_) | Default::Member(_) => None,
    }
}

fn text_breaks(rule: &Rule<'_>, text: &str) -> Option<String> {
    let length = text.chars().count() as i64;
    let limit = rule.number.mantissa;
    match rule.kind {
        RuleKind::MinLength if length < limit => Some(format!("shorter than the minimum of {limit}")),
        RuleKind::MaxLength if length > limit => Some(format!("longer than the maximum of {limit}")),
        RuleKind::Regex if !regex::Regex::new(rule.text).is_ok_and(|pattern| pattern.is_match(text)) => {
            Some("does not match the pattern".to_owned())
        }
        _ => None,
    }
}

fn number_breaks(rule: &Rule<'_>, number: Decimal) -> Option<String> {
    match rule.kind {
        RuleKind::Min if compare(number, rule.number).is_lt() => Some("below the minimum".to_owned()),
        RuleKind::Max if compare(number, rule.number).is_gt() => Some("above the maximum".to_owned()),
        _ => None,
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !text.contains([' ', '\t'])
    })
}

fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !rest.is_empty()
    })
}
