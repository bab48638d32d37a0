//! The platform blocks of the sample, and the rules of their sections.

use inspire_artifact::email::{self, EmailRecord, MailProvider};
use inspire_artifact::integrations::{
    self, Access, IntegrationRecord, Mode, Onboarding, ScopeRecord, Service,
};
use inspire_artifact::network::{self, HostRecord};
use inspire_artifact::{List, Text};

use crate::rules::broken;

pub fn integrations() -> integrations::Tables {
    let mut t = integrations::Tables::default();
    let known = IntegrationRecord {
        name: t.strings.intern("calendar"),
        service: Service::GoogleCalendar.into(),
        mode: Mode::Optional.into(),
        onboarding: Onboarding::AfterAuth.into(),
        access: Access::Write.into(),
        client_id: Text::EMPTY,
        client_secret: Text::EMPTY,
        scopes: List::since(0, 1),
        upgrade_scopes: List::since(1, 1),
        authorize_url: Text::EMPTY,
        token_url: Text::EMPTY,
        account_url: Text::EMPTY,
        revoke_url: Text::EMPTY,
        account_id_path: Text::EMPTY,
        account_email_path: Text::EMPTY,
        account_name_path: Text::EMPTY,
    };
    t.integrations.push(known);
    let url = t.strings.intern("https://crm.example.com/oauth");
    let custom = IntegrationRecord {
        name: t.strings.intern("crm"),
        service: Service::CustomOauth2.into(),
        client_id: t.strings.intern("CRM_ID"),
        client_secret: t.strings.intern("CRM_SECRET"),
        scopes: List::since(1, 1),
        upgrade_scopes: List::since(1, 2),
        authorize_url: url,
        token_url: url,
        account_url: url,
        account_id_path: t.strings.intern("data.id"),
        ..known
    };
    t.integrations.push(custom);
    for name in ["calendar.read", "contacts.write"] {
        let name = t.strings.intern(name);
        t.scopes.push(ScopeRecord { name });
    }
    t
}

pub fn network() -> network::Tables {
    let mut t = network::Tables::default();
    let (api, org) = (t.strings.intern("api.example.com"), t.strings.intern("example.org"));
    t.hosts.push(HostRecord { name: api, wildcard: false.into(), port: 443.into() });
    t.hosts.push(HostRecord { name: org, wildcard: true.into(), port: 8443.into() });
    t
}

pub fn email() -> email::Tables {
    let mut t = email::Tables::default();
    let from = t.strings.intern("Guild <hello@example.com>");
    let api_key = t.strings.intern("MAIL_KEY");
    t.settings.push(EmailRecord { from, provider: MailProvider::Postmark.into(), api_key });
    t
}

#[test]
fn integration_records() {
    let integrations = |change: fn(&mut integrations::Tables)| {
        broken(|tables| change(tables.integrations.as_mut().unwrap()))
    };
    assert_eq!(
        integrations(|t| t.integrations[1].client_id = Text::EMPTY),
        "a client has an id without a secret, or a secret without an id"
    );
    assert_eq!(
        integrations(|t| {
            t.integrations[1].client_id = Text::EMPTY;
            t.integrations[1].client_secret = Text::EMPTY;
        }),
        "a custom service has no client"
    );
    assert_eq!(
        integrations(|t| t.integrations[0].revoke_url = t.integrations[1].token_url),
        "a known service has addresses of its own"
    );
    assert_eq!(
        integrations(|t| t.integrations[1].token_url = t.strings.intern("http://crm.example.com")),
        "an address is not `https`"
    );
    assert_eq!(integrations(|t| t.integrations.swap(0, 1)), "a list leaves a gap or overlaps");
    assert_eq!(integrations(|t| t.scopes[0].name = Text::EMPTY), "a name is empty");
}

#[test]
fn host_records() {
    let network =
        |change: fn(&mut network::Tables)| broken(|tables| change(tables.network.as_mut().unwrap()));
    assert_eq!(network(|t| t.hosts[0].port = 0.into()), "a port is 0");
    assert_eq!(network(|t| t.hosts[0].name = t.strings.intern("*")), "a host has no plain name");
    assert_eq!(
        network(|t| t.hosts[0].name = t.strings.intern("API.example.com")),
        "a host has no plain name"
    );
    assert_eq!(network(|t| t.hosts.swap(0, 1)), "the records are not in order, or one is there twice");
    assert_eq!(network(|t| t.hosts.clear()), "none");
}

#[test]
fn mail_records() {
    let email = |change: fn(&mut email::Tables)| broken(|tables| change(tables.email.as_mut().unwrap()));
    assert_eq!(email(|t| t.settings.clear()), "there is not exactly one");
    assert_eq!(email(|t| t.settings.push(t.settings[0])), "there is not exactly one");
    assert_eq!(email(|t| t.settings[0].api_key = Text::EMPTY), "a name is empty");
    assert_eq!(
        email(|t| t.settings[0].from = t.strings.intern("a@example.com\nBcc: b@example.com")),
        "the sender is no address"
    );
}
