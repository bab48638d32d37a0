//! Values, settings and blocks: what stands after `key:` and between brackets.

use inspire_diagnostics::Span;

use super::{Name, System};

/// A value with its place.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// What it is.
    pub kind: ValueKind<'a>,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of value the grammar knows. `true`, `false` and `null` are words; who reads the value judges them.
#[derive(Debug, Clone, Copy)]
pub enum ValueKind<'a> {
    /// A string, escapes resolved.
    String(&'a str),
    /// An integer.
    Int(i64),
    /// A number with a decimal point.
    Decimal(Decimal),
    /// A duration in milliseconds.
    Duration(u64),
    /// A rate: how many in which unit of time.
    Rate(u64, RateUnit),
    /// A word, or words with dots between them.
    Path(Path<'a>),
    /// A word or path followed by arguments: `apiKey(read)`.
    Call(&'a (Path<'a>, &'a [Argument<'a>])),
    /// `[a, b]`
    List(&'a [Value<'a>]),
    /// `[a: 1, b: 2]`: a list in which some value has a label.
    Labelled(&'a [Argument<'a>]),
    /// `@secret("NAME")`; the place is that of the word.
    Secret(&'a (Span, &'a [Argument<'a>])),
    /// `{ key: value … }`
    Block(&'a Block<'a>),
    /// `@system("name") { … }`
    System(&'a System<'a>),
    /// A literal that was reported as malformed: nothing more is to be said about it.
    Malformed,
}

/// Words joined by dots; never empty.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    /// The words in order.
    pub names: &'a [Name<'a>],
}

impl<'a> Path<'a> {
    /// The word, when the path is a single one.
    #[must_use]
    pub fn word(self) -> Option<Name<'a>> {
        match self.names {
            [name] => Some(*name),
            _ => None,
        }
    }

    /// The place from the first word to the last.
    #[must_use]
    pub fn span(self) -> Span {
        match (self.names.first(), self.names.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }
}

/// A decimal number: `mantissa` × 10^−`scale`, kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// All digits as one integer.
    pub mantissa: i64,
    /// How many of them stand after the point, at most 18.
    pub scale: u8,
}

/// The unit of time of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateUnit {
    /// `second`
    Second,
    /// `minute`
    Minute,
    /// `hour`
    Hour,
    /// `day`
    Day,
}

/// One of the values in parentheses, with the label before it if there is one.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'a> {
    /// The word before the colon.
    pub label: Option<&'a Name<'a>>,
    /// The value.
    pub value: Value<'a>,
}

impl Argument<'_> {
    /// The whole argument, label included.
    #[must_use]
    pub fn span(&self) -> Span {
        self.label.map_or(self.value.span, |label| label.span.to(self.value.span))
    }
}

/// `key: value`
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The key.
    pub key: Name<'a>,
    /// Its value.
    pub value: Value<'a>,
}

/// Settings between braces.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// The settings in the order of the text.
    pub settings: &'a [Setting<'a>],
    /// The place from brace to brace.
    pub span: Span,
    /// Whether something in it could not be read.
    pub partial: bool,
}
