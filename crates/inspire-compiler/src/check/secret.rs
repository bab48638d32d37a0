//! Secrets: named in the schema, kept outside of it.

use inspire_diagnostics::{Code, Diagnostic, Location};
use inspire_syntax::ast::{Argument, Setting, Value, ValueKind};

use super::keys::Keys;
use super::setting;

impl<'a> Keys<'_, 'a> {
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
