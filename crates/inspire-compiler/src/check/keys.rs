//! The keys of a block: which it may have, which it must have, and what kind of value each takes.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use inspire_syntax::ast::{Block, Name, Setting, ValueKind};
use rustc_hash::FxHashSet;

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

impl<'r, 'a> Keys<'r, 'a> {
    /// The settings of `body`; what is missing is reported at `place`.
    pub(super) fn new(
        cx: &'r mut Checker<'a>,
        file: FileId,
        block: impl Into<String>,
        place: Span,
        body: Block<'a>,
    ) -> Self {
        let Block { settings, partial, .. } = body;
        Self { cx, file, block: block.into(), place, settings, excused: Vec::new(), partial }
    }

    pub(super) fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    /// Reports keys that are none of `known` or given twice.
    pub(super) fn are_known(&mut self, known: &[&'static str]) {
        self.are_known_or(known, |_, _| None);
    }

    /// Reports keys that are none of `known` or given twice; `strange` may explain one that is unknown for a reason.
    pub(super) fn are_known_or(
        &mut self,
        known: &[&'static str],
        strange: impl Fn(Name<'a>, Location) -> Option<Diagnostic>,
    ) {
        let meant = setting::keys_are_known(self.cx, self.file, &self.block, self.settings, known, strange);
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
        let mut seen = FxHashSet::default();
        for value in values {
            match value.kind {
                ValueKind::String(text) => {
                    let why = match text {
                        _ if text.is_empty() || text.contains(char::is_whitespace) => {
                            "is empty or has a blank"
                        }
                        _ if !seen.insert(text) => "is listed twice",
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
}
