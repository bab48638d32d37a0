//! Scopes of API keys; what they grant is compared with the other policies.

use inspire_artifact::api_keys::{ApiKeys, Scope};

use super::pair::{Pair, pairs};
use super::{Block, Changes, Effect};

pub(super) fn compare<'a>(changes: &mut Changes, old: Option<ApiKeys<'a>>, new: Option<ApiKeys<'a>>) {
    let scopes = |keys: Option<ApiKeys<'a>>| {
        keys.map(|keys| keys.scopes().iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    for pair in pairs(scopes(old), scopes(new), |scope| scope.name) {
        match pair {
            Pair::Added(scope) => {
                let message = "added; keys of this scope can be made";
                changes.add(Block::ApiKeys, subject(scope.name), [Effect::Widens], message);
            }
            Pair::Removed(scope) => {
                let message = "removed; its keys no longer work";
                let effects = [Effect::Narrows, Effect::Breaks];
                changes.add(Block::ApiKeys, subject(scope.name), effects, message);
            }
            Pair::Both(old, new) => principal(changes, &old, &new),
        }
    }
}

/// What a scope is called.
pub(super) fn subject(name: &str) -> String {
    format!("scope {name}")
}

fn principal<'a>(changes: &mut Changes, old: &Scope<'a>, new: &Scope<'a>) {
    if old.system != new.system {
        let message = format!("acts as `{}`; before as `{}`", new.system, old.system);
        changes.add(Block::ApiKeys, subject(new.name), [], message);
    }
}
