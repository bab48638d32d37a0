//! Whether an artifact declares a scope.

use std::path::Path;

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::platform::scopes;

use crate::commands::Session;
use crate::commands::side::no_artifact;
use crate::commands::verify::{open, refused};
use crate::failure::Failure;

/// A key of a scope that no route asks for would open nothing, and might open something later.
pub(super) fn is_declared(scope: &str, path: &Path, session: &Session) -> Result<(), Failure> {
    if !path.exists() {
        let message = format!("there is no artifact `{}` that would declare the scope", path.display());
        let one = Diagnostic::without_place(Code::UnreadableFile, message);
        return Err(one.help(no_artifact(session)).into());
    }
    let artifact = open(path)?;
    let Some(help) = scopes::way_out(&artifact, scope).map_err(|error| refused(path, &error))? else {
        return Ok(());
    };
    let message = format!("no API-key scope of `{}` is named `{scope}`", path.display());
    Err(Diagnostic::without_place(Code::UnknownScope, message).help(help).into())
}
