//! What the platform blocks have in common: required keys, words of a list, secrets and addresses.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use inspire_syntax::ast::{Argument, Setting, Value, ValueKind};

use super::{Checker, setting};

/// The settings of one block, and what to call it.
pub(super) struct Keys<'r, 'a> {
    pub(super) cx: &'r mut Checker<'a>,
    pub(super) file: FileId,
    /// The block as a sentence begins it: `the integration \`crm\``.
    pub(super) block: String,
    /// Where a missing key is reported.
    pub(super) place: Span,
    pub(super) settings: &'a [Setting<'a>],
    /// Keys that need not be reported as missing; all of them if the block is partial.
    pub(super) excused: Vec<&'static str>,
    pub(super) partial: bool,
}

impl<'a> Keys<'_, 'a> {
    pub(super) fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    /// Reports keys that are none of `known` or given twice.
    pub(super) fn are_known(&mut self, known: &[&'static str]) {
        let meant =
            setting::keys_are_known(self.cx, self.file, &self.block, self.settings, known, |_, _| None);
        self.excused.extend(meant);
    }

    pub(super) fn find(&self, key: &str) -> Option<&'a Setting<'a>> {
        setting::find(self.settings, key)
    }

    /// The setting `key`; reports that it is missing. `form` shows how it is written.
    pub(super) fn required(&mut self, key: &str, form: &str) -> Option<&'a Setting<'a>> {
        let found = self.find(key);
        if found.is_none() && !self.partial && !self.excused.contains(&key) {
            let message = format!("{} has no `{key}`", self.block);
            let new = Diagnostic::new(Code::MissingKey, self.at(self.place), message)
                .label(format!("`{key}` is missing"))
                .help(format!("add `{form}`"));
            self.cx.report(new);
        }
        found
    }

    /// The value that the word of `setting` stands for, of those in `all`.
    pub(super) fn word<T: Copy>(
        &mut self,
        setting: &Setting<'a>,
        all: &[T],
        show: fn(T) -> &'static str,
    ) -> Option<T> {
        let words: Vec<_> = all.iter().map(|value| show(*value)).collect();
        let word = setting::word(&setting.value);
        let found = word.and_then(|word| all.iter().find(|value| show(**value) == word).copied());
        if found.is_none() && !matches!(setting.value.kind, ValueKind::Malformed) {
            let place = self.at(setting.value.span);
            let key = setting.key.text;
            let message = format!("`{key}` cannot be {}", setting::describe(&setting.value));
            let new = Diagnostic::new(Code::InvalidValue, place, message).label("not one of its values");
            let text = match setting.value.kind {
                ValueKind::String(text) => Some(text),
                _ => word,
            };
            let guess = text.and_then(|text| closest(text, words.iter().copied()));
            self.cx.report(match guess {
                Some(_) => new.did_you_mean(place, guess),
                None => new.help(format!("its values are {}", setting::list(&words))),
            });
        }
        found
    }

    /// The text of `setting`, which is not empty.
    pub(super) fn text(&mut self, setting: &Setting<'a>) -> Option<&'a str> {
        match setting.value.kind {
            ValueKind::String(text) if !text.trim().is_empty() => Some(text),
            ValueKind::String(_) => {
                let message = format!("`{}` is empty", setting.key.text);
                let new = Diagnostic::new(Code::InvalidValue, self.at(setting.value.span), message)
                    .label("nothing between the quotes");
                self.cx.report(new);
                None
            }
            _ => {
                let help = format!("write it in double quotes: `{}: \"…\"`", setting.key.text);
                setting::wrong_value(self.cx, self.file, setting.key.text, "a string", &setting.value, &help);
                None
            }
        }
    }

    /// The texts of a list, each once and without blanks.
    pub(super) fn texts(&mut self, setting: &Setting<'a>) -> Vec<&'a str> {
        let key = setting.key.text;
        let help = format!("write a list of strings: `{key}: [\"…\", \"…\"]`");
        let ValueKind::List(values) = setting.value.kind else {
            setting::wrong_value(self.cx, self.file, key, "a list of strings", &setting.value, &help);
            return Vec::new();
        };
        let mut found: Vec<&'a str> = Vec::new();
        for value in values {
            match value.kind {
                ValueKind::String(text) => {
                    let why = match text {
                        _ if text.is_empty() || text.contains(char::is_whitespace) => {
                            "is empty or has a blank"
                        }
                        _ if found.contains(&text) => "is listed twice",
                        _ => {
                            found.push(text);
                            continue;
                        }
                    };
                    let new = Diagnostic::new(
                        Code::InvalidValue,
                        self.at(value.span),
                        format!("an item of `{key}` {why}"),
                    )
                    .label("not a name of its own")
                    .help("write each name once, as a string of its own");
                    self.cx.report(new);
                }
                _ => setting::wrong_value(self.cx, self.file, key, "strings", value, &help),
            }
        }
        found
    }

    /// The name of the secret in `@secret("NAME")`; `meant` is the name to propose.
    pub(super) fn secret(&mut self, setting: &Setting<'a>, meant: &str) -> Option<&'a str> {
        let place = self.at(setting.value.span);
        match setting.value.kind {
            ValueKind::Secret((_, [Argument { label: None, value }])) => self.secret_name(value),
            ValueKind::Malformed => None,
            ValueKind::String(_) => {
                self.cx.report(literal_secret(place, setting.key.text, meant));
                None
            }
            _ => {
                let help = format!("write `@secret(\"{meant}\")`; the value is kept outside of the schema");
                setting::wrong_value(self.cx, self.file, setting.key.text, "a secret", &setting.value, &help);
                None
            }
        }
    }

    fn secret_name(&mut self, value: &Value<'a>) -> Option<&'a str> {
        let (text, quoted) = match value.kind {
            ValueKind::String(text) => (text, true),
            ValueKind::Malformed => return None,
            _ => (setting::word(value).unwrap_or_default(), false),
        };
        let is_name = quoted
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if is_name {
            return Some(text);
        }
        let place = self.at(value.span);
        let new = Diagnostic::new(Code::InvalidSecret, place, "a secret is named by a string in upper case")
            .label("not the name of a secret");
        let upper = text.to_ascii_uppercase().replace(['-', '.', ' '], "_");
        let can_be = upper.starts_with(|c: char| c.is_ascii_uppercase())
            && upper.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        self.cx.report(if can_be {
            let quoted = format!("\"{upper}\"");
            new.help(format!("write `{quoted}`")).suggestion(
                format!("replace with `{quoted}`"),
                place,
                quoted,
            )
        } else {
            new.help("names have the letters `A` to `Z`, digits and `_`: `@secret(\"API_KEY\")`")
        });
        None
    }
}

/// The text itself is never repeated: it may be a real secret.
#[cold]
fn literal_secret(place: Location, key: &str, meant: &str) -> Diagnostic {
    let text = format!("@secret(\"{meant}\")");
    Diagnostic::new(Code::LiteralSecret, place, format!("`{key}` must not stand in the schema"))
        .label("everybody who reads the schema reads this")
        .help(format!(
            "write `{text}` and keep the value in the secret store; change it if it was ever committed"
        ))
        .suggestion(format!("replace with `{text}`"), place, text.clone())
}
