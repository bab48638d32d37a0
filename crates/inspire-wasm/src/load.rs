//! Bytes to an artifact that passed every check, and what it says, in JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use inspire_artifact::Artifact;
use inspire_artifact::routes::{NoMatch, Route};
use inspire_diagnostics::write_pretty_json;
use serde::Serialize;

/// An artifact of which every section was checked.
#[derive(Debug)]
pub struct Loaded(Artifact<'static>);

/// The route that a request means.
#[derive(Debug, Serialize)]
struct Found<'a, 'p> {
    /// Always `true`: what tells it from [`NotFound`].
    found: bool,
    route: Route<'a>,
    params: BTreeMap<&'a str, Cow<'p, str>>,
}

/// Why a request means no route.
#[derive(Debug, Serialize)]
struct NotFound {
    /// Always `false`.
    found: bool,
    reason: &'static str,
    message: String,
}

impl Loaded {
    /// Checks all of `bytes` and keeps them.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn open(bytes: Vec<u8>) -> Result<Self, String> {
        let artifact = Artifact::from_vec(bytes).map_err(|error| error.to_string())?;
        artifact.verify().map_err(|error| error.to_string())?;
        Ok(Self(artifact))
    }

    /// The digest, 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    /// The route that a request means, or why none, as JSON.
    ///
    /// # Errors
    /// None that opening would not have had.
    pub fn find(&self, method: &str, path: &str) -> Result<String, String> {
        let routes = self.0.routes().map_err(|error| error.to_string())?;
        let found = match routes {
            Some(routes) => routes.find(method, path),
            None => Err(NoMatch::NotFound),
        };
        Ok(match found {
            Ok(found) => json(&Found { found: true, route: found.route(), params: found.params().collect() }),
            Err(none) => json(&NotFound { found: false, reason: reason(none), message: none.to_string() }),
        })
    }
}

/// What the artifact holds, as JSON.
///
/// # Errors
/// None that opening would not have had.
pub fn contents(loaded: &Loaded) -> Result<String, String> {
    loaded.0.to_json().map(|contents| json(&contents)).map_err(|error| error.to_string())
}

/// The word for a program.
fn reason(none: NoMatch) -> &'static str {
    match none {
        NoMatch::NotFound => "not-found",
        NoMatch::MethodNotAllowed => "method-not-allowed",
        NoMatch::Malformed => "malformed",
    }
}

fn json(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    // Writing to memory does not fail, and neither do these types.
    let _: std::io::Result<()> = write_pretty_json(&mut text, value);
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Loaded, contents};
    use crate::{Settings, build_report};

    fn loaded() -> Loaded {
        let text =
            "routes(\"/\", auth: none) {\n  GET /items/:id -> readItem\n  POST /items -> makeItem\n}\n";
        let built = build_report(vec!["a".to_owned(), text.to_owned()], &Settings::default()).unwrap();
        Loaded::open(built.artifact.unwrap_or_else(|| panic!("{}", built.report))).unwrap()
    }

    fn find(method: &str, path: &str) -> serde_json::Value {
        serde_json::from_str(&loaded().find(method, path).unwrap()).unwrap()
    }

    #[test]
    fn a_request_finds_its_route_with_parameters() {
        let found = find("GET", "/items/a%20b?x=1");
        assert_eq!(found["found"], true);
        assert_eq!(found["route"]["handler"], "readItem");
        assert_eq!(found["params"], serde_json::json!({ "id": "a b" }));
    }

    #[test]
    fn a_request_without_a_route_is_told_why() {
        let reason = |method, path| find(method, path)["reason"].clone();
        assert_eq!(reason("GET", "/none"), "not-found");
        assert_eq!(reason("PUT", "/items"), "method-not-allowed");
        assert_eq!(reason("GET", "/items//"), "malformed");
    }

    #[test]
    fn contents_name_the_digest() {
        let loaded = loaded();
        let contents: serde_json::Value = serde_json::from_str(&contents(&loaded).unwrap()).unwrap();
        assert_eq!(contents["digest"], loaded.digest());
    }

    #[test]
    fn other_bytes_are_refused_with_the_reason() {
        assert!(Loaded::open(b"PK".to_vec()).unwrap_err().starts_with("magic: "));
        let mut bytes = loaded().0.bytes().to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let error = Loaded::open(bytes).unwrap_err();
        assert!(error.starts_with("digest: "), "{error}");
    }
}
