//! `kizaki.toml`: what a project sets once and for all. Text in, settings or diagnostics out.
//!
//! Every key is optional and an unknown one is an error, because a setting that is silently ignored is worse than none.

use std::ops::Range;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use inspire_artifact::signature::is_artifact_id;
use inspire_diagnostics::{Code, Diagnostic, FileId, Level, Levels, Location, SourceMap, Span, closest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::failure::Failure;

/// The settings of a project.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// Patterns, as in `.gitignore`, one of which a schema file must match; none lets every file pass.
    pub(crate) include: Vec<String>,
    /// Where the artifact goes, relative to the project.
    pub(crate) out: Option<String>,
    /// The app that signed artifacts are of.
    pub(crate) artifact_id: Option<String>,
    /// The server that runs the app's auth service: what [`is_server`] accepts.
    pub(crate) server: Option<String>,
    /// The levels of warnings, notes and lints.
    pub(crate) levels: Levels,
}

impl Config {
    /// Reads settings from `text`, the contents of the file that is shown as `name`.
    pub(crate) fn parse(name: &str, text: String) -> Result<Self, Failure> {
        let sources = SourceMap::new([(name, text)]).unwrap_or_default();
        let text = sources.get(FileId(0)).map_or("", inspire_diagnostics::Source::text);
        let mut reader = Reader { config: Self::default(), diagnostics: Vec::new() };
        match DeTable::parse_recoverable(text) {
            (table, errors) if errors.is_empty() => reader.document(table.get_ref()),
            (_, errors) => {
                for error in errors {
                    reader.say(
                        error.span().unwrap_or_default(),
                        &format!("malformed TOML: {}", error.message()),
                    );
                }
            }
        }
        let Reader { config, diagnostics } = reader;
        if diagnostics.is_empty() { Ok(config) } else { Err(Failure { sources, diagnostics }) }
    }
}

impl Config {
    /// What matches the schema files below `root`, the project's directory; none lets every file pass.
    pub(crate) fn included(&self, root: &Path) -> Option<Gitignore> {
        if self.include.is_empty() {
            return None;
        }
        let mut builder = GitignoreBuilder::new(root);
        for pattern in &self.include {
            // `Config::parse` has refused malformed patterns.
            let _ = builder.add_line(None, pattern);
        }
        builder.build().ok()
    }
}

/// The settings read so far, and what was wrong with the others.
struct Reader {
    config: Config,
    diagnostics: Vec<Diagnostic>,
}

type Key<'k, 'i> = &'k Spanned<std::borrow::Cow<'i, str>>;

impl Reader {
    fn document(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "schema" => self.table(key, value, Self::schema),
                "build" => self.table(key, value, Self::build),
                "lints" => self.table(key, value, Self::lint),
                "service" => self.table(key, value, Self::service),
                _ => self.unknown_key(key, "`kizaki.toml`", &["schema", "build", "lints", "service"]),
            }
        }
    }

    fn table(
        &mut self,
        key: Key<'_, '_>,
        value: &Spanned<DeValue<'_>>,
        read: fn(&mut Self, Key<'_, '_>, &Spanned<DeValue<'_>>),
    ) {
        match value.get_ref() {
            DeValue::Table(table) => table.iter().for_each(|(key, value)| read(self, key, value)),
            _ => self.say(value.span(), &format!("`{}` must be a table", key.get_ref())),
        }
    }

    fn schema(&mut self, key: Key<'_, '_>, value: &Spanned<DeValue<'_>>) {
        if key.get_ref() != "include" {
            return self.unknown_key(key, "`[schema]`", &["include"]);
        }
        let DeValue::Array(patterns) = value.get_ref() else {
            return self.say(value.span(), "`include` must be a list of patterns");
        };
        for pattern in patterns {
            match pattern.get_ref() {
                DeValue::String(text) => self.pattern(text, pattern.span()),
                _ => self.say(pattern.span(), "a pattern must be a string"),
            }
        }
    }

    fn pattern(&mut self, text: &str, span: Range<usize>) {
        match GitignoreBuilder::new("").add_line(None, text) {
            Ok(_) => self.config.include.push(text.to_owned()),
            Err(error) => self.say(span, &format!("`{text}` is no pattern: {error}")),
        }
    }

    fn build(&mut self, key: Key<'_, '_>, value: &Spanned<DeValue<'_>>) {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("out", DeValue::String(path)) if !path.is_empty() => {
                self.config.out = Some(path.clone().into_owned());
            }
            ("out", _) => self.say(value.span(), "`out` must be the path of a file"),
            ("artifact-id", DeValue::String(id)) if is_artifact_id(id) => {
                self.config.artifact_id = Some(id.clone().into_owned());
            }
            ("artifact-id", _) => {
                self.say(value.span(), "`artifact-id` must be 1 to 64 letters, digits, `.`, `_` and `-`");
            }
            _ => self.unknown_key(key, "`[build]`", &["out", "artifact-id"]),
        }
    }

    fn service(&mut self, key: Key<'_, '_>, value: &Spanned<DeValue<'_>>) {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("server", DeValue::String(url)) => match is_server(url) {
                Ok(()) => self.config.server = Some(url.clone().into_owned()),
                Err(reason) => self.say(value.span(), &format!("`server` names no server: {reason}")),
            },
            ("server", _) => self.say(value.span(), "`server` must be a URL"),
            _ => self.unknown_key(key, "`[service]`", &["server"]),
        }
    }

    fn lint(&mut self, key: Key<'_, '_>, value: &Spanned<DeValue<'_>>) {
        let word = match value.get_ref() {
            DeValue::String(word) => word.as_ref(),
            _ => "",
        };
        let Some(level) = Level::parse(word) else {
            const LEVELS: [&str; 4] = ["allow", "note", "warn", "deny"];
            let place = location(value.span());
            let message = format!("`{}` is set to something that is no level", key.get_ref());
            let mut one = Diagnostic::new(Code::InvalidConfig, place, message).label("not a level");
            one.help = Some("the levels are `allow`, `note`, `warn` and `deny`".to_owned());
            if let Some(word) = closest(word, LEVELS) {
                one = one.help(format!("did you mean `{word}`?"));
            }
            return self.diagnostics.push(one);
        };
        if let Err(unknown) = self.config.levels.set(key.get_ref(), level) {
            let message = match unknown.is_error {
                true => unknown.to_string(),
                false => format!("no lint is named `{}`", unknown.name),
            };
            let mut one = Diagnostic::new(Code::InvalidConfig, location(key.span()), message);
            one.help = unknown.suggestion.map(|name| format!("did you mean `{name}`?"));
            self.diagnostics.push(one);
        }
    }

    fn unknown_key(&mut self, key: Key<'_, '_>, place: &str, known: &[&str]) {
        let name = key.get_ref();
        let message = format!("{place} has no key `{name}`");
        let mut one =
            Diagnostic::new(Code::InvalidConfig, location(key.span()), message).label("unknown key");
        one.help = Some(match closest(name, known.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => {
                let known: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
                format!("known here: {}", known.join(", "))
            }
        });
        self.diagnostics.push(one);
    }

    fn say(&mut self, span: Range<usize>, message: &str) {
        self.diagnostics.push(Diagnostic::new(Code::InvalidConfig, location(span), message));
    }
}

#[cfg(feature = "service")]
fn is_server(url: &str) -> Result<(), String> {
    kizaki_auth::PublicUrl::parse(url).map(|_| ())
}

/// Nothing here calls a server, so that any text will do.
#[cfg(not(feature = "service"))]
fn is_server(_: &str) -> Result<(), String> {
    Ok(())
}

fn location(span: Range<usize>) -> Location {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Location::new(FileId(0), Span::new(offset(span.start), offset(span.end)))
}
