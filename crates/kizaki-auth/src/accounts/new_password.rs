//! What a password has to keep to be chosen, and to be kept.
//!
//! The rules of the artifact and the list of common passwords are looked at here. The list of leaked
//! passwords is asked last, by what was counted as an attempt. Where it does not answer, the other rules
//! decide, and the account is marked: the password is looked up at its next sign-ins until there is an answer
//! (NIST SP 800-63B-4, 3.1.1.2).

use inspire_artifact::auth::PasswordPolicy;
use kizaki_store::{Credentials, Email, NewPassword, Subject};

use super::problem::{FieldError, Problem};
use super::request::Call;
use crate::authorize::decision::Refusal;
use crate::breach::{self, Verdict};
use crate::common_passwords;

/// What a common password is told.
pub(crate) const COMMON: &str =
    "Choose a password that others do not use: this one is common, or made from one that is.";
/// What a leaked password is told.
const LEAKED: &str =
    "Choose another password: this one is known from a leak, and among the first to be tried.";

/// A password that may be stored.
pub(super) struct Accepted {
    hash: String,
    is_unchecked: bool,
}

impl Accepted {
    pub(super) fn as_new(&self) -> NewPassword<'_> {
        NewPassword { hash: &self.hash, is_unchecked: self.is_unchecked }
    }
}

/// Every rule that a new password breaks, but for leaks.
pub(super) fn errors(policy: &PasswordPolicy, password: &str) -> Vec<FieldError> {
    match policy.check(password) {
        Err(violations) => {
            violations.iter().map(|violation| FieldError::new("password", violation.to_string())).collect()
        }
        // Where the list of leaks does not answer, this one decides in its place.
        Ok(()) if (policy.block_common || policy.breach_check) && common_passwords::is_common(password) => {
            vec![FieldError::new("password", COMMON)]
        }
        Ok(()) => Vec::new(),
    }
}

/// Takes a password that keeps all other rules, unless it is known from a leak; the attempt was counted.
pub(super) async fn accept(call: &Call, password: &str) -> Result<Accepted, Problem> {
    let is_unchecked = match look_up(call, password).await {
        Verdict::Leaked => return Err(Problem::Fields(vec![FieldError::new("password", LEAKED)])),
        Verdict::Clear => false,
        Verdict::Unanswered => true,
    };
    Ok(Accepted { hash: call.service.passwords.hash(password).await?, is_unchecked })
}

/// Looks a password up that signed in, if that is still to be done. Where it is known from a leak, nobody
/// signs in with it any more: its owner gets a mail with a link to choose another.
///
/// This is for who has given the right password of a verified address; nobody else learns anything by it.
pub(super) async fn settle(call: &Call, found: &Credentials, password: &str) -> Result<(), Problem> {
    if !found.is_unchecked || !call.policy.breach_check {
        return Ok(());
    }
    match look_up(call, password).await {
        Verdict::Unanswered => Ok(()),
        Verdict::Clear => {
            let users = call.service.store.users();
            Ok(call.service.ask(users.checked(&found.user.id, &found.password_hash)).await?)
        }
        Verdict::Leaked => {
            tell(call, &found.user.email).await?;
            Err(Problem::Leaked)
        }
    }
}

/// Queues the mail with the link. Where so many were asked for that the next has to wait, one is on its way
/// already: only who knows the password is counted here.
async fn tell(call: &Call, email: &str) -> Result<(), Problem> {
    // What is stored was an address when it was stored.
    let email = Email::parse(email).ok_or(Refusal::Unavailable)?;
    let counted = Subject::new("leaked", email.key());
    match call.take(&[counted]).await {
        Err(Problem::Refusal(Refusal::Limited { .. })) => return Ok(()),
        taken => taken?,
    }
    call.service.ask(call.service.store.users().leaked_password(&email, counted)).await?;
    call.service.mail_waits.notify_one();
    Ok(())
}

/// Without `breachCheck` nothing is asked, and nothing is known against a password.
async fn look_up(call: &Call, password: &str) -> Verdict {
    if !call.policy.breach_check {
        return Verdict::Clear;
    }
    breach::look_up(&call.service, password).await
}
