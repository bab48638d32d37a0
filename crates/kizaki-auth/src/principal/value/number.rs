//! Numbers: exact, and in JSON only where every reader takes them for what they are.

use kizaki_store::Comparand;
use serde_json::Value;

/// A type of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::principal) enum Number {
    Smallint,
    Int,
    /// A string in JSON, because many readers round such numbers.
    Bigint,
    /// A string in JSON with this many places.
    Decimal {
        scale: u16,
    },
    Double,
}

impl Number {
    /// The one form of a value; none when it is not of this type.
    pub(super) fn canonical(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::Double, Value::Number(number)) => double(number.as_f64()?),
            (_, Value::Number(number)) => self.of_text(&number.as_i64()?.to_string()),
            (Self::Bigint | Self::Decimal { .. } | Self::Double, Value::String(text)) => self.of_text(text),
            _ => None,
        }
    }

    /// The value of this type that equals a number; none when there is none.
    pub(in crate::principal) fn of_text(self, text: &str) -> Option<Value> {
        match self {
            Self::Smallint => Some(i16::try_from(integer(text)?).ok()?.into()),
            Self::Int => Some(i32::try_from(integer(text)?).ok()?.into()),
            Self::Bigint => Some(integer(text)?.to_string().into()),
            Self::Decimal { scale } => Some(decimal(text, scale)?.into()),
            Self::Double => double(text.parse().ok()?),
        }
    }

    pub(super) fn comparand(self, value: &Value) -> Option<Comparand> {
        Some(match self {
            Self::Smallint | Self::Int => Comparand::Integer(value.as_i64()?),
            Self::Bigint => Comparand::Integer(value.as_str()?.parse().ok()?),
            Self::Decimal { .. } => Comparand::Decimal(value.as_str()?.to_owned()),
            Self::Double => Comparand::Double(value.as_f64()?),
        })
    }
}

/// The plain digits of a number in the one form of its type.
pub(in crate::principal) fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => parts(text).map(|_| text.clone()),
        Value::Number(number) if number.is_f64() => Some(number.as_f64()?.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// JSON has no infinite numbers.
fn double(number: f64) -> Option<Value> {
    Some(serde_json::Number::from_f64(number)?.into())
}

/// Of digits with a sign and a point at most: whether the number is negative, its digits before the point without
/// leading zeros, and those behind it without trailing ones.
fn parts(text: &str) -> Option<(bool, &str, &str)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = are_digits(whole) && are_digits(places);
    let (whole, places) = (whole.trim_start_matches('0'), places.trim_end_matches('0'));
    let is_zero = whole.is_empty() && places.is_empty();
    is_number.then_some((text.starts_with('-') && !is_zero, whole, places))
}

fn integer(text: &str) -> Option<i64> {
    let text = decimal(text, 0)?;
    text.parse().ok()
}

/// A number with exactly this many places; none when it has more.
fn decimal(text: &str, scale: u16) -> Option<String> {
    let (is_negative, whole, places) = parts(text)?;
    let (sign, whole) = (if is_negative { "-" } else { "" }, if whole.is_empty() { "0" } else { whole });
    let scale = usize::from(scale);
    match (places.len() <= scale, scale) {
        (false, _) => None,
        (true, 0) => Some(format!("{sign}{whole}")),
        (true, _) => Some(format!("{sign}{whole}.{places:0<scale$}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Number, to_text};

    #[test]
    fn a_number_has_one_form() {
        let two = Number::Decimal { scale: 2 };
        for (number, text, expected) in [
            (two, "1.5", Some(json!("1.50"))),
            (two, "-0", Some(json!("0.00"))),
            (two, "007.100", Some(json!("7.10"))),
            (two, "1.505", None),
            (two, "NaN", None),
            (two, "1e3", None),
            (two, "", None),
            (two, "1.", None),
            (two, "+1", None),
            (Number::Int, "3.00", Some(json!(3))),
            (Number::Int, "3.5", None),
            (Number::Int, "2147483648", None),
            (Number::Smallint, "-32768", Some(json!(-32768))),
            (Number::Smallint, "32768", None),
            (Number::Bigint, "9223372036854775807", Some(json!("9223372036854775807"))),
            (Number::Bigint, "9223372036854775808", None),
            (Number::Double, "0.1", Some(json!(0.1))),
            (Number::Double, "inf", None),
        ] {
            assert_eq!(number.of_text(text), expected, "{number:?} {text}");
        }
    }

    #[test]
    fn numbers_of_all_types_are_compared_by_their_digits() {
        assert_eq!(to_text(&json!(7)), Some("7".to_owned()));
        assert_eq!(to_text(&json!(1e21)), Some("1000000000000000000000".to_owned()));
        assert_eq!(to_text(&json!("7.10")), Some("7.10".to_owned()));
        assert_eq!(to_text(&json!("seven")), None);
        assert_eq!(to_text(&json!(true)), None);
    }
}
