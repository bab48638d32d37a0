//! The artifact that is served: verified whole before it is published, and replaced whole.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use inspire_artifact::auth::Auth;
use inspire_artifact::routes::Routes;
use inspire_artifact::signature::{PublicKey, SignatureError, Trust};
use inspire_artifact::{Artifact, OpenError};
use jiff::Timestamp;

use crate::authorize::decision::Refusal;
use crate::principal::Plan;

/// Who must have signed an artifact before it is served.
#[derive(Debug, Clone)]
pub struct Signers {
    /// The keys one of which it must be signed with; two while a key is being replaced.
    pub keys: Vec<PublicKey>,
    /// The app it must be of.
    pub artifact_id: String,
    /// The least build number it may have.
    pub least_build_number: u64,
}

/// An artifact of which every section was validated.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) artifact: Artifact<'static>,
    /// How the attributes of its principal are read.
    pub(crate) plan: Plan,
    /// When its signature ends, if one was asked for and has an end.
    pub(crate) until: Option<Timestamp>,
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
    /// It could not be read, which may be over soon.
    Unread(String),
}

impl Snapshot {
    /// Reads and verifies the artifact at `path`, and its signature if `signers` are given.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is refused.
    pub fn open(path: &Path, signers: Option<&Signers>) -> Result<Self, OpenError> {
        let (seen, now) = (fs::metadata(path).ok().as_ref().map(Fingerprint::of), Timestamp::now());
        let artifact = Artifact::open(path)?;
        let until = match signers {
            Some(signers) => signers.check(&artifact, now)?,
            None => None,
        };
        artifact.verify()?;
        let plan = Plan::of(&artifact);
        Ok(Self { artifact, plan, until, since: now, seen })
    }

    /// Whether its signature has ended, so that nothing may be decided by it any more.
    pub(crate) fn is_over(&self) -> bool {
        self.until.is_some_and(|until| until <= Timestamp::now())
    }

    /// How many routes it has.
    #[must_use]
    pub fn route_count(&self) -> usize {
        self.artifact.routes().ok().flatten().map_or(0, |routes| routes.routes().len())
    }

    pub(crate) fn routes(&self) -> Result<Option<Routes<'_>>, Refusal> {
        self.in_force()?.routes().map_err(|_| Refusal::Unavailable)
    }

    pub(crate) fn auth(&self) -> Result<Option<Auth<'_>>, Refusal> {
        self.in_force()?.auth().map_err(|_| Refusal::Unavailable)
    }

    /// The artifact, while something may be decided by it.
    pub(crate) fn in_force(&self) -> Result<&Artifact<'static>, Refusal> {
        if self.is_over() { Err(Refusal::Unavailable) } else { Ok(&self.artifact) }
    }

    /// The system principal that keys of a scope act as.
    pub(crate) fn system_of(&self, scope: &str) -> Result<&str, Refusal> {
        let scopes = self.artifact.api_keys().ok().flatten().ok_or(Refusal::Unavailable)?;
        let scope = scopes.scopes().iter().find(|declared| declared.name == scope);
        scope.map(|scope| scope.system).ok_or(Refusal::Unavailable)
    }
}

/// Why a file is refused, with times as people write them.
fn reason(error: &OpenError) -> String {
    if let OpenError::Signature(SignatureError::Expired { unix_seconds }) = error
        && let Some(end) = time(*unix_seconds)
    {
        return format!("signature: it ended at {end}; build it again");
    }
    error.to_string()
}

/// Seconds since the beginning of 1970 as a time, if a calendar knows it.
fn time(unix_seconds: u64) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(unix_seconds).ok()?).ok()
}

impl Signers {
    /// Checks the signature of an artifact; gives its end, if it has one that a calendar knows.
    fn check(&self, artifact: &Artifact<'_>, now: Timestamp) -> Result<Option<Timestamp>, SignatureError> {
        let trust = Trust {
            keys: &self.keys,
            artifact_id: &self.artifact_id,
            least_build_number: self.least_build_number,
            now_unix_seconds: u64::try_from(now.as_second()).unwrap_or(0),
        };
        let end = artifact.check_signature(&trust)?.expires_unix_seconds;
        Ok(end.and_then(time))
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
    pub(crate) fn reload(&self, path: &Path, signers: Option<&Signers>) -> Reload {
        let snapshot = self.snapshot();
        let state = |snapshot: &Snapshot| (snapshot.artifact.digest(), snapshot.until);
        let (snapshot, failure, outcome) = match Snapshot::open(path, signers) {
            Ok(new) if state(&new) == state(&snapshot) => (snapshot, None, Reload::Same),
            Ok(new) => (Arc::new(new), None, Reload::Replaced),
            Err(error) => {
                let failure = reason(&error);
                let outcome = match error {
                    OpenError::Read(_) => Reload::Unread(failure.clone()),
                    _ => Reload::Refused(failure.clone()),
                };
                (snapshot, Some(failure), outcome)
            }
        };
        self.0.store(Arc::new(Served { snapshot, failure }));
        outcome
    }
}
