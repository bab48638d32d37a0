//! What a reader sees of `INTG`.

use serde::Serialize;

use super::{Access, IntegrationRecord, Integrations, Mode, Onboarding, ScopeRecord, Service};
use crate::view::{Items, View};

/// One integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Integration<'a> {
    /// Its name.
    pub name: &'a str,
    /// The kind of service.
    pub service: Service,
    /// Whether users have to connect.
    pub mode: Mode,
    /// When they are asked to.
    pub onboarding: Onboarding,
    /// What the app may do with the account.
    pub access: Access,
    /// The name of the secret that holds the client's id; none if the platform's client is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<&'a str>,
    /// The name of the secret that holds the client's secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<&'a str>,
    /// The OAuth scopes that are asked for.
    pub scopes: Items<'a, OauthScope<'a>>,
    /// The OAuth scopes that are asked for when a user first needs more.
    pub upgrade_scopes: Items<'a, OauthScope<'a>>,
    /// The addresses of a custom service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urls: Option<Urls<'a>>,
}

/// A scope of the service, not of the app's own API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OauthScope<'a> {
    /// Its name.
    pub name: &'a str,
}

/// The addresses of a custom service, and where the account stands in its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Urls<'a> {
    /// The authorization endpoint.
    pub authorize: &'a str,
    /// The token endpoint.
    pub token: &'a str,
    /// Where the account is read.
    pub account: &'a str,
    /// Where a token is given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke: Option<&'a str>,
    /// The path of the account's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id_path: Option<&'a str>,
    /// The path of its e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_email_path: Option<&'a str>,
    /// The path of its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name_path: Option<&'a str>,
}

impl<'a> Integrations<'a> {
    /// All integrations, by name.
    pub fn integrations(&self) -> Items<'a, Integration<'a>> {
        Items::new(*self, self.integrations)
    }
}

impl<'a> View<'a> for OauthScope<'a> {
    type Section = Integrations<'a>;
    type Record = ScopeRecord;

    fn of(section: Integrations<'a>, record: &'a ScopeRecord) -> Self {
        Self { name: section.texts.get(record.name) }
    }
}

impl<'a> View<'a> for Integration<'a> {
    type Section = Integrations<'a>;
    type Record = IntegrationRecord;

    fn of(section: Integrations<'a>, record: &'a IntegrationRecord) -> Self {
        let text = |text| section.texts.get(text);
        let given = |value| Some(text(value)).filter(|text| !text.is_empty());
        Self {
            name: text(record.name),
            service: record.service.get(),
            mode: record.mode.get(),
            onboarding: record.onboarding.get(),
            access: record.access.get(),
            client_id: given(record.client_id),
            client_secret: given(record.client_secret),
            scopes: Items::new(section, record.scopes.of(section.scopes)),
            upgrade_scopes: Items::new(section, record.upgrade_scopes.of(section.scopes)),
            urls: (record.service.get() == Service::CustomOauth2).then(|| Urls {
                authorize: text(record.authorize_url),
                token: text(record.token_url),
                account: text(record.account_url),
                revoke: given(record.revoke_url),
                account_id_path: given(record.account_id_path),
                account_email_path: given(record.account_email_path),
                account_name_path: given(record.account_name_path),
            }),
        }
    }
}
