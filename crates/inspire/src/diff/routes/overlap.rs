//! From which routes another one takes requests: those it overlaps with, and that are less specific.

use std::collections::{BTreeMap, HashSet};

use inspire_artifact::routes::{Method, Route};

/// Places that all searches together may look at, so that no schema makes them take for ever.
const STEPS: usize = 4_000_000;

/// Routes by their segments.
pub(super) struct Overlaps<'a> {
    nodes: Vec<Node<'a>>,
    steps: usize,
}

#[derive(Default)]
struct Node<'a> {
    literals: BTreeMap<&'a str, usize>,
    param: Option<usize>,
    routes: BTreeMap<Method, Route<'a>>,
}

/// What a search found.
pub(super) struct Taken<'a> {
    /// The routes, the most specific first, one for each requirement.
    pub(super) routes: Vec<Route<'a>>,
    /// Whether all places were looked at.
    pub(super) complete: bool,
}

impl<'a> Overlaps<'a> {
    pub(super) fn new(routes: &[Route<'a>]) -> Self {
        let mut overlaps = Self { nodes: vec![Node::default()], steps: STEPS };
        for route in routes {
            overlaps.insert(route);
        }
        overlaps
    }

    fn insert(&mut self, route: &Route<'a>) {
        let mut at = 0;
        for segment in segments(route.path) {
            let fresh = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { return };
            at = match segment.starts_with(':') {
                true => *node.param.get_or_insert(fresh),
                false => *node.literals.entry(segment).or_insert(fresh),
            };
            if at == fresh {
                self.nodes.push(Node::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.routes.insert(route.method, *route);
        }
    }

    /// The routes whose requests, some of them, go to `route` where it exists as well.
    ///
    /// The more specific of two overlapping routes is told by the first segment where only one has a parameter.
    pub(super) fn taken_by(&mut self, route: &Route<'_>) -> Taken<'a> {
        let segments: Vec<_> = segments(route.path).collect();
        let mut found: Vec<Route<'a>> = Vec::new();
        // Place, segments matched so far, and whether the other route is known to be less specific.
        let mut open = vec![(0, 0, false)];
        while let Some((at, depth, decided)) = open.pop() {
            let Some(steps) = self.steps.checked_sub(1) else { break };
            self.steps = steps;
            let Some(node) = self.nodes.get(at) else { continue };
            let Some(segment) = segments.get(depth) else {
                found.extend(node.routes.get(&route.method).filter(|_| decided));
                continue;
            };
            let is_param = segment.starts_with(':');
            open.extend(node.param.map(|param| (param, depth + 1, decided || !is_param)));
            match is_param {
                true if decided => open.extend(node.literals.values().rev().map(|at| (*at, depth + 1, true))),
                true => {}
                false => open.extend(node.literals.get(segment).map(|at| (*at, depth + 1, decided))),
            }
        }
        if route.params.is_empty() {
            found.truncate(1);
        }
        let mut seen = HashSet::new();
        found.retain(|one| seen.insert((one.auth, one.scope)));
        Taken { routes: found, complete: self.steps > 0 }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}
