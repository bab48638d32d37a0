//! Texts for property tests: the language's vocabulary glued together, and examples that were damaged.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::corpus::{examples, fixtures};

/// Words, signs and literals, right ones and wrong ones.
const VOCABULARY: &[&str] = &[
    "auth",
    "entity",
    "enum",
    "type",
    "namespace",
    "apiKeys",
    "routes",
    "schedule",
    "payments",
    "principal",
    "password",
    "providers",
    "scopes",
    "sessionDuration",
    "minLength",
    "accountLinking",
    "rateLimit",
    "email",
    "google",
    "session",
    "apiKey",
    "none",
    "string",
    "int",
    "uuid",
    "datetime",
    "decimal(10, 2)",
    "file",
    "User",
    "Note",
    "ownerId",
    "__User",
    "__User.id",
    "read",
    "write",
    "delete",
    "create",
    "update",
    "where",
    "via",
    "to",
    "on",
    "in",
    "and",
    "or",
    "not",
    "true",
    "false",
    "null",
    "resource.ownerId",
    "principal.id",
    "grant",
    "GET",
    "POST",
    "get",
    "/notes",
    "/notes/:id",
    "/a//b",
    "/*",
    "*/",
    "//",
    "///",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    ".",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "&&",
    "||",
    "!",
    "*",
    "->",
    "?",
    "[]",
    "@grant",
    "@deny",
    "@on",
    "@why",
    "@system(\"a_b\")",
    "@from(Note.ownerId)",
    "@selectFrom",
    "@unique",
    "@unique([a, b])",
    "@id",
    "@entity",
    "@min(1)",
    "\"text\"",
    "\"",
    "'x'",
    "\"\\u{41}\"",
    "\"\\q\"",
    "0",
    "-1",
    "12",
    "9223372036854775808",
    "1.5",
    "30d",
    "1h30m",
    "5m5m",
    "10/minute",
    "0/day",
    "\u{feff}",
    "\u{202e}",
    "\u{0}",
    "é",
    "日本",
    "😀",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
];

/// Any text at all, or any words of the language one after another.
pub(crate) fn arbitrary() -> impl Strategy<Value = String> {
    let words = prop::collection::vec((select(VOCABULARY), select(&[" ", "", "\n"][..])), 0..200);
    prop_oneof![
        1 => any::<String>(),
        3 => words.prop_map(|words| words.iter().flat_map(|(word, gap)| [*word, *gap]).collect::<String>()),
    ]
}

/// One change to a text.
#[derive(Debug, Clone)]
enum Damage {
    Truncate(Index),
    Remove(Index, usize),
    Insert(Index, &'static str),
    Repeat(Index, usize),
}

/// A fixture or a file of an example with a few changes.
pub(crate) fn damaged() -> impl Strategy<Value = String> {
    let originals: Vec<String> = examples()
        .into_iter()
        .flat_map(|example| example.files.into_iter().map(|(_, text)| text))
        .chain(fixtures("check").into_iter().map(|fixture| fixture.text))
        .collect();
    let damage = prop_oneof![
        1 => any::<Index>().prop_map(Damage::Truncate),
        3 => (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        6 => (any::<Index>(), select(VOCABULARY)).prop_map(|(at, word)| Damage::Insert(at, word)),
        2 => (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ];
    (select(originals), prop::collection::vec(damage, 1..6))
        .prop_map(|(text, damages)| damages.iter().fold(text, |text, damage| damage.apply(&text)))
}

impl Damage {
    fn apply(&self, text: &str) -> String {
        let at = |index: &Index| boundary(text, index.index(text.len() + 1));
        match self {
            Self::Truncate(index) => text[..at(index)].to_owned(),
            Self::Insert(index, word) => format!("{}{word}{}", &text[..at(index)], &text[at(index)..]),
            Self::Remove(index, length) => {
                let start = at(index);
                format!("{}{}", &text[..start], &text[boundary(text, start + length)..])
            }
            Self::Repeat(index, length) => {
                let start = at(index);
                let end = boundary(text, start + length);
                format!("{}{}", &text[..end], &text[start..])
            }
        }
    }
}

/// The nearest place at or before `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A text cut into its top-level declarations, each with the comments before it.
pub(crate) fn declarations(text: &str) -> Vec<String> {
    use inspire_syntax::Kind;
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    let tokens = inspire_syntax::lex(inspire_diagnostics::FileId(0), text).tokens;
    for (number, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::LeftBrace => depth += 1,
            Kind::RightBrace => depth -= 1,
            _ => continue,
        }
        // A validation type goes on behind a brace, and may end without one.
        let next = tokens.get(number + 1).map(|next| next.kind);
        if depth == 0 && !matches!(next, Some(Kind::Bar | Kind::Ampersand)) {
            let end = token.span.end as usize;
            parts.push(text[start..end].to_owned() + "\n");
            start = end;
        }
    }
    if tokens.iter().any(|token| token.span.start as usize >= start) {
        parts.push(text[start..].to_owned() + "\n");
    }
    parts
}
