//! Syntax errors in human words: from the parser's list of acceptable tokens to a sentence.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use lalrpop_util::ParseError;

use crate::token::{Kind, Token};

/// What a set of terminals amounts to, in the order in which it is said: the words, and the terminals that show it.
const PHRASES: &[(&str, &[&str])] = &[
    ("a declaration", &["declaration"]),
    ("a field, `name: type`", &["field"]),
    ("a setting, `key: value`", &["setting"]),
    ("a route, `GET /path -> handler`", &["\"method\""]),
    ("`@grant`", &["\"@grant\""]),
    ("`@deny`", &["\"@deny\""]),
    ("`@on`", &["\"@on\""]),
    ("`plan Name { … }`", &["plan block"]),
    ("`@secret name`", &["plan block"]),
    ("`type`", &["type keyword"]),
    ("`@unique([…])`", &["\"@unique[\""]),
    ("`password { … }`", &["password block"]),
    ("`principal { … }`", &["principal block"]),
    ("a nested `routes(…) { … }`", &["nested routes"]),
    ("a path", &["\"path\""]),
    ("a value", &["value"]),
    ("a type", &["type name"]),
    ("a condition", &["condition"]),
    ("a name", &["\"word\""]),
    ("an annotation", &["\"@name\""]),
    ("a default, `= value`", &["\"=\""]),
    ("a comparison", &["\"==\""]),
    ("`in`", &["\"in\""]),
    ("`&&` or `||`", &["\"&&\""]),
    ("`where`", &["\"where\""]),
    ("`on`", &["\"on\""]),
    ("`to`", &["\"to\""]),
    ("`via`", &["\"via\""]),
    ("`->`", &["\"->\""]),
    ("`*`", &["\"*\""]),
    ("`.`", &["\".\""]),
    ("`{`", &["\"{\""]),
    ("`(`", &["\"(\""]),
    ("`[`", &["\"[\""]),
    ("`,`", &["\",\""]),
    ("`]`", &["\"]\""]),
    ("`)`", &["\")\""]),
    ("`}`", &["\"}\""]),
];

/// How many things a sentence lists before it would no longer be read.
const MAX_PHRASES: usize = 6;

/// The diagnostic for a token that the grammar cannot accept.
#[cold]
pub fn report(
    file: FileId,
    text: &str,
    tokens: &[Token],
    error: &ParseError<u32, Kind, ()>,
    is_declaration: bool,
) -> Diagnostic {
    let (span, expected) = match error {
        ParseError::UnrecognizedToken { token: (start, _, end), expected } => {
            (Span::new(*start, *end), &expected[..])
        }
        ParseError::ExtraToken { token: (start, _, end) } => (Span::new(*start, *end), &[][..]),
        ParseError::UnrecognizedEof { location, expected } => (Span::at(*location), &expected[..]),
        ParseError::InvalidToken { location } => (Span::at(*location), &[][..]),
        ParseError::User { .. } => (Span::default(), &[][..]),
    };
    let index = tokens.partition_point(|token| token.span.start < span.start);
    let place = Place { text, tokens, index, span, expected, is_declaration };
    place.report(file)
}

struct Place<'t> {
    text: &'t str,
    tokens: &'t [Token],
    index: usize,
    span: Span,
    expected: &'t [String],
    /// Whether the error stands between declarations or in the head of one.
    is_declaration: bool,
}

impl Place<'_> {
    fn expects(&self, terminal: &str) -> bool {
        self.expected.iter().any(|expected| expected == terminal)
    }

    fn before(&self) -> Option<&Token> {
        self.index.checked_sub(1).and_then(|i| self.tokens.get(i))
    }

    fn source(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Whether a declaration is what may stand here.
    ///
    /// Where an error was passed over just before, everything that is skipped then is acceptable too, `}` among it,
    /// which no head of a declaration takes. Elsewhere a place that takes `not` takes any name.
    fn wants_declaration(&self) -> bool {
        self.is_declaration
            && self.expects("\"entity\"")
            && (!self.expects("\"not\"") || self.expects("\"}\""))
    }

    fn report(&self, file: FileId) -> Diagnostic {
        let location = Location::new(file, self.span);
        let found = self.found();
        let wanted = self.wanted();
        let message = match self.after() {
            _ if wanted.is_empty() => format!("{found} cannot stand here"),
            Some(_) if self.wants_declaration() => format!("expected {wanted}, found {found}"),
            Some(after) if !after.starts_with("`,`") => {
                format!("expected {wanted} after {after}, found {found}")
            }
            Some(_) => format!("expected {wanted}, found {found}"),
            None => format!("expected {wanted}, found {found}"),
        };
        let diagnostic = Diagnostic::new(Code::UnexpectedToken, location, message)
            .label(if self.span.is_empty() { "" } else { "not expected here" });
        self.with_help(diagnostic, location)
    }

    fn found(&self) -> String {
        let source = self.source(self.span);
        match source.chars().count() {
            0 => "the end of the file".to_owned(),
            1..=40 => format!("`{source}`"),
            _ => format!("`{}…`", source.chars().take(38).collect::<String>()),
        }
    }

    /// The key or word before the place, where it makes the sentence clearer.
    fn after(&self) -> Option<String> {
        let before = self.before()?;
        match before.kind {
            Kind::Colon => {
                let key = self.index.checked_sub(2).and_then(|i| self.tokens.get(i))?;
                Some(format!("`{}:`", self.source(key.span)))
            }
            kind if kind.closing().is_some() || kind.is_closing() || kind == Kind::String => None,
            _ if self.source(before.span).len() > 40 => None,
            _ => Some(format!("`{}`", self.source(before.span))),
        }
    }

    fn wanted(&self) -> String {
        if self.wants_declaration() {
            return "a declaration".to_owned();
        }
        let phrases: Vec<_> = PHRASES
            .iter()
            .filter(|(_, signs)| signs.iter().any(|sign| self.shows(sign)))
            .map(|(phrase, _)| *phrase)
            .collect();
        let Some((last, rest)) = phrases.split_last() else { return String::new() };
        if rest.is_empty() {
            return (*last).to_owned();
        }
        let shown: Vec<_> = rest.iter().take(MAX_PHRASES - 1).copied().collect();
        format!("{} or {last}", shown.join(", "))
    }

    /// Whether the acceptable tokens contain `sign`: a terminal, or one of a few situations that several tell.
    fn shows(&self, sign: &str) -> bool {
        let word = self.expects("\"word\"");
        let value = self.expects("\"string\"");
        let members = self.expects("\"key\"");
        let comparing = self.expects("\"==\"");
        match sign {
            "declaration" => self.wants_declaration(),
            "field" => members && self.expects("\"@unique[\""),
            "setting" => members && !self.expects("\"@unique[\""),
            "password block" => members && self.expects("\"password\"") && self.expects("\"principal\""),
            "principal block" => self.shows("password block"),
            "plan block" => members && self.expects("\"plan\""),
            "type keyword" => self.expects("\"type\"") && !word,
            "nested routes" => self.expects("\"method\"") && self.expects("\"routes\""),
            "condition" => word && value && self.expects("\"bang\""),
            "value" => word && value && !self.expects("\"bang\""),
            "type name" => word && !value && self.before().is_some_and(|token| token.kind == Kind::Colon),
            "\"word\"" => word && !value && !self.shows("type name") && !self.shows("declaration"),
            "\"[\"" | "\"(\"" => {
                self.expects(sign) && !value && !word && !comparing && !members && !self.expects("\",\"")
            }
            "\".\"" => self.expects(sign) && !members && !comparing && self.expected.len() < 4,
            // After a whole member everything that may follow it is acceptable; say what starts the next one.
            "\"@name\"" => self.expects(sign) && !members && !self.expects("\"*\""),
            "\"=\"" | "\"where\"" | "\"on\"" | "\"to\"" | "\"via\"" | "\"in\"" => {
                self.expects(sign) && !word && !members
            }
            "\",\"" => self.expects(sign) && !members && !self.expects("\"method\""),
            _ => self.expects(sign),
        }
    }

    fn with_help(&self, diagnostic: Diagnostic, location: Location) -> Diagnostic {
        let source = self.source(self.span);
        let before = self.before().map(|token| token.kind);
        if source == "," {
            return match before {
                Some(Kind::Comma) => {
                    diagnostic.help("one comma is enough").fix("remove the extra comma", location, "")
                }
                Some(Kind::LeftBrace | Kind::LeftBracket | Kind::LeftParen) => {
                    diagnostic.help("nothing stands before this comma").fix("remove the comma", location, "")
                }
                Some(Kind::RightBrace) if self.expects("\"entity\"") => diagnostic
                    .help("no comma stands between declarations")
                    .fix("remove the comma", location, ""),
                _ => diagnostic,
            };
        }
        let is_item = source.starts_with(|c: char| c.is_ascii_alphanumeric() || "\"@_".contains(c));
        // After an error was passed over nearly everything is acceptable; in a list only a few tokens are.
        let in_list = self.expected.len() <= 6 && self.expects("\",\"") && self.expects("\"]\"");
        if in_list
            && is_item
            && let Some(before) = self.before()
        {
            let end = Location::new(location.file, Span::at(before.span.end));
            return diagnostic.help("a comma stands between the items of a list").fix(
                "add a comma",
                end,
                ",",
            );
        }
        if before == Some(Kind::Path) && matches!(source, "{" | "<" | "[") {
            return diagnostic.help("a parameter of a path is written `:name`");
        }
        let next = |n: usize| self.tokens.get(self.index + n).map(|token| token.kind);
        let names_a_type = next(1).is_some_and(Kind::is_word) && next(2) != Some(Kind::LeftBrace);
        if !self.is_declaration && self.shows("field") && is_item && !source.starts_with('@') && names_a_type
        {
            let end = Location::new(location.file, Span::at(self.span.end));
            return diagnostic.help(format!("a colon stands after the name of a field: `{source}: …`")).fix(
                "add a colon",
                end,
                ":",
            );
        }
        if self.shows("type name") {
            return diagnostic.help("a field reads `name: type = default`");
        }
        let candidates = self.expected.iter().filter_map(|terminal| {
            let word = terminal.trim_matches('"');
            let is_word = word.len() > 2
                && !matches!(
                    word,
                    "word"
                        | "stray"
                        | "key"
                        | "label"
                        | "method"
                        | "path"
                        | "migration"
                        | "bang"
                        | "string"
                        | "int"
                        | "decimal"
                        | "duration"
                        | "rate"
                        | "not"
                        | "and"
                );
            (is_word && word.trim_start_matches('@').bytes().all(|byte| byte.is_ascii_alphabetic()))
                .then_some(word)
        });
        let suggestion = if source.starts_with(|c: char| c.is_ascii_alphabetic() || c == '@') {
            closest(source, candidates.filter(|word| *word != "@name"))
        } else {
            None
        };
        diagnostic.did_you_mean(location, suggestion)
    }
}
