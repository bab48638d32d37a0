//! `auth: …` of routes: session, an API key with a scope, or none.

use inspire_diagnostics::{Code, Diagnostic, Location, closest};
use inspire_syntax::ast::{Argument, Value, ValueKind};

use super::routes::Walk;
use super::setting;
use crate::model::Access;

impl<'a> Walk<'_, 'a> {
    /// Who may call a route, from the value of `auth`; none for one that was reported.
    pub(super) fn access(&mut self, value: &Value<'a>) -> Option<Access> {
        let place = self.at(value.span);
        match value.kind {
            ValueKind::Path(path) => match path.word().map(|name| name.text) {
                Some("none") => Some(Access::None),
                Some("session") => self.session(place),
                Some("apiKey") => self.missing_scope(place),
                _ => self.unknown_mode(place, &setting::text(path)),
            },
            ValueKind::Call((path, arguments)) if path.word().is_some_and(|name| name.text == "apiKey") => {
                self.uses_api_keys = true;
                match arguments {
                    [] => self.missing_scope(place),
                    [Argument { label: None, value }] => self.scope(value),
                    _ => {
                        let new = Diagnostic::new(Code::UnknownAuthMode, place, "a route asks for one scope")
                            .label("more than one")
                            .help("declare a scope that grants what the route needs, and name that");
                        self.cx.report(new);
                        None
                    }
                }
            }
            ValueKind::Call((path, _)) => self.unknown_mode(place, &setting::text(*path)),
            ValueKind::Malformed => None,
            _ => {
                let what = setting::describe(value);
                self.unknown_mode(place, &what)
            }
        }
    }

    fn session(&mut self, place: Location) -> Option<Access> {
        if self.has_auth {
            return Some(Access::Session);
        }
        let new =
            Diagnostic::new(Code::SessionWithoutAuth, place, "nobody can sign in, so nobody has a session")
                .label("can never be satisfied")
                .help("add an `auth { providers: [email] }` block");
        self.cx.report(new);
        None
    }

    #[cold]
    fn missing_scope(&mut self, place: Location) -> Option<Access> {
        self.uses_api_keys = true;
        let first = self.systems.scopes.first().map(|(name, ..)| name.text);
        let help = match first {
            Some(name) => format!("name a scope: `apiKey({name})`"),
            None => "declare a scope in `apiKeys { scopes: { … } }` and name it: `apiKey(scope)`".to_owned(),
        };
        let new =
            Diagnostic::new(Code::MissingScope, place, "`apiKey` does not say which scope a key must have")
                .label("no scope")
                .help(help);
        self.cx.report(new);
        None
    }

    fn scope(&mut self, value: &Value<'a>) -> Option<Access> {
        let place = self.at(value.span);
        let quoted = match value.kind {
            ValueKind::String(text) => Some(text),
            _ => None,
        };
        let Some(name) = setting::word(value).or(quoted) else {
            let what = setting::describe(value);
            let new = Diagnostic::new(Code::UnknownScope, place, format!("{what} is no API-key scope"))
                .label("not a scope")
                .help("write the scope's name: `apiKey(read)`");
            self.cx.report(new);
            return None;
        };
        if let (Some(scope), None) = (self.systems.scope(name), quoted) {
            return Some(Access::ApiKey(scope));
        }
        if self.systems.partial && quoted.is_none() {
            return None;
        }
        let diagnostic = self.unknown_scope(place, name, quoted.is_some());
        self.cx.report(diagnostic);
        None
    }

    #[cold]
    fn unknown_scope(&self, place: Location, name: &str, quoted: bool) -> Diagnostic {
        let new = Diagnostic::new(Code::UnknownScope, place, format!("no API-key scope is named `{name}`"))
            .label("unknown scope");
        if quoted && self.systems.scope(name).is_some() {
            return Diagnostic::new(Code::UnknownScope, place, "a scope is written without quotes")
                .label("a string")
                .help(format!("write `apiKey({name})`"))
                .fix(format!("replace with `{name}`"), place, name);
        }
        let Some(guess) = closest(name, self.systems.scopes.iter().map(|(name, ..)| name.text)) else {
            let help = if self.systems.has_api_keys {
                let names: Vec<_> = self.systems.scopes.iter().map(|(name, ..)| name.text).take(8).collect();
                match names.as_slice() {
                    [] => "declare it in `apiKeys { scopes: { … } }`".to_owned(),
                    [only] => format!("the only scope is `{only}`"),
                    names => format!("the scopes are {}", setting::list(names)),
                }
            } else {
                format!("declare it: `apiKeys {{ scopes: {{ {name}: @system(\"api_{name}\") {{ … }} }} }}`")
            };
            return new.help(help);
        };
        let declared =
            self.systems.scopes.iter().find(|(name, ..)| name.text == guess).map(|(_, place, _)| *place);
        let source = declared.and_then(|declared| self.cx.sources.get(declared.file));
        let new = new.did_you_mean_name(place, Some(guess));
        match (declared, source) {
            (Some(declared), Some(source)) => {
                let line = source.line_column(declared.span.start).line;
                new.help(format!("did you mean `{guess}`? (declared in `{}:{line}`)", source.name()))
            }
            _ => new,
        }
    }

    #[cold]
    fn unknown_mode(&mut self, place: Location, word: &str) -> Option<Access> {
        let new = Diagnostic::new(
            Code::UnknownAuthMode,
            place,
            format!("unknown authentication `{}`", word.trim_matches('`')),
        )
        .label("neither `session`, `apiKey(scope)` nor `none`");
        let all = "write `session`, `apiKey(scope)` or `none`";
        let guess = closest(word, ["session", "apiKey", "none"]);
        let new = match (word, guess) {
            ("public" | "anonymous" | "open", _) => new
                .help("write `none`; it is the handler's business then to check the caller")
                .suggestion("replace with `none`", place, "none"),
            ("user" | "cookie" | "login" | "loggedIn", _) => {
                new.help("did you mean `session`?").suggestion("replace with `session`", place, "session")
            }
            (_, Some("apiKey")) => new.help("did you mean `apiKey(scope)`?"),
            (_, Some(word)) => new.help(format!("did you mean `{word}`?")).suggestion(
                format!("replace with `{word}`"),
                place,
                word,
            ),
            (_, None) => new.help(all),
        };
        self.cx.report(new);
        None
    }
}
