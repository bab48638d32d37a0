//! Accounts with an e-mail address and a password: signing up, verifying, signing in and out, recovery.
//!
//! What always holds:
//!
//! - Without `email` among the providers none of these endpoints exists.
//! - A write is refused when it comes from another site, or is no JSON.
//! - An answer does not tell whether an address has an account, nor does the work that it takes.
//! - An attempt is counted before a password or a token is looked at.

pub(crate) mod login;
mod problem;
pub(crate) mod recovery;
mod request;
pub(crate) mod signup;

use inspire_artifact::auth::PasswordPolicy;

pub(crate) use self::problem::FieldErrors;
use self::problem::{FieldError, Problem};
use crate::artifact::Snapshot;
use crate::common_passwords;

/// What a common password is told.
const COMMON: &str =
    "Choose a password that others do not use: this one is common, or made from one that is.";

/// Logs what the rules for passwords refuse.
pub(crate) fn announce(snapshot: &Snapshot) {
    let Some(policy) = snapshot.artifact.auth().ok().flatten().and_then(|auth| auth.password()) else {
        return;
    };
    if policy.block_common || policy.breach_check {
        let refused = common_passwords::refused_count(&policy);
        tracing::info!(refused, "common passwords that satisfy the other rules are refused");
    }
    if policy.breach_check {
        tracing::warn!(
            "`breachCheck` is decided by the list of common passwords: no list of breaches is asked"
        );
    }
}

/// Every rule that a new password breaks.
///
/// No list of breaches is asked, and so the list of common passwords decides in its place.
fn password_errors(policy: &PasswordPolicy, password: &str) -> Vec<FieldError> {
    match policy.check(password) {
        Err(violations) => {
            violations.iter().map(|violation| FieldError::new("password", violation.to_string())).collect()
        }
        Ok(()) if (policy.block_common || policy.breach_check) && common_passwords::is_common(password) => {
            vec![FieldError::new("password", COMMON)]
        }
        Ok(()) => Vec::new(),
    }
}

/// Refuses when there is an error.
fn refuse_any(errors: Vec<FieldError>) -> Result<(), Problem> {
    if errors.is_empty() { Ok(()) } else { Err(Problem::Fields(errors)) }
}
