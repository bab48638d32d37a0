//! Hosts that functions may reach.

use std::collections::HashSet;

use inspire_artifact::network::{Host, Network};

use super::pair::lists;
use super::{Block, Changes, Effect};

const SUBJECT: &str = "network";

pub(super) fn compare<'a>(changes: &mut Changes, old: Option<Network<'a>>, new: Option<Network<'a>>) {
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return,
        (Some(_), None) => {
            let message = "removed; the schema no longer says which hosts functions may reach";
            return changes.add_unsure(Block::Network, SUBJECT, Effect::Widens, message);
        }
        (None, Some(new)) => {
            let hosts: Vec<_> = keys(new).into_iter().map(shown).collect();
            let message = match hosts.as_slice() {
                [] => "added; functions may reach no host".to_owned(),
                hosts => format!("added; functions may reach {}", hosts.join(", ")),
            };
            let effect = if hosts.is_empty() { Effect::Narrows } else { Effect::Widens };
            return changes.add_unsure(Block::Network, SUBJECT, effect, message);
        }
    };
    let (before, now) = (keys(old), keys(new));
    let lists = lists(before.iter().copied(), now.iter().copied());
    let (before, now): (HashSet<_>, HashSet<_>) = (before.into_iter().collect(), now.into_iter().collect());
    for key in lists.added {
        let effect = (!contains(&before, key)).then_some(Effect::Widens);
        changes.add(Block::Network, SUBJECT, effect, format!("functions may reach {}", shown(key)));
    }
    for key in lists.removed {
        let effect = (!contains(&now, key)).then_some(Effect::Narrows);
        let message = match effect {
            Some(_) => format!("functions may no longer reach {}", shown(key)),
            None => format!("{} is no longer named, and still allowed", shown(key)),
        };
        changes.add(Block::Network, SUBJECT, effect, message);
    }
}

/// Name, whether all names below it are meant, and port.
type Key<'a> = (&'a str, bool, u16);

fn keys(section: Network<'_>) -> Vec<Key<'_>> {
    section.hosts().iter().map(|host| (host.name, host.wildcard, host.port)).collect()
}

fn shown((name, wildcard, port): Key<'_>) -> String {
    Host { name, wildcard, port }.to_string()
}

/// Whether `hosts` allow all that `key` allows: the same, or all names below a name above it.
fn contains(hosts: &HashSet<Key<'_>>, key: Key<'_>) -> bool {
    let (name, _, port) = key;
    let above = name.match_indices('.').filter_map(|(at, _)| name.get(at + 1..));
    hosts.contains(&key) || above.into_iter().any(|name| hosts.contains(&(name, true, port)))
}
