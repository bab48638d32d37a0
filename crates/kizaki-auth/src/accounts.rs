//! Accounts with an e-mail address and a password: signing up, verifying, signing in and out, recovery.
//!
//! What always holds:
//!
//! - Without `email` among the providers none of these endpoints exists.
//! - A write is refused when it comes from another site, or is no JSON.
//! - An answer does not tell whether an address has an account, nor does the work that it takes.
//! - An attempt is counted before a password or a token is looked at, here or by a list of leaked ones.

pub(crate) mod context;
pub(crate) mod login;
pub(crate) mod new_password;
mod problem;
pub(crate) mod recovery;
mod request;
pub(crate) mod signup;

pub(crate) use self::problem::FieldErrors;
use crate::artifact::Snapshot;
use crate::breach::BreachUrl;
use crate::common_passwords;

/// Whether there are accounts with passwords, and so mails.
pub(crate) fn has_passwords(snapshot: &Snapshot) -> bool {
    snapshot.artifact.auth().ok().flatten().and_then(|auth| auth.password()).is_some()
}

/// Logs what the rules for passwords refuse.
pub(crate) fn announce(snapshot: &Snapshot, breach_url: &BreachUrl) {
    let Some(policy) = snapshot.artifact.auth().ok().flatten().and_then(|auth| auth.password()) else {
        return;
    };
    if policy.block_common || policy.breach_check {
        let refused = common_passwords::refused_count(&policy);
        tracing::info!(refused, "common passwords that satisfy the other rules are refused");
    }
    if policy.breach_check {
        tracing::info!(host = breach_url.host(), "new passwords are looked up among those known from leaks");
    }
}
