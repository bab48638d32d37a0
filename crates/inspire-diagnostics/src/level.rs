//! Levels: how a project wants a warning, note or lint to be treated.

use std::collections::BTreeMap;

use crate::{Code, Diagnostic, Kind, Severity, closest};

/// What a project makes of a warning, note or lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Says nothing.
    Allow,
    /// A note.
    Note,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

impl Level {
    /// The level called `word`: `allow`, `note`, `warn` or `deny`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "allow" => Self::Allow,
            "note" => Self::Note,
            "warn" => Self::Warn,
            "deny" => Self::Deny,
            _ => return None,
        })
    }
}

/// A name that is no lint, or the code of an error, whose level cannot be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLint {
    /// The name as it was given.
    pub name: String,
    /// Whether it is the code of an error.
    pub is_error: bool,
    /// The lint that was probably meant.
    pub suggestion: Option<&'static str>,
}

impl std::fmt::Display for UnknownLint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_error {
            return write!(f, "`{}` is an error; its level cannot be set", self.name);
        }
        write!(f, "no lint is named `{}`", self.name)?;
        match self.suggestion {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownLint {}

/// The levels a project has set; every other code keeps its own.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    set: BTreeMap<Code, Level>,
    deny_warnings: bool,
}

impl Levels {
    /// Sets the level of the lint called `name`; a later call wins.
    ///
    /// # Errors
    /// [`UnknownLint`] when no warning, note or lint has that name.
    pub fn set(&mut self, name: &str, level: Level) -> Result<(), UnknownLint> {
        let code = Code::from_name(name);
        match code.filter(|code| code.kind() != Kind::Error) {
            Some(code) => {
                self.set.insert(code, level);
                Ok(())
            }
            None => Err(UnknownLint {
                name: name.to_owned(),
                is_error: code.is_some(),
                suggestion: closest(
                    name,
                    Code::ALL.iter().filter(|code| code.kind() != Kind::Error).map(|code| code.name()),
                ),
            }),
        }
    }

    /// Makes every warning that is left an error.
    pub fn deny_warnings(&mut self) {
        self.deny_warnings = true;
    }

    /// Gives every diagnostic the severity these levels ask for, and drops what is allowed.
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|diagnostic| self.keeps(diagnostic));
    }

    fn keeps(&self, diagnostic: &mut Diagnostic) -> bool {
        match self.set.get(&diagnostic.code) {
            _ if diagnostic.code.kind() == Kind::Error => {}
            Some(Level::Allow) => return false,
            Some(Level::Note) => diagnostic.severity = Severity::Note,
            Some(Level::Warn) => diagnostic.severity = Severity::Warning,
            Some(Level::Deny) => diagnostic.severity = Severity::Error,
            None if diagnostic.code.kind() == Kind::Lint => return false,
            None => {}
        }
        if self.deny_warnings && diagnostic.severity == Severity::Warning {
            diagnostic.severity = Severity::Error;
        }
        true
    }
}
