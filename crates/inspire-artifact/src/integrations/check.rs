//! The rules of `INTG`.

use super::{IntegrationRecord, Integrations, Service};
use crate::check::{Check, Rules, ascending, at_most, hold, tiles};
use crate::limits;
use crate::meta::Counts;
use crate::record::Text;
use crate::table::Place;

impl Rules for Integrations<'_> {
    fn check(&self, _: &Counts) -> Check {
        at_most(self.integrations.len(), limits::INTEGRATIONS, "integrations")?;
        let lists = self.integrations.iter().flat_map(|record| [record.scopes, record.upgrade_scopes]);
        tiles(lists, "integrations", self.scopes.len())?;
        ascending(self.integrations, "integrations", |record| self.texts.bytes(record.name))?;
        for (record, integration) in self.integrations.iter().enumerate() {
            self.integration(integration, Place { table: "integrations", record })?;
        }
        for (record, scope) in self.scopes.iter().enumerate() {
            hold(!scope.name.is_empty(), Place { table: "scopes", record }, "a name is empty")?;
        }
        Ok(())
    }
}

impl Integrations<'_> {
    fn integration(&self, record: &IntegrationRecord, place: Place) -> Check {
        hold(!record.name.is_empty(), place, "a name is empty")?;
        let both = record.client_id.is_empty() == record.client_secret.is_empty();
        hold(both, place, "a client has an id without a secret, or a secret without an id")?;
        let needed = [record.authorize_url, record.token_url, record.account_url];
        let paths = [record.account_id_path, record.account_email_path, record.account_name_path];
        match record.service.get() {
            Service::GoogleCalendar => {
                let none =
                    needed.iter().chain([&record.revoke_url]).chain(&paths).all(|text| text.is_empty());
                hold(none, place, "a known service has addresses of its own")
            }
            Service::CustomOauth2 => {
                hold(!record.client_id.is_empty(), place, "a custom service has no client")?;
                hold(needed.iter().all(|url| self.is_https(*url)), place, "an address is not `https`")?;
                let revoke = record.revoke_url;
                hold(revoke.is_empty() || self.is_https(revoke), place, "an address is not `https`")
            }
        }
    }

    fn is_https(&self, url: Text) -> bool {
        self.texts.get(url).starts_with("https://")
    }
}
