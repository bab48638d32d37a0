//! What changed between two artifacts, in words, and which way each change goes.
//!
//! It is made from the two artifacts and nothing else. A change that widens access is never told as anything less: where
//! the direction cannot be decided, the change is told as one that may widen. Things are matched by name, so what was
//! renamed is removed and added.

use std::collections::{BTreeMap, BTreeSet};

use inspire_artifact::{Artifact, DecodeError, Digest};
use inspire_diagnostics::write_pretty_json;
use serde::Serialize;

mod api_keys;
mod auth;
mod docs;
mod email;
mod entity;
mod field;
mod hook;
mod integrations;
mod namespace;
mod network;
mod pair;
mod payments;
mod policy;
mod routes;
mod text;
mod validation;

/// The version of the JSON. Keys are only ever added; removing or renaming one raises it.
const VERSION: u32 = 1;

/// What changed between two artifacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The version of this form.
    pub version: u32,
    /// The digest of the old artifact, in hexadecimal digits.
    pub old: String,
    /// The digest of the new artifact.
    pub new: String,
    /// How many changes there are of each effect.
    pub counts: Counts,
    /// The changes: what widens access first, then by block and subject.
    pub changes: Vec<Change>,
}

/// How many changes there are; one that has two effects counts for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// All changes.
    pub changes: usize,
    /// Those that widen access, or may.
    pub widens: usize,
    /// Those that narrow access, or may.
    pub narrows: usize,
    /// Those that break callers.
    pub breaks: usize,
    /// Those that do nothing of this.
    pub other: usize,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it does; at least one.
    pub effects: BTreeSet<Effect>,
    /// Whether it is certain that access becomes wider or narrower; if not, it may.
    pub certain: bool,
    /// The kind of block it is about.
    pub block: Block,
    /// What has changed: `GET /v1/players`, `Player.email`, `scope importer`.
    pub subject: String,
    /// How, in words.
    pub message: String,
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Somebody may do what they might not before, or with less effort.
    Widens,
    /// Somebody may no longer do what they might before.
    Narrows,
    /// What was sent, or understood, before is refused or different now.
    Breaks,
    /// Nothing of this.
    Other,
}

/// The kind of block that a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Sign-in, passwords and the principal.
    Auth,
    /// Scopes of API keys.
    ApiKeys,
    /// Routes.
    Routes,
    /// Policies and who they are for.
    Policy,
    /// Namespaces.
    Namespace,
    /// Entities, enums and embedded types.
    Entity,
    /// Hooks and schedules.
    Hook,
    /// Validation types.
    Validation,
    /// Plans and their prices.
    Payments,
    /// Services whose accounts users connect.
    Integrations,
    /// Hosts that functions may reach.
    Network,
    /// Who sends mail.
    Email,
    /// Comments and reasons.
    Docs,
}

/// Tells what changed from `old` to `new`.
///
/// ```
/// # let compile = |text| -> Result<_, Box<dyn std::error::Error>> {
/// #     let sources = inspire_diagnostics::SourceMap::new([("app.inspire", text)])?;
/// #     let bytes = inspire::build(&sources).artifact.ok_or("no artifact")?;
/// #     Ok(inspire_artifact::Artifact::from_vec(bytes)?)
/// # };
/// let old = compile("entity Note { @grant read }")?;
/// let new = compile("entity Note { @grant read to @public }")?;
/// let diff = inspire::diff(&old, &new)?;
/// assert_eq!(diff.counts.widens, 1);
/// assert_eq!(diff.changes[0].message, "grant read to anyone; before to any signed-in user");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first section of either that is refused.
pub fn diff(old: &Artifact<'_>, new: &Artifact<'_>) -> Result<Diff, DecodeError> {
    if old.digest() == new.digest() {
        return Ok(Diff::new(old.digest(), new.digest(), Vec::new()));
    }
    let mut changes = Changes::default();
    auth::compare(&mut changes, old.auth()?, new.auth()?);
    api_keys::compare(&mut changes, old.api_keys()?, new.api_keys()?);
    routes::compare(&mut changes, (old.routes()?, old.api_keys()?), new.routes()?);
    policy::compare(&mut changes, &policy::Side::new(old)?, &policy::Side::new(new)?);
    namespace::compare(&mut changes, &namespace::Side::new(old)?, &namespace::Side::new(new)?);
    entity::compare(&mut changes, &entity::Side::new(old)?, &entity::Side::new(new)?);
    hook::compare(&mut changes, &hook::Side::new(old)?, &hook::Side::new(new)?);
    validation::compare(&mut changes, old.validations()?, new.validations()?);
    payments::compare(&mut changes, old.payments()?, new.payments()?);
    integrations::compare(&mut changes, old.integrations()?, new.integrations()?);
    network::compare(&mut changes, old.network()?, new.network()?);
    email::compare(&mut changes, old.email()?, new.email()?);
    if changes.found.is_empty() {
        docs::compare(&mut changes, old, new)?;
    }
    Ok(Diff::new(old.digest(), new.digest(), changes.found))
}

/// The changes found so far.
#[derive(Default)]
struct Changes {
    found: Vec<Change>,
}

impl Changes {
    /// Adds a change that has `effects`; none of them is [`Effect::Other`].
    fn add(
        &mut self,
        block: Block,
        subject: impl Into<String>,
        effects: impl IntoIterator<Item = Effect>,
        message: impl Into<String>,
    ) {
        self.push(true, block, subject.into(), effects.into_iter().collect(), message.into());
    }

    /// Adds a change whose effects cannot be told from the artifacts.
    fn add_unsure(
        &mut self,
        block: Block,
        subject: impl Into<String>,
        effect: Effect,
        message: impl Into<String>,
    ) {
        self.push(false, block, subject.into(), BTreeSet::from([effect]), message.into());
    }

    /// Adds a change that breaks callers, and of which nobody can tell whether it widens access.
    fn add_breaking_unsure(&mut self, block: Block, subject: impl Into<String>, message: impl Into<String>) {
        let effects = BTreeSet::from([Effect::Widens, Effect::Breaks]);
        self.push(false, block, subject.into(), effects, message.into());
    }

    fn push(
        &mut self,
        certain: bool,
        block: Block,
        subject: String,
        mut effects: BTreeSet<Effect>,
        message: String,
    ) {
        if effects.is_empty() {
            effects.insert(Effect::Other);
        }
        self.found.push(Change { effects, certain, block, subject, message });
    }
}

impl Diff {
    fn new(old: Digest, new: Digest, mut changes: Vec<Change>) -> Self {
        changes.sort_by(|a, b| a.key().cmp(&b.key()));
        changes.dedup();
        let mut counts = BTreeMap::<Effect, usize>::new();
        for effect in changes.iter().flat_map(|change| &change.effects) {
            *counts.entry(*effect).or_default() += 1;
        }
        let count = |effect| counts.get(&effect).copied().unwrap_or_default();
        let counts = Counts {
            changes: changes.len(),
            widens: count(Effect::Widens),
            narrows: count(Effect::Narrows),
            breaks: count(Effect::Breaks),
            other: count(Effect::Other),
        };
        Self { version: VERSION, old: old.to_string(), new: new.to_string(), counts, changes }
    }

    /// The changes that have `effect`, or may.
    pub fn of(&self, effect: Effect) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.effects.contains(&effect))
    }

    /// The changes for a person, grouped by what they do, in lines of at most `width` columns if there is a right edge.
    #[must_use]
    pub fn to_text(&self, width: Option<usize>) -> String {
        self.to_styled_text(width, |_, heading| heading.to_owned())
    }

    /// The same, with every heading as `style` makes it.
    #[must_use]
    pub fn to_styled_text(&self, width: Option<usize>, style: impl Fn(Effect, &str) -> String) -> String {
        text::render(self, width, style)
    }

    /// The changes as a JSON document.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        // Writing to memory does not fail, and neither do these types.
        let _: std::io::Result<()> = write_pretty_json(&mut text, self);
        String::from_utf8(text).unwrap_or_default()
    }
}

impl Change {
    /// What puts changes in order: the gravest effect, then where it is.
    fn key(&self) -> impl Ord + '_ {
        (self.effects.first(), self.block, &self.subject, &self.message, &self.effects)
    }
}

impl Effect {
    /// All effects, the one to look at first in front.
    pub const ALL: [Self; 4] = [Self::Widens, Self::Narrows, Self::Breaks, Self::Other];
}
