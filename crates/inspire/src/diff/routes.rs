//! Routes, matched by method and shape: the names of parameters do not tell routes apart.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use inspire_artifact::api_keys::ApiKeys;
use inspire_artifact::routes::{AuthMode, RateLimit, Route, Routes};

use self::overlap::Overlaps;
use super::pair::{Pair, pairs};
use super::{Block, Changes, Effect};
use crate::report::route::name;
use crate::words;

mod overlap;

pub(super) fn compare<'a>(
    changes: &mut Changes,
    (old, keys): (Option<Routes<'a>>, Option<ApiKeys<'a>>),
    new: Option<Routes<'a>>,
) {
    let routes = |section: Option<Routes<'a>>| {
        section.map(|section| section.routes().iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    let (old, new) = (routes(old), routes(new));
    let known = Known::new(&old, keys);
    let (mut before, mut now) = (Overlaps::new(&old), Overlaps::new(&new));
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for pair in pairs(old, new, |route| (shape(route), route.method)) {
        match pair {
            Pair::Removed(route) => removed.push(route),
            Pair::Added(route) => added.push(route),
            Pair::Both(old, new) => kept(changes, &old, &new, &known),
        }
    }
    let methods = changed_methods(&removed, &added);
    let renamed: HashSet<_> = methods.values().map(name).collect();
    for route in removed.iter().filter(|route| !renamed.contains(&name(route))) {
        remove(changes, route, &mut now);
    }
    for route in &added {
        add(changes, route, methods.get(&name(route)), &known, &mut before);
    }
}

/// What there was before.
struct Known<'a> {
    scopes: HashSet<&'a str>,
    /// What the routes of each handler asked for.
    handlers: HashMap<&'a str, BTreeSet<Requirement<'a>>>,
}

impl<'a> Known<'a> {
    fn new(routes: &[Route<'a>], keys: Option<ApiKeys<'a>>) -> Self {
        let mut handlers: HashMap<_, BTreeSet<_>> = HashMap::new();
        for route in routes {
            handlers.entry(route.handler).or_default().insert(requirement(route));
        }
        let scopes = keys.iter().flat_map(|keys| keys.scopes().iter()).map(|scope| scope.name).collect();
        Self { scopes, handlers }
    }

    /// What it took to reach the handler of `route`, if those whom the route lets in did not reach it.
    fn guards(&self, route: &Route<'a>) -> Option<String> {
        let before = self.handlers.get(route.handler)?;
        let open = before.iter().any(|(auth, _)| *auth == AuthMode::None);
        let shown = |(auth, scope): &Requirement<'_>| match scope {
            Some(scope) => format!("apiKey({scope})"),
            None => auth.as_str().to_owned(),
        };
        let reached = open || before.contains(&requirement(route));
        (!reached).then(|| before.iter().map(shown).collect::<Vec<_>>().join(", "))
    }
}

/// The path with nothing left of its parameters but that they are there.
fn shape(route: &Route<'_>) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with(':') { ":" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The added routes that are a removed one with another method, by their names: same shape, same handler, and no other
/// route that could be meant.
fn changed_methods<'a>(removed: &[Route<'a>], added: &[Route<'a>]) -> BTreeMap<String, Route<'a>> {
    let mut same: BTreeMap<_, (Vec<Route<'a>>, Vec<Route<'a>>)> = BTreeMap::new();
    for route in removed {
        same.entry((shape(route), route.handler)).or_default().0.push(*route);
    }
    for route in added {
        same.entry((shape(route), route.handler)).or_default().1.push(*route);
    }
    let one = same.values().filter_map(|(old, new)| match (old.as_slice(), new.as_slice()) {
        ([old], [new]) => Some((name(new), *old)),
        _ => None,
    });
    one.collect()
}

fn kept<'a>(changes: &mut Changes, old: &Route<'a>, new: &Route<'a>, known: &Known<'a>) {
    let subject = name(new);
    let mut add = |effects: Vec<Effect>, message: String| {
        changes.add(Block::Routes, &subject, effects, message);
    };
    if requirement(old) != requirement(new) {
        let message = format!("auth {}; before {}", words::auth(new), words::auth(old));
        add(auth(old, new), message);
    }
    if old.rate_limit != new.rate_limit {
        let limit = |limit: Option<RateLimit>| limit.map_or_else(|| "none".to_owned(), words::rate_limit);
        let message = format!("rate limit {}; before {}", limit(new.rate_limit), limit(old.rate_limit));
        add(rate(old.rate_limit, new.rate_limit), message);
    }
    if old.handler != new.handler {
        let message = format!("calls `{}`; before `{}`", new.handler, old.handler);
        match known.guards(new) {
            Some(guards) => add(vec![Effect::Widens], format!("{message}; only {guards} reached it before")),
            None => add(Vec::new(), message),
        }
    }
    if old.path != new.path {
        add(Vec::new(), format!("other names of parameters; before {}", old.path));
    }
}

/// What a route asks for, with the scope of a key.
type Requirement<'a> = (AuthMode, Option<&'a str>);

fn requirement<'a>(route: &Route<'a>) -> Requirement<'a> {
    (route.auth, route.scope)
}

/// What it does when requests that met the requirement of `old` meet that of `new`.
fn auth<'a>(old: &Route<'a>, new: &Route<'a>) -> Vec<Effect> {
    match (old.auth, new.auth) {
        _ if requirement(old) == requirement(new) => Vec::new(),
        (_, AuthMode::None) => vec![Effect::Widens],
        (AuthMode::None, _) => vec![Effect::Narrows, Effect::Breaks],
        _ => vec![Effect::Widens, Effect::Narrows, Effect::Breaks],
    }
}

fn rate(old: Option<RateLimit>, new: Option<RateLimit>) -> Vec<Effect> {
    let admits = |one: Option<RateLimit>, other: Option<RateLimit>| match (one, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(one), Some(other)) => admits(one, other),
    };
    let looser = (!admits(old, new)).then_some(Effect::Widens);
    let tighter = (!admits(new, old)).then_some(Effect::Breaks);
    looser.into_iter().chain(tighter).collect()
}

/// Whether `one` lets pass all that `other` lets pass, bursts included: windows are multiples of each other.
fn admits(one: RateLimit, other: RateLimit) -> bool {
    let windows = (one.unit.seconds() / other.unit.seconds()).max(1);
    one.count >= other.count.saturating_mul(windows)
}

fn remove<'a>(changes: &mut Changes, route: &Route<'a>, now: &mut Overlaps<'a>) {
    let mut effects = BTreeSet::from([Effect::Breaks]);
    let mut message = "removed".to_owned();
    let heirs = now.taken_by(route);
    for heir in &heirs.routes {
        effects.extend(auth(route, heir));
        message += &format!("; its requests go to {} ({})", name(heir), words::auth(heir));
    }
    changes.add(Block::Routes, name(route), effects, message);
    if !heirs.complete {
        let message = "removed; its requests may go to another route";
        changes.add_unsure(Block::Routes, name(route), Effect::Widens, message);
    }
}

fn add<'a>(
    changes: &mut Changes,
    route: &Route<'a>,
    other_method: Option<&Route<'a>>,
    known: &Known<'a>,
    before: &mut Overlaps<'a>,
) {
    let mut effects = BTreeSet::new();
    let mut message = match other_method {
        Some(old) => format!("method {}; before {}", route.method, old.method),
        None => format!("added, auth {}", words::auth(route)),
    };
    if let Some(old) = other_method {
        effects.insert(Effect::Breaks);
        if requirement(old) != requirement(route) {
            effects.extend(auth(old, route));
            message += &format!("; auth {}; before {}", words::auth(route), words::auth(old));
        }
    }
    if route.auth == AuthMode::None || route.scope.is_some_and(|scope| known.scopes.contains(scope)) {
        effects.insert(Effect::Widens);
    }
    if let Some(guards) = known.guards(route) {
        effects.insert(Effect::Widens);
        message += &format!("; only {guards} reached `{}` before", route.handler);
    }
    let takes = before.taken_by(route);
    for loser in takes.routes.iter().filter(|loser| requirement(loser) != requirement(route)) {
        effects.extend(auth(loser, route));
        message += &format!("; takes requests from {} ({})", name(loser), words::auth(loser));
    }
    changes.add(Block::Routes, name(route), effects, message);
    if !takes.complete {
        let message = "added; may take requests from another route";
        changes.add_unsure(Block::Routes, name(route), Effect::Widens, message);
    }
}
