//! Whether the artifact declares a scope: a key of another would open nothing now, and might open something later.

use inspire_artifact::{Artifact, DecodeError};
use inspire_diagnostics::closest;

/// What to do about a scope that the artifact does not declare; none when it does.
///
/// # Errors
///
/// The artifact is damaged.
pub fn way_out(artifact: &Artifact<'_>, scope: &str) -> Result<Option<String>, DecodeError> {
    let declared = artifact.api_keys()?;
    let names: Vec<_> =
        declared.iter().flat_map(|keys| keys.scopes().iter()).map(|scope| scope.name).collect();
    if names.contains(&scope) {
        return Ok(None);
    }
    Ok(Some(match closest(scope, names.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None if names.is_empty() => "declare scopes in `apiKeys`, and run `kizaki build`".to_owned(),
        None => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("the scopes are {}; after a change of the schema run `kizaki build`", names.join(", "))
        }
    }))
}
