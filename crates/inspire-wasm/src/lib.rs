//! The compiler and the loader for JavaScript: what `npm/api.js` calls.
//!
//! Only texts and bytes pass between the two; what a caller of the package may get wrong is refused over there, and
//! what they mean to say is said here. Nothing panics, whatever the texts and bytes are.

use wasm_bindgen::prelude::*;

mod compile;
mod load;

pub use compile::{Built, Settings, build_report, check_report};
pub use load::{Loaded, contents};

/// Says what there is to say about a schema, as the JSON report.
///
/// `files` holds names and texts by turns, `levels` names of lints and their levels.
///
/// # Errors
/// When a level or the name of a lint is unknown, or a file is too large.
#[wasm_bindgen]
pub fn check(files: Vec<String>, levels: Vec<String>, deny_warnings: bool) -> Result<String, JsError> {
    let settings = Settings { levels, deny_warnings, debug_info: false };
    check_report(files, &settings).map_err(|error| JsError::new(&error))
}

/// Compiles a schema; arguments as for [`check`].
///
/// # Errors
/// As for [`check`].
#[wasm_bindgen]
pub fn build(
    files: Vec<String>,
    levels: Vec<String>,
    deny_warnings: bool,
    debug_info: bool,
) -> Result<BuildResult, JsError> {
    let settings = Settings { levels, deny_warnings, debug_info };
    build_report(files, &settings).map(BuildResult).map_err(|error| JsError::new(&error))
}

/// Says in JSON what an artifact holds.
///
/// # Errors
/// When the bytes are refused.
#[wasm_bindgen]
pub fn inspect(bytes: Vec<u8>) -> Result<String, JsError> {
    Loaded::open(bytes).and_then(|loaded| contents(&loaded)).map_err(|error| JsError::new(&error))
}

/// What a build made.
#[wasm_bindgen]
pub struct BuildResult(Built);

#[wasm_bindgen]
impl BuildResult {
    /// The artifact; none when there was an error.
    #[wasm_bindgen(js_name = takeArtifact)]
    pub fn take_artifact(&mut self) -> Option<Vec<u8>> {
        self.0.artifact.take()
    }

    /// The JSON report.
    #[wasm_bindgen(js_name = takeReport)]
    pub fn take_report(&mut self) -> String {
        std::mem::take(&mut self.0.report)
    }
}

/// An artifact that passed every check.
#[wasm_bindgen]
pub struct OpenArtifact(Loaded);

#[wasm_bindgen]
impl OpenArtifact {
    /// Opens `bytes`.
    ///
    /// # Errors
    /// When the bytes are refused.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<OpenArtifact, JsError> {
        Loaded::open(bytes).map(Self).map_err(|error| JsError::new(&error))
    }

    /// The digest, 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        self.0.digest()
    }

    /// Says in JSON what the artifact holds.
    ///
    /// # Errors
    /// Never, for an artifact that was opened; the type asks for it.
    pub fn contents(&self) -> Result<String, JsError> {
        contents(&self.0).map_err(|error| JsError::new(&error))
    }

    /// Says in JSON which route a request means, or why none.
    ///
    /// # Errors
    /// Never, for an artifact that was opened; the type asks for it.
    pub fn find(&self, method: &str, path: &str) -> Result<String, JsError> {
        self.0.find(method, path).map_err(|error| JsError::new(&error))
    }
}
