//! Values of the app's tables as JSON, and what a column is compared with.
//!
//! A value has one form, whichever database it comes from and whoever names it, so that equal values are equal JSON.
//! What is not of the declared type has none: nothing is converted that the app did not write.

mod number;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::Date;
use kizaki_store::{Cell, Comparand, Form};
use serde_json::Value;

pub(super) use self::number::{Number, to_text};

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) kind: Kind,
    /// Whether the value is a list of such.
    pub(super) array: bool,
}

/// The type of a value that is no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text; also what the app keeps of a file.
    Text,
    /// One of these.
    Member(Vec<String>),
    Number(Number),
    Boolean,
    Datetime,
    Date,
    Uuid,
    Bytes,
    /// Any JSON.
    Json,
    /// An embedded type.
    Object,
}

impl Type {
    /// How the column is read.
    pub(super) fn form(&self) -> Form {
        match (&self.kind, self.array) {
            (Kind::Number(Number::Decimal { .. } | Number::Double), false) => Form::Digits,
            (Kind::Number(Number::Decimal { .. } | Number::Double), true) => Form::ListOfDigits,
            _ => Form::Any,
        }
    }

    /// What a row has; none when it is not of this type.
    pub(super) fn read(&self, cell: &Cell) -> Option<Value> {
        let is_json = self.array || matches!(self.kind, Kind::Json | Kind::Object);
        let json = match (cell, &self.kind) {
            (Cell::Json(text), _) => serde_json::from_str(text).ok()?,
            (Cell::Text(text), _) if is_json => serde_json::from_str(text).ok()?,
            _ if is_json => return None,
            // In SQLite these are compared as text, and another text of the same value would not be found.
            (Cell::Text(text), Kind::Uuid | Kind::Date | Kind::Number(Number::Decimal { .. })) => {
                let value = Value::String(text.clone());
                return self.canonical(&value).filter(|canonical| *canonical == value);
            }
            (Cell::Text(text), Kind::Text | Kind::Member(_) | Kind::Datetime) => Value::String(text.clone()),
            (Cell::Integer(bit @ (0 | 1)), Kind::Boolean) => Value::Bool(*bit == 1),
            (Cell::Integer(_), Kind::Number(Number::Decimal { .. })) => return None,
            (Cell::Integer(number), Kind::Number(_)) => (*number).into(),
            (Cell::Real(number), Kind::Number(Number::Double)) => {
                serde_json::Number::from_f64(*number)?.into()
            }
            (Cell::Blob(bytes), Kind::Bytes) => Value::String(STANDARD.encode(bytes)),
            _ => return None,
        };
        self.canonical(&json)
    }

    /// The one form of a value; none when it is not of this type.
    pub(super) fn canonical(&self, value: &Value) -> Option<Value> {
        match (self.array, value) {
            (true, Value::Array(items)) => items.iter().map(|item| self.kind.canonical(item)).collect(),
            (true, _) => None,
            (false, _) => self.kind.canonical(value),
        }
    }

    /// What a column of this type is compared with to find a value in its one form; none where databases cannot tell.
    pub(super) fn comparand(&self, value: &Value) -> Option<Comparand> {
        if self.array { None } else { self.kind.comparand(value) }
    }
}

impl Kind {
    /// The one form of a value; none when it is not of this kind.
    pub(super) fn canonical(&self, value: &Value) -> Option<Value> {
        let text = |made: fn(&str) -> Option<String>| Some(Value::String(made(value.as_str()?)?));
        match self {
            // PostgreSQL has no such text.
            Self::Text => text(|text| (!text.contains('\0')).then(|| text.to_owned())),
            Self::Member(members) => {
                let member = value.as_str()?;
                members.iter().any(|one| one == member).then(|| value.clone())
            }
            Self::Number(number) => number.canonical(value),
            Self::Boolean => value.is_boolean().then(|| value.clone()),
            Self::Datetime => text(|text| Some(text.parse::<Timestamp>().ok()?.to_string())),
            // The parser takes more than days.
            Self::Date => {
                text(|text| text.parse::<Date>().ok().map(|day| day.to_string()).filter(|day| day == text))
            }
            Self::Uuid => text(uuid),
            Self::Bytes => text(|text| Some(STANDARD.encode(bytes(text)?))),
            Self::Json => Some(value.clone()),
            Self::Object => value.is_object().then(|| value.clone()),
        }
    }

    /// What a column of this kind is compared with to find a value in its one form; none where databases cannot tell.
    pub(super) fn comparand(&self, value: &Value) -> Option<Comparand> {
        let text = || value.as_str().map(str::to_owned);
        Some(match self {
            Self::Text => Comparand::Text(text()?),
            Self::Member(_) => Comparand::Member(text()?),
            Self::Number(number) => return number.comparand(value),
            Self::Boolean => Comparand::Boolean(value.as_bool()?),
            Self::Datetime => Comparand::Datetime(text()?),
            Self::Date => Comparand::Date(text()?),
            Self::Uuid => Comparand::Uuid(text()?),
            Self::Bytes => Comparand::Bytes(bytes(value.as_str()?)?),
            Self::Json | Self::Object => return None,
        })
    }
}

/// A UUID in lower case (RFC 9562, 4).
fn uuid(text: &str) -> Option<String> {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    (text.len() == 36 && text.bytes().enumerate().all(fits)).then(|| text.to_ascii_lowercase())
}

/// Bytes in base64, or as PostgreSQL writes them: `\x` and two digits each (its manual, 8.4.1).
fn bytes(text: &str) -> Option<Vec<u8>> {
    let Some(digits) = text.strip_prefix("\\x") else { return STANDARD.decode(text).ok() };
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let is_hex = digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| digits.as_bytes().chunks(2).map(pair).collect())?
}
