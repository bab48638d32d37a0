//! Integrations, hosts and mail as text; secrets are shown by name, which is all there is of them.

use inspire_artifact::Items;
use inspire_artifact::email::Email;
use inspire_artifact::integrations::{Integration, Integrations, OauthScope};
use inspire_artifact::network::Network;
use inspire_diagnostics::visible;

use super::text::Sheet;
use crate::table::Table;

impl Sheet {
    pub(super) fn integrations(&mut self, integrations: Integrations<'_>) {
        let mut table = Table::default();
        for one in integrations.integrations().iter() {
            table.row([
                one.name.to_owned(),
                one.service.as_str().to_owned(),
                format!("{}, {}", one.mode.as_str(), one.onboarding.as_str()),
                access(&one),
                one.urls.map(|urls| visible(urls.authorize).into_owned()).unwrap_or_default(),
            ]);
        }
        self.piece("Services", &table);
    }

    pub(super) fn network(&mut self, network: Network<'_>) {
        let mut table = Table::default();
        for host in network.hosts().iter() {
            table.row([host.to_string()]);
        }
        if network.hosts().is_empty() {
            table.row(["no host may be reached"]);
        }
        self.piece("Hosts", &table);
    }

    pub(super) fn email(&mut self, email: &Email<'_>) {
        let mut table = Table::default();
        table.row([
            visible(email.from).into_owned(),
            format!("by {}", email.provider.as_str()),
            format!("key in secret {}", email.api_key),
        ]);
        self.piece("Mail", &table);
    }
}

fn access(one: &Integration<'_>) -> String {
    match (list(one.scopes), list(one.upgrade_scopes)) {
        (scopes, _) if scopes.is_empty() => one.access.as_str().to_owned(),
        (scopes, more) if more.is_empty() => format!("{}: {scopes}", one.access.as_str()),
        (scopes, more) => format!("{}: {scopes}; later {more}", one.access.as_str()),
    }
}

fn list<'a>(scopes: Items<'a, OauthScope<'a>>) -> String {
    scopes.iter().map(|scope| visible(scope.name).into_owned()).collect::<Vec<_>>().join(" ")
}
