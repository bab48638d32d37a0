//! What a sign-up form needs to know of the artifact.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use inspire_artifact::auth::{PasswordPolicy, Provider};
use schemars::JsonSchema;
use serde::Serialize;

use crate::authorize::decision::Refusal;
use crate::service::Service;

/// The ways to sign in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Config {
    /// In the order that the app declares: `email`, `google`, `github`.
    providers: Vec<&'static str>,
    /// Whether users may attach further ways to sign in: `manual` or `disabled`.
    linking: &'static str,
    /// The rules for passwords; null when there are none.
    password: Option<PasswordRules>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "these are the rules of the language")]
struct PasswordRules {
    /// In code points after NFKC, as the greatest.
    min_length: u32,
    max_length: u32,
    require_uppercase: bool,
    require_lowercase: bool,
    require_digit: bool,
    require_special: bool,
    block_common: bool,
    breach_check: bool,
}

pub(crate) async fn config(State(service): State<Arc<Service>>) -> Response {
    let snapshot = service.current.snapshot();
    let auth = match snapshot.auth() {
        Ok(Some(auth)) => auth,
        Ok(None) => return Refusal::NotFound.into_response(),
        Err(_) => return Refusal::Unavailable.into_response(),
    };
    let config = Config {
        providers: auth.providers().map(Provider::as_str).collect(),
        linking: auth.linking().as_str(),
        password: auth.password().map(PasswordRules::from),
    };
    Json(config).into_response()
}

impl From<PasswordPolicy> for PasswordRules {
    fn from(policy: PasswordPolicy) -> Self {
        Self {
            min_length: policy.min_length,
            max_length: policy.max_length,
            require_uppercase: policy.require_uppercase,
            require_lowercase: policy.require_lowercase,
            require_digit: policy.require_digit,
            require_special: policy.require_special,
            block_common: policy.block_common,
            breach_check: policy.breach_check,
        }
    }
}
