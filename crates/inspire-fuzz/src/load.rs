//! Bytes as an artifact, its length and digest made right first so that the checks behind them are reached.

use inspire::report::SecurityReport;
use inspire_artifact::routes::{Route, Routes};
use inspire_artifact::{Artifact, DecodeError};

/// Where the length of the file stands.
const LENGTH: core::ops::Range<usize> = 16..24;
/// Where the minor version stands.
const MINOR: core::ops::Range<usize> = 10..12;
/// Where the digest stands.
const DIGEST: core::ops::Range<usize> = 32..64;

/// So many routes of an artifact are looked up.
const LOOKED_UP: usize = 1000;

/// Opens `input` as an artifact after its length and digest are made right.
///
/// # Panics
/// When it is accepted and yet has another form, or a part of it cannot be shown.
pub fn load(input: &[u8]) {
    let mut file = input.to_vec();
    seal(&mut file);
    let Ok(artifact) = Artifact::from_bytes(&file) else { return };
    // Whoever asks for a part first must not meet what `verify` would have refused.
    views(&artifact);
    if artifact.verify().is_ok() {
        assert!(has_one_form(&artifact), "what was read encodes to other bytes");
    }
}

/// Asserts that `bytes`, as they are, load and have one form; gives the artifact.
pub(crate) fn loads(bytes: &[u8]) -> Option<Artifact<'_>> {
    let artifact = Artifact::from_bytes(bytes);
    assert!(artifact.is_ok(), "{artifact:?}");
    let artifact = artifact.ok()?;
    assert_eq!(artifact.verify(), Ok(()));
    assert_eq!(artifact.re_encode().as_deref(), Ok(bytes));
    Some(artifact)
}

/// States the file's own length and digest in its header; the loader says which digest it wants.
pub fn seal(file: &mut [u8]) {
    let length = file.len() as u64;
    if let Some(stated) = file.get_mut(LENGTH) {
        stated.copy_from_slice(&length.to_le_bytes());
    }
    if let Err(DecodeError::Digest { actual, .. }) = Artifact::from_bytes(file)
        && let Some(stated) = file.get_mut(DIGEST)
    {
        stated.copy_from_slice(&actual.0);
    }
}

/// Whether what was read encodes to the bytes of the file, but for the minor version, of which a reader takes any.
///
/// A section that a reader does not know is not read, so it is not there again.
fn has_one_form(artifact: &Artifact<'_>) -> bool {
    if artifact.sections().iter().any(|section| section.known.is_none()) {
        return true;
    }
    let Ok(mut again) = artifact.re_encode() else { return false };
    if let (Some(to), Some(from)) = (again.get_mut(MINOR), artifact.bytes().get(MINOR)) {
        to.copy_from_slice(from);
    }
    seal(&mut again);
    again == artifact.bytes()
}

/// Looks at everything that an artifact shows.
pub(crate) fn views(artifact: &Artifact<'_>) {
    if let Ok(json) = artifact.to_json() {
        let written = serde_json::to_writer(std::io::sink(), &json);
        assert!(written.is_ok(), "{written:?}");
    }
    if let Ok(report) = SecurityReport::new(artifact) {
        let (text, markdown, json) = (report.to_text(), report.to_markdown(), report.to_json());
        assert!(!text.is_empty() && !markdown.is_empty() && !json.is_empty());
    }
    if let Ok(records) = artifact.records() {
        let written = serde_json::to_writer(std::io::sink(), &records);
        assert!(written.is_ok(), "{written:?}");
    }
    if let Ok(Some(routes)) = artifact.routes() {
        routes.routes().iter().take(LOOKED_UP).for_each(|route| is_found(&routes, &route));
    }
    let _: Result<_, DecodeError> = artifact.docs();
}

/// A request for the path of a route finds it, or one that is more specific.
fn is_found(routes: &Routes<'_>, route: &Route<'_>) {
    let segment = |segment: &str| if segment.starts_with(':') { "_".to_owned() } else { segment.to_owned() };
    let target = route.path.split('/').map(segment).collect::<Vec<_>>().join("/");
    let found = routes.find(route.method.as_str(), &target);
    assert!(found.is_ok(), "{} {target} finds nothing: {found:?}", route.method);
    let Ok(found) = found else { return };
    assert_eq!(found.route().method, route.method);
    assert_eq!(found.params().count(), found.route().path.matches("/:").count());
    if !route.path.contains("/:") {
        assert_eq!(found.route().path, route.path);
    }
}
