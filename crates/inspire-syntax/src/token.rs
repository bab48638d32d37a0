//! Tokens: a kind and a place, without text.
//!
//! The lexer (logos) produces most kinds from the text alone; a few – [`Kind::Key`], [`Kind::Label`],
//! [`Kind::Method`], [`Kind::UniqueList`], [`Kind::Stray`] and the contextual fate of keywords – are decided by their
//! neighbours in [`stream`](crate::stream).

use inspire_diagnostics::Span;
use logos::{Lexer, Logos};

/// The kind of a token.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[logos(skip r"[ \t\r\n]+")]
#[expect(missing_docs, reason = "a token that is its own text says what it is")]
pub enum Kind {
    #[token("{")]
    LeftBrace,
    #[token("}")]
    RightBrace,
    #[token("(")]
    LeftParen,
    #[token(")")]
    RightParen,
    #[token("[")]
    LeftBracket,
    #[token("]")]
    RightBracket,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("=")]
    Assign,
    #[token("==")]
    Equal,
    #[token("!=")]
    NotEqual,
    #[token("<")]
    Less,
    #[token("<=")]
    LessOrEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterOrEqual,
    #[token("&&")]
    AndAnd,
    #[token("||")]
    OrOr,
    #[token("!")]
    Bang,
    #[token("*")]
    Star,
    #[token("->")]
    Arrow,
    /// Between the parts of a validation type; for a condition it is a slip.
    #[token("&")]
    Ampersand,
    /// Between the variants of a validation type; for a condition it is a slip.
    #[token("|")]
    Bar,
    /// `=>`, which the language does not have; it comes out as what it was meant to be.
    #[token("=>")]
    Slip,
    #[token("?")]
    Question,

    /// A string, with its quotes. One that is not closed ends with its line.
    #[regex(r#""([^"\\\n\r]|\\[^\n\r])*""#)]
    String,
    #[regex(r#""([^"\\\n\r]|\\[^\n\r])*\\?"#)]
    OpenString,
    /// A string in single quotes, which the language does not have; it comes out as a [`Kind::String`].
    #[regex(r"'[^'\n\r]*'")]
    SingleQuoted,
    /// Digits, perhaps with a minus before them.
    #[regex(r"-?[0-9]+", priority = 4)]
    Int,
    /// Digits, a point, digits.
    #[regex(r"-?[0-9]+\.[0-9]+", priority = 4)]
    Decimal,
    /// Digits and letters that are no other number: a duration, if its parts are well formed.
    #[regex(r"-?[0-9][0-9A-Za-z_.]*", priority = 2)]
    Duration,
    /// Digits, a slash, a word.
    #[regex(r"-?[0-9][0-9A-Za-z_.]*/[0-9A-Za-z_]*", priority = 3)]
    Rate,
    /// A slash and everything up to a blank, a bracket, a quote, a comma or `->`.
    #[token("/", path)]
    Path,

    #[regex(r"[A-Za-z_][A-Za-z0-9_]*", priority = 1)]
    Word,
    /// A word first on its line outside all brackets that starts no declaration.
    Stray,
    /// A word with a colon after it inside braces; the colon belongs to the token's meaning, not to its span.
    Key,
    /// A word with a colon after it inside parentheses or square brackets.
    Label,
    /// A word with a path after it.
    Method,

    #[regex(r"@[A-Za-z_][A-Za-z0-9_]*", priority = 1)]
    At,
    #[token("@grant")]
    AtGrant,
    #[token("@deny")]
    AtDeny,
    #[token("@on")]
    AtOn,
    #[token("@why")]
    AtWhy,
    #[token("@system")]
    AtSystem,
    #[token("@validation")]
    AtValidation,
    #[token("@from")]
    AtFrom,
    #[token("@selectFrom")]
    AtSelectFrom,
    #[token("@secret")]
    AtSecret,
    /// `@unique` with `([` after it.
    UniqueList,
    /// `@entity` and the like: a declaration keyword with a stray `@`.
    #[regex("@(entity|enum|type|auth|namespace|apiKeys|routes)", priority = 10)]
    AtDeclaration,

    #[token("entity")]
    Entity,
    #[token("enum")]
    Enum,
    #[token("type")]
    Type,
    #[token("auth")]
    Auth,
    #[token("namespace")]
    Namespace,
    #[token("apiKeys")]
    ApiKeys,
    #[token("routes")]
    Routes,
    #[token("schedule")]
    Schedule,
    #[token("payments")]
    Payments,
    #[token("integrations")]
    Integrations,
    #[token("network")]
    Network,
    #[token("email")]
    Email,
    #[token("migration")]
    Migration,
    #[token("principal")]
    Principal,
    #[token("password")]
    Password,
    #[token("plan")]
    Plan,
    #[token("grant")]
    Grant,
    #[token("to")]
    To,
    #[token("via")]
    Via,
    #[token("where")]
    Where,
    #[token("on")]
    On,
    #[token("in")]
    In,
    #[token("and")]
    And,
    #[token("or")]
    Or,
    #[token("not")]
    Not,

    /// `//` to the end of the line, or `///`; kept aside.
    #[regex(r"//[^\n\r]*", priority = 30, allow_greedy = true)]
    Comment,
    /// `/* … */`, which the language does not have; kept aside.
    #[token("/*", block_comment, priority = 31)]
    BlockComment,
    /// Characters that start no token; kept aside.
    Junk,
}

impl Kind {
    /// Whether the token is a word, keyword or not, so that it may be a name.
    pub const fn is_word(self) -> bool {
        matches!(
            self,
            Self::Word
                | Self::Stray
                | Self::Entity
                | Self::Enum
                | Self::Type
                | Self::Auth
                | Self::Namespace
                | Self::ApiKeys
                | Self::Routes
                | Self::Schedule
                | Self::Payments
                | Self::Integrations
                | Self::Network
                | Self::Email
                | Self::Migration
                | Self::Principal
                | Self::Password
                | Self::Plan
                | Self::Grant
                | Self::To
                | Self::Via
                | Self::Where
                | Self::On
                | Self::In
                | Self::And
                | Self::Or
                | Self::Not
        )
    }

    /// Whether the word starts a top-level declaration.
    pub const fn is_declaration(self) -> bool {
        matches!(
            self,
            Self::Entity
                | Self::Enum
                | Self::Type
                | Self::Auth
                | Self::Namespace
                | Self::ApiKeys
                | Self::Routes
                | Self::Schedule
                | Self::Payments
                | Self::Integrations
                | Self::Network
                | Self::Email
                | Self::Migration
        )
    }

    /// The bracket that closes this opening one.
    pub const fn closing(self) -> Option<Self> {
        match self {
            Self::LeftBrace => Some(Self::RightBrace),
            Self::LeftParen => Some(Self::RightParen),
            Self::LeftBracket => Some(Self::RightBracket),
            _ => None,
        }
    }

    /// Whether the token is a closing bracket.
    pub const fn is_closing(self) -> bool {
        matches!(self, Self::RightBrace | Self::RightParen | Self::RightBracket)
    }
}

/// A token: what it is and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// Takes the rest of a path: up to a blank, a bracket, a quote, a comma or `->`.
fn path(lexer: &mut Lexer<'_, Kind>) {
    let rest = lexer.remainder().as_bytes();
    let ends = |i: usize, byte: u8| match byte {
        b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'"' | b',' => true,
        b'-' => rest.get(i + 1) == Some(&b'>'),
        _ => byte <= b' ' || byte == 0x7F,
    };
    let length = rest.iter().enumerate().position(|(i, byte)| ends(i, *byte)).unwrap_or(rest.len());
    lexer.bump(length);
}

/// Takes the rest of a block comment, or of the line if nothing closes it.
fn block_comment(lexer: &mut Lexer<'_, Kind>) {
    let rest = lexer.remainder();
    let closed = rest.find("*/").map(|at| at + 2);
    let length = closed.unwrap_or_else(|| rest.find(['\n', '\r']).unwrap_or(rest.len()));
    lexer.bump(length);
}
