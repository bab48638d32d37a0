//! What the app has to do with outside: hosts, services and mail. Secrets are named, which is all there is of them.

use inspire_artifact::email::Email;
use inspire_artifact::integrations::Integration;

use super::phrase::names;
use super::{Block, Item, Phrase, items, text};
use crate::report::SecurityReport;

pub(super) fn outside<'p>(page: &mut Vec<Block<'p>>, report: &'p SecurityReport<'_>) {
    page.push(Block::Section("Outside the app"));
    let before = page.len();
    if let Some(hosts) = &report.network {
        page.push(Block::Heading(Phrase::new().words("Hosts that functions may reach")));
        if hosts.is_empty() {
            page.push(text("None."));
        } else {
            page.push(items(hosts.iter().map(|host| Phrase::new().code(host.to_string()))));
        }
    }
    if !report.integrations.is_empty() {
        page.push(Block::Heading(Phrase::new().words("Services whose accounts users connect")));
        page.push(Block::Items(report.integrations.iter().map(integration).collect()));
    }
    if let Some(mail) = &report.email {
        page.push(Block::Heading(Phrase::new().words("Mail")));
        page.push(items([email(mail)]));
    }
    if page.len() == before {
        page.push(text("No hosts, services or mail are declared."));
    }
}

fn integration<'p>(one: &'p Integration<'_>) -> Item<'p> {
    let rules = format!(": {}, {}, access {}", one.service.as_str(), one.mode.as_str(), one.access.as_str());
    let mut notes = Vec::new();
    for (words, scopes) in [("scopes ", one.scopes), ("later also ", one.upgrade_scopes)] {
        if !scopes.is_empty() {
            notes.push(Phrase::new().words(words).then(names(scopes.iter().map(|scope| scope.name))));
        }
    }
    if let Some(urls) = &one.urls {
        let urls = [Some(urls.authorize), Some(urls.token), Some(urls.account), urls.revoke];
        notes.push(Phrase::new().words("at ").then(names(urls.into_iter().flatten())));
    }
    let secrets: Vec<_> = one.client_id.into_iter().chain(one.client_secret).collect();
    notes.push(match secrets.as_slice() {
        [] => Phrase::new().words("with the platform's client"),
        _ => Phrase::new().words("secrets ").then(names(secrets)),
    });
    Item { phrase: Phrase::new().code(one.name).words(rules), notes }
}

fn email<'p>(mail: &'p Email<'_>) -> Phrase<'p> {
    let phrase = Phrase::new().words("from ").code(mail.from);
    phrase.words(format!(" by {}, secret ", mail.provider.as_str())).code(mail.api_key)
}
