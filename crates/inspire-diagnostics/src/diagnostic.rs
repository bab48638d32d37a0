//! A diagnostic as plain data: what is wrong, where, and how to put it right.

use crate::{Code, Location};

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Stops the build.
    Error,
    /// Is shown and lets the build pass.
    Warning,
    /// Is in every machine format and shown to people only on request.
    Note,
}

impl Severity {
    /// The word for it: `error`, `warning` or `note`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// What is to be seen there, lower case, without a full stop; may be empty.
    pub text: String,
}

/// Whether a program may apply a fix without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// It does what the author meant, or removes what has no meaning.
    MachineApplicable,
    /// It is a guess, or it changes what the schema allows: a person decides.
    MaybeIncorrect,
}

impl Applicability {
    /// The word for it in machine formats: `machine-applicable` or `maybe-incorrect`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::MachineApplicable => "machine-applicable",
            Self::MaybeIncorrect => "maybe-incorrect",
        }
    }
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub location: Location,
    /// The new text.
    pub text: String,
}

/// A change that, applied as a whole, removes the diagnostic it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "replace with `google`".
    pub title: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// Its replacements, none overlapping another.
    pub edits: Vec<Edit>,
}

/// One mistake, or one thing worth knowing, in a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule speaks.
    pub code: Code,
    /// How grave it is here.
    pub severity: Severity,
    /// One line that names the thing, lower case, without a full stop.
    pub message: String,
    /// The place it is about; none for what is not about a source file.
    pub location: Option<Location>,
    /// What is to be seen at that place; may be empty.
    pub label: String,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// The way out, as a concrete edit where there is one.
    pub help: Option<String>,
    /// Changes that put it right, the best first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic of `code` at `location`, with the code's own severity.
    #[cold]
    #[must_use]
    pub fn new(code: Code, location: Location, message: impl Into<String>) -> Self {
        Self { location: Some(location), ..Self::without_place(code, message) }
    }

    /// A diagnostic that is about no place in a source file.
    #[cold]
    #[must_use]
    pub fn without_place(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            location: None,
            label: String::new(),
            related: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says what is to be seen at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds another place that explains it.
    #[must_use]
    pub fn related(mut self, location: Location, text: impl Into<String>) -> Self {
        self.related.push(Label { location, text: text.into() });
        self
    }

    /// Says the way out.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Lowers a warning to a note, for a place where the rule's reason is weaker.
    #[must_use]
    pub fn as_note(mut self) -> Self {
        self.severity = Severity::Note;
        self
    }

    /// Adds a fix of one replacement that a program may apply unseen.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, location: Location, text: impl Into<String>) -> Self {
        let edits = vec![Edit { location, text: text.into() }];
        self.with_fix(Fix { title: title.into(), applicability: Applicability::MachineApplicable, edits })
    }

    /// Adds a fix of one replacement that a person has to agree to.
    #[must_use]
    pub fn suggestion(self, title: impl Into<String>, location: Location, text: impl Into<String>) -> Self {
        let edits = vec![Edit { location, text: text.into() }];
        self.with_fix(Fix { title: title.into(), applicability: Applicability::MaybeIncorrect, edits })
    }

    /// Adds a fix of any shape.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Asks "did you mean …?" for a word of the language, where there is a `candidate`, with the replacement as a fix.
    #[must_use]
    pub fn did_you_mean(self, location: Location, candidate: Option<&str>) -> Self {
        match candidate {
            None => self,
            Some(word) => self.help(format!("did you mean `{word}`?")).fix(
                format!("replace with `{word}`"),
                location,
                word,
            ),
        }
    }

    /// Asks "did you mean …?" for a name somebody declared; which one is meant is for a person to say.
    #[must_use]
    pub fn did_you_mean_name(self, location: Location, candidate: Option<&str>) -> Self {
        match candidate {
            None => self,
            Some(name) => self.help(format!("did you mean `{name}`?")).suggestion(
                format!("replace with `{name}`"),
                location,
                name,
            ),
        }
    }
}
