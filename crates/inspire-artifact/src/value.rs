//! Numbers and literals as a reader sees them.

use core::fmt;

use serde::{Serialize, Serializer};

/// A decimal number, exactly: `mantissa` / 10^`scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// All digits.
    pub mantissa: i64,
    /// How many of them are decimal places.
    pub scale: u8,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let places = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs(), width = places + 1);
        match digits.split_at_checked(digits.len().saturating_sub(places)) {
            Some((whole, fraction)) if !fraction.is_empty() => write!(f, "{sign}{whole}.{fraction}"),
            _ => write!(f, "{sign}{digits}"),
        }
    }
}

impl Serialize for Decimal {
    /// As an integer if it has no places, else as a string: a JSON number would lose digits.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.scale == 0 { serializer.serialize_i64(self.mantissa) } else { serializer.collect_str(self) }
    }
}

/// The value of a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal<'a> {
    /// `null`.
    Null,
    /// Text.
    String(&'a str),
    /// A number.
    Number(Decimal),
    /// True or false.
    Bool(bool),
    /// A member of the field's enum.
    Member(&'a str),
}

impl Serialize for Literal<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::String(text) | Self::Member(text) => serializer.serialize_str(text),
            Self::Number(number) => number.serialize(serializer),
            Self::Bool(value) => serializer.serialize_bool(*value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn decimals_print_exactly() {
        let print = |mantissa, scale| Decimal { mantissa, scale }.to_string();
        assert_eq!(print(15, 1), "1.5");
        assert_eq!(print(-5, 2), "-0.05");
        assert_eq!(print(7, 0), "7");
        assert_eq!(print(i64::MIN, 3), "-9223372036854775.808");
    }
}
