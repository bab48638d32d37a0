//! The artifact that is served: verified whole before it is published, and replaced whole.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use inspire_artifact::routes::Routes;
use inspire_artifact::{Artifact, OpenError};
use jiff::Timestamp;

use crate::authorize::decision::Refusal;
use crate::principal::Plan;

/// An artifact of which every section was validated.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) artifact: Artifact<'static>,
    /// How the attributes of its principal are read.
    pub(crate) plan: Plan,
    /// Since when it is served.
    pub(crate) since: Timestamp,
    /// The state of the file before it was read; none when there was none.
    pub(crate) seen: Option<Fingerprint>,
}

/// What tells one state of a file from another: when it was changed, its size, and which file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(i64, i64, u64, u64);

/// The snapshot that new requests are judged by.
#[derive(Debug)]
pub(crate) struct Current(ArcSwap<Served>);

/// A snapshot, and why the file does not hold a newer one.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) failure: Option<String>,
}

/// What came of looking at the file again.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reload {
    /// It holds what is served.
    Same,
    /// What it holds is served from now on.
    Replaced,
    /// It holds nothing that could be served.
    Refused(String),
}

impl Snapshot {
    /// Reads and verifies the artifact at `path`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is refused.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let seen = fs::metadata(path).ok().as_ref().map(Fingerprint::of);
        let artifact = Artifact::open(path)?;
        artifact.verify()?;
        let plan = Plan::of(&artifact);
        Ok(Self { artifact, plan, since: Timestamp::now(), seen })
    }

    /// How many routes it has.
    #[must_use]
    pub fn route_count(&self) -> usize {
        self.artifact.routes().ok().flatten().map_or(0, |routes| routes.routes().len())
    }

    pub(crate) fn routes(&self) -> Result<Option<Routes<'_>>, Refusal> {
        self.artifact.routes().map_err(|_| Refusal::Unavailable)
    }

    /// The system principal that keys of a scope act as.
    pub(crate) fn system_of(&self, scope: &str) -> Result<&str, Refusal> {
        let scopes = self.artifact.api_keys().ok().flatten().ok_or(Refusal::Unavailable)?;
        let scope = scopes.scopes().iter().find(|declared| declared.name == scope);
        scope.map(|scope| scope.system).ok_or(Refusal::Unavailable)
    }
}

impl Fingerprint {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self(metadata.mtime(), metadata.mtime_nsec(), metadata.len(), metadata.ino())
    }
}

impl Current {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(Served { snapshot: Arc::new(snapshot), failure: None }))
    }

    pub(crate) fn served(&self) -> Arc<Served> {
        self.0.load_full()
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.load().snapshot)
    }

    /// Looks at the file again. What cannot be served leaves what is served as it is.
    ///
    /// This reads a file; one caller at a time may do so.
    pub(crate) fn reload(&self, path: &Path) -> Reload {
        let snapshot = self.snapshot();
        let (snapshot, failure, outcome) = match Snapshot::open(path) {
            Ok(new) if new.artifact.digest() == snapshot.artifact.digest() => (snapshot, None, Reload::Same),
            Ok(new) => (Arc::new(new), None, Reload::Replaced),
            Err(error) => {
                let failure = error.to_string();
                (snapshot, Some(failure.clone()), Reload::Refused(failure))
            }
        };
        self.0.store(Arc::new(Served { snapshot, failure }));
        outcome
    }
}
