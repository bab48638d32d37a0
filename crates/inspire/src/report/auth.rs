//! The rules of signing in.

use inspire_artifact::auth::{self, Attribute, Linking, PasswordPolicy, Provider};
use serde::Serialize;

/// Who can sign in, and what is known of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Auth<'a> {
    /// The providers, in declared order.
    pub providers: Vec<Provider>,
    /// How long a session lives.
    pub session_duration_seconds: u64,
    /// Whether further sign-in methods may be attached.
    pub linking: Linking,
    /// The password rules; none if there are no passwords.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordPolicy>,
    /// The principal's attributes, by name.
    pub principal: Vec<Attribute<'a>>,
}

impl<'a> Auth<'a> {
    pub(super) fn new(auth: auth::Auth<'a>) -> Self {
        let mut principal: Vec<_> = auth.attributes().iter().collect();
        principal.sort_by_key(|attribute| attribute.name);
        Self {
            providers: auth.providers().collect(),
            session_duration_seconds: auth.session_duration_seconds(),
            linking: auth.linking(),
            password: auth.password(),
            principal,
        }
    }
}
