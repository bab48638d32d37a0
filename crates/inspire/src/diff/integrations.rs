//! Services whose accounts users connect: what the app may do there, and where it sends tokens.

use inspire_artifact::Items;
use inspire_artifact::integrations::{Access, Integration, Integrations, Mode, OauthScope, Urls};

use super::pair::{Pair, lists, pairs};
use super::{Block, Changes, Effect};

pub(super) fn compare<'a>(
    changes: &mut Changes,
    old: Option<Integrations<'a>>,
    new: Option<Integrations<'a>>,
) {
    let listed = |section: Option<Integrations<'a>>| {
        section.map(|section| section.integrations().iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    for pair in pairs(listed(old), listed(new), |one| one.name.to_owned()) {
        match pair {
            Pair::Added(one) => {
                let message = format!("added: {}, access {}", one.service, one.access);
                changes.add(Block::Integrations, subject(&one), [Effect::Widens], message);
            }
            Pair::Removed(one) => {
                let effects = [Effect::Narrows, Effect::Breaks];
                changes.add(Block::Integrations, subject(&one), effects, "removed");
            }
            Pair::Both(old, new) => kept(changes, &old, &new),
        }
    }
}

fn subject(one: &Integration<'_>) -> String {
    format!("integration {}", one.name)
}

fn kept<'a>(changes: &mut Changes, old: &Integration<'a>, new: &Integration<'a>) {
    let subject = subject(new);
    if old.service != new.service {
        let message = format!("service {}; before {}", new.service, old.service);
        changes.add_unsure(Block::Integrations, &subject, Effect::Widens, message);
    }
    let access = match (old.access, new.access) {
        (Access::Read, Access::Write) => Some(Effect::Widens),
        (Access::Write, Access::Read) => Some(Effect::Narrows),
        (Access::Read, Access::Read) | (Access::Write, Access::Write) => None,
    };
    if let Some(effect) = access {
        let message = format!("access {}; before {}", new.access, old.access);
        changes.add(Block::Integrations, &subject, [effect], message);
    }
    scopes(changes, &subject, "scope", old.scopes, new.scopes);
    scopes(changes, &subject, "later scope", old.upgrade_scopes, new.upgrade_scopes);
    if old.mode != new.mode {
        let effect = (new.mode == Mode::Required).then_some(Effect::Breaks);
        let message = format!("mode {}; before {}", new.mode, old.mode);
        changes.add(Block::Integrations, &subject, effect, message);
    }
    if old.onboarding != new.onboarding {
        let message = format!("onboarding {}; before {}", new.onboarding, old.onboarding);
        changes.add(Block::Integrations, &subject, [], message);
    }
    if let (Some(old), Some(new)) = (old.urls, new.urls) {
        urls(changes, &subject, &old, &new);
    }
    let client = |one: &Integration<'a>| match (one.client_id, one.client_secret) {
        (None, None) => "the platform's".to_owned(),
        (id, secret) => [id, secret].into_iter().flatten().collect::<Vec<_>>().join(", "),
    };
    if client(old) != client(new) {
        let message = format!("client {}; before {}", client(new), client(old));
        changes.add(Block::Integrations, &subject, [], message);
    }
}

fn scopes<'a>(
    changes: &mut Changes,
    subject: &str,
    what: &str,
    old: Items<'a, OauthScope<'a>>,
    new: Items<'a, OauthScope<'a>>,
) {
    let names = |scopes: Items<'a, OauthScope<'a>>| scopes.iter().map(|scope| scope.name);
    let lists = lists(names(old), names(new));
    for scope in lists.added {
        changes.add(Block::Integrations, subject, [Effect::Widens], format!("{what} {scope} added"));
    }
    for scope in lists.removed {
        changes.add(Block::Integrations, subject, [Effect::Narrows], format!("{what} {scope} removed"));
    }
}

/// Another address gets the tokens, and another place says whose account it is.
fn urls<'a>(changes: &mut Changes, subject: &str, old: &Urls<'a>, new: &Urls<'a>) {
    let parts = |urls: &Urls<'a>| {
        [
            ("authorizeUrl", Some(urls.authorize)),
            ("tokenUrl", Some(urls.token)),
            ("accountUrl", Some(urls.account)),
            ("revokeUrl", urls.revoke),
            ("accountIdPath", urls.account_id_path),
            ("accountEmailPath", urls.account_email_path),
            ("accountNamePath", urls.account_name_path),
        ]
        .map(|(key, value)| (key, value.map_or_else(|| "none".to_owned(), str::to_owned)))
    };
    for ((key, old), (_, new)) in parts(old).into_iter().zip(parts(new)).filter(|(old, new)| old != new) {
        let message = format!("{key} {new}; before {old}");
        changes.add_unsure(Block::Integrations, subject, Effect::Widens, message);
    }
}
