//! The platform blocks of the sample, and the rules of their sections.

use inspire_artifact::email::{self, EmailRecord, MailProvider};
use inspire_artifact::hook::Backoff;
use inspire_artifact::integrations::{
    self, Access, IntegrationRecord, Mode, Onboarding, ScopeRecord, Service,
};
use inspire_artifact::network::{self, HostRecord};
use inspire_artifact::payments::{
    self, GraceAction, PaymentEvent, PaymentHookRecord, PlanRecord, PriceRecord, SettingsRecord,
};
use inspire_artifact::{List, NONE, Text};

use crate::rules::broken;

pub fn payments() -> payments::Tables {
    let mut t = payments::Tables::default();
    let secret = t.strings.intern("stripeKey");
    t.settings.push(SettingsRecord {
        secret,
        seat_entity: 1.into(),
        seat_entity_name: t.strings.intern("Membership"),
        billing_entity: NONE.into(),
        billing_entity_name: Text::EMPTY,
        grace_period_seconds: 86_400.into(),
        grace_action: GraceAction::Downgrade.into(),
    });
    let free = PlanRecord {
        name: t.strings.intern("Free"),
        free: true.into(),
        price: Text::EMPTY,
        monthly: Text::EMPTY,
        annual: Text::EMPTY,
        per_seat: false.into(),
        legacy_prices: List::since(0, 0),
        trial_seconds: 0.into(),
    };
    t.plans.push(free);
    t.plans.push(PlanRecord {
        name: t.strings.intern("Pro"),
        free: false.into(),
        monthly: t.strings.intern("price_month"),
        annual: t.strings.intern("price_year"),
        per_seat: true.into(),
        legacy_prices: List::since(0, 1),
        trial_seconds: 86_400.into(),
        ..free
    });
    let id = t.strings.intern("price_old");
    t.legacy_prices.push(PriceRecord { id });
    t.hooks.push(PaymentHookRecord {
        event: PaymentEvent::PaymentSucceeded.into(),
        handler: t.strings.intern("thank"),
        retries: 3,
        backoff: Backoff::Fixed.into(),
        delay_ms: 1000.into(),
        timeout_ms: 30_000.into(),
    });
    t
}

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
fn payment_records() {
    let payments =
        |change: fn(&mut payments::Tables)| broken(|tables| change(tables.payments.as_mut().unwrap()));
    assert_eq!(payments(|t| t.settings.clear()), "there is not exactly one");
    assert_eq!(payments(|t| t.settings[0].secret = Text::EMPTY), "a name is empty");
    assert_eq!(
        payments(|t| t.settings[0].seat_entity = NONE.into()),
        "an entity has no name, or a name no entity"
    );
    assert_eq!(payments(|t| t.settings[0].seat_entity = 2.into()), "an index is out of range");
    assert_eq!(
        payments(|t| t.settings[0].grace_period_seconds = 31_536_001.into()),
        "the grace period is over a year"
    );
    assert_eq!(payments(|t| t.plans[1].price = t.plans[1].monthly), "a plan has two kinds of prices");
    assert_eq!(payments(|t| t.plans[1].free = true.into()), "a free plan has a price, or another has none");
    assert_eq!(payments(|t| t.plans[0].per_seat = true.into()), "a free plan has seats or a trial");
    assert_eq!(payments(|t| t.plans[1].trial_seconds = 31_536_001.into()), "a trial is over a year");
    assert_eq!(payments(|t| t.plans.push(t.plans[0])), "a list leaves a gap or overlaps");
    assert_eq!(payments(|t| t.legacy_prices[0].id = Text::EMPTY), "the id of a price is empty");
    assert_eq!(
        payments(|t| {
            t.plans.remove(0);
        }),
        "there is no free plan to fall to"
    );
    assert_eq!(payments(|t| t.hooks[0].timeout_ms = 0.into()), "a timeout is zero or over 15 minutes");
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
