//! Conflicts between routes, found in one tree of segments: same shape, overlap with another authentication, and
//! paths that differ by case.
//!
//! The tree holds every route once. A route is compared with those below literal siblings of its own parameters only,
//! and a subtree in which every route has its authentication is not entered, so no two routes are compared in vain.

use inspire_diagnostics::{Code, Diagnostic, Location};
use rustc_hash::FxHashMap;

use super::Checker;
use super::api_keys::Systems;
use super::routes::Found;
use crate::model::{Access, Method, Route};

const NONE: u32 = u32::MAX;

struct Node {
    /// The child for a parameter.
    parameter: u32,
    /// The first child for a literal; the others follow by `sibling`.
    child: u32,
    sibling: u32,
    /// The first route that ends here; the others follow by `Tree::next`.
    end: u32,
}

struct Tree<'a, 'r> {
    routes: &'r [Found<'a>],
    nodes: Vec<Node>,
    literals: FxHashMap<(u32, &'a [u8]), u32>,
    /// For each route the next one that ends at the same node.
    next: Vec<u32>,
}

impl<'a> Tree<'a, '_> {
    fn add_node(&mut self) -> u32 {
        self.nodes.push(Node { parameter: NONE, child: NONE, sibling: NONE, end: NONE });
        self.nodes.len() as u32 - 1
    }

    fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    fn node_mut(&mut self, id: u32) -> Option<&mut Node> {
        self.nodes.get_mut(id as usize)
    }

    /// The child of `parent` for a segment, made if it is not there.
    fn step(&mut self, parent: u32, segment: &'a [u8]) -> u32 {
        if is_parameter(segment) {
            let known = self.node(parent).map_or(NONE, |node| node.parameter);
            if known != NONE {
                return known;
            }
            let new = self.add_node();
            if let Some(node) = self.node_mut(parent) {
                node.parameter = new;
            }
            return new;
        }
        if let Some(known) = self.literals.get(&(parent, segment)) {
            return *known;
        }
        let new = self.add_node();
        self.literals.insert((parent, segment), new);
        let sibling = self.node(parent).map_or(NONE, |node| node.child);
        if let Some(node) = self.node_mut(new) {
            node.sibling = sibling;
        }
        if let Some(node) = self.node_mut(parent) {
            node.child = new;
        }
        new
    }

    fn insert(&mut self, route: u32, path: &'a str) -> u32 {
        let end = segments(path).fold(0, |node, segment| self.step(node, segment));
        let first = self.node(end).map_or(NONE, |node| node.end);
        if let Some(next) = self.next.get_mut(route as usize) {
            *next = first;
        }
        if let Some(node) = self.node_mut(end) {
            node.end = route;
        }
        end
    }

    /// The child of `node` for a literal segment.
    fn literal(&self, node: u32, segment: &'a [u8]) -> u32 {
        self.literals.get(&(node, segment)).copied().unwrap_or(NONE)
    }

    /// The route below `node` that gets a request of these segments; none of them stands for one that nobody names.
    fn winner(&self, node: u32, path: &[Option<&'a [u8]>], method: Method) -> Option<u32> {
        let Some((segment, rest)) = path.split_first() else {
            return self
                .ends(node)
                .find(|id| self.route(*id).is_some_and(|(route, _)| route.method == method));
        };
        let literal = segment.map_or(NONE, |segment| self.literal(node, segment));
        let parameter = self.node(node)?.parameter;
        [literal, parameter]
            .into_iter()
            .filter(|next| *next != NONE)
            .find_map(|next| self.winner(next, rest, method))
    }

    fn route(&self, id: u32) -> Option<&Found<'a>> {
        self.routes.get(id as usize)
    }

    /// The routes that end at a node.
    fn ends(&self, node: u32) -> impl Iterator<Item = u32> {
        let mut at = self.node(node).map_or(NONE, |node| node.end);
        std::iter::from_fn(move || {
            let id = at;
            at = self.next.get(id as usize).copied()?;
            Some(id)
        })
    }

    fn literal_children(&self, node: u32) -> impl Iterator<Item = u32> {
        let mut at = self.node(node).map_or(NONE, |node| node.child);
        std::iter::from_fn(move || {
            let id = at;
            at = self.node(id)?.sibling;
            Some(id)
        })
    }
}

fn segments(path: &str) -> impl Iterator<Item = &[u8]> {
    path.as_bytes().split(|byte| *byte == b'/').skip(1)
}

fn is_parameter(segment: &[u8]) -> bool {
    segment.first() == Some(&b':')
}

/// Reports every conflict among the routes.
pub(crate) fn check<'a>(cx: &mut Checker<'a>, systems: &Systems<'a>, routes: &[Found<'a>]) {
    let mut tree =
        Tree { routes, nodes: Vec::new(), literals: FxHashMap::default(), next: vec![NONE; routes.len()] };
    tree.add_node();
    let mut ends = Vec::with_capacity(routes.len());
    for (id, (route, _)) in (0..).zip(routes) {
        let end = tree.insert(id, route.path);
        ends.push(end);
        duplicates(cx, &tree, id, end);
    }
    // Only where a literal stands beside a parameter can one route take requests from another.
    let crossing = tree.nodes.iter().any(|node| node.parameter != NONE && node.child != NONE);
    if crossing {
        let uniform = Uniform::new(&tree);
        for (id, (route, access)) in (0..).zip(routes) {
            if let Some(access) = access
                && route.path.contains("/:")
            {
                overlaps(cx, systems, &tree, &uniform, id, *access);
            }
        }
    }
    case_only(cx, routes, &ends);
}

/// Two routes of one method and shape: the later in the text is reported.
fn duplicates(cx: &mut Checker<'_>, tree: &Tree<'_, '_>, id: u32, end: u32) {
    let Some((route, _)) = tree.route(id) else { return };
    let same = tree.ends(end).filter(|other| *other != id).filter_map(|other| tree.route(other));
    let Some((other, _)) =
        same.filter(|(other, _)| other.method == route.method).min_by_key(|(other, _)| other.location)
    else {
        return;
    };
    let (first, later) = if other.location < route.location { (other, route) } else { (route, other) };
    cx.report(duplicate(first, later));
}

#[cold]
fn duplicate(first: &Route<'_>, later: &Route<'_>) -> Diagnostic {
    let method = later.method.word();
    let (message, help) = if first.path == later.path {
        (format!("`{method} {}` is declared twice", later.path), "remove one of them")
    } else {
        let message = format!("`{method} {}` and `{method} {}` are the same route", first.path, later.path);
        (message, "parameter names do not tell routes apart; remove one")
    };
    Diagnostic::new(Code::DuplicateRoute, later.location, message)
        .label("declared again here")
        .related(first.location, "first declared here")
        .help(help)
}

/// For each node and method: the one access that all routes at and below it have, if there is only one.
struct Uniform {
    /// By node and then method; `Some(None)` where several are to be found, none where there is no route.
    seen: Vec<[Option<Option<Access>>; 7]>,
}

impl Uniform {
    fn new(tree: &Tree<'_, '_>) -> Self {
        let mut seen = vec![[None; 7]; tree.nodes.len()];
        // Children stand after their parents, so that one pass from the back sees each node complete.
        for id in (0..tree.nodes.len() as u32).rev() {
            let mut all = [None; 7];
            for (route, access) in tree.ends(id).filter_map(|route| tree.route(route)) {
                if let (Some(slot), Some(access)) = (all.get_mut(route.method as usize), access) {
                    merge(slot, Some(Some(*access)));
                }
            }
            let parameter = tree.node(id).map(|node| node.parameter).filter(|child| *child != NONE);
            for child in tree.literal_children(id).chain(parameter) {
                let Some(below) = seen.get(child as usize).copied() else { continue };
                for (slot, below) in all.iter_mut().zip(below) {
                    merge(slot, below);
                }
            }
            if let Some(slot) = seen.get_mut(id as usize) {
                *slot = all;
            }
        }
        Self { seen }
    }

    /// Whether some route of `method` below `node` has another access.
    fn differs(&self, node: u32, method: Method, access: Access) -> bool {
        let seen = self.seen.get(node as usize).and_then(|seen| seen.get(method as usize)).copied().flatten();
        seen.is_some_and(|only| only != Some(access))
    }
}

fn merge(slot: &mut Option<Option<Access>>, other: Option<Option<Access>>) {
    match (*slot, other) {
        (_, None) => {}
        (None, other) => *slot = other,
        (Some(a), Some(b)) if a == b => {}
        _ => *slot = Some(None),
    }
}

/// Reports that a more specific route with another access takes requests from the route `id`.
fn overlaps<'a>(
    cx: &mut Checker<'a>,
    systems: &Systems<'a>,
    tree: &Tree<'a, '_>,
    uniform: &Uniform,
    id: u32,
    access: Access,
) {
    let Some((route, _)) = tree.route(id) else { return };
    let own: Vec<&[u8]> = segments(route.path).collect();
    let search = Search { tree, uniform, own: &own, method: route.method, access };
    let mut node = 0;
    for (depth, segment) in own.iter().enumerate() {
        if is_parameter(segment) {
            let other = tree.literal_children(node).find_map(|literal| search.below(literal, depth + 1));
            if let Some(other) = other {
                let diagnostic = overlap(systems, tree, route, access, other);
                cx.diagnostics.extend(diagnostic);
                return;
            }
            node = tree.node(node).map_or(NONE, |node| node.parameter);
        } else {
            node = tree.literal(node, segment);
        }
    }
}

/// Looks for a route that takes requests from a route of these segments, this method and this access.
struct Search<'s, 'a, 'r> {
    tree: &'s Tree<'a, 'r>,
    uniform: &'s Uniform,
    own: &'s [&'a [u8]],
    method: Method,
    access: Access,
}

impl<'a> Search<'_, 'a, '_> {
    /// A route below `node`, which stands for the first `depth` segments, that gets some of the requests.
    fn below(&self, node: u32, depth: usize) -> Option<u32> {
        if node == NONE || !self.uniform.differs(node, self.method, self.access) {
            return None;
        }
        let Some(segment) = self.own.get(depth) else {
            return self.tree.ends(node).find(|id| self.gets_some(*id));
        };
        let parameter = self.tree.node(node).map_or(NONE, |node| node.parameter);
        let literal = if is_parameter(segment) {
            self.tree.literal_children(node).find_map(|child| self.below(child, depth + 1))
        } else {
            self.below(self.tree.literal(node, segment), depth + 1)
        };
        literal.or_else(|| self.below(parameter, depth + 1))
    }

    /// Whether `id` has another access and no third route takes all the paths that both match.
    ///
    /// A route that takes the plainest of these paths, with a segment nobody names where both have a parameter, has
    /// literals only where one of the two has, so it takes them all.
    fn gets_some(&self, id: u32) -> bool {
        let Some((other, access)) = self.tree.route(id) else { return false };
        if other.method != self.method || access.is_none_or(|access| access == self.access) {
            return false;
        }
        let literal = |(own, other): (&&'a [u8], &'a [u8])| {
            [*own, other].into_iter().find(|segment| !is_parameter(segment))
        };
        let plainest: Vec<_> = self.own.iter().zip(segments(other.path)).map(literal).collect();
        self.tree.winner(0, &plainest, self.method) == Some(id)
    }
}

#[cold]
fn overlap<'a>(
    systems: &Systems<'a>,
    tree: &Tree<'a, '_>,
    route: &Route<'a>,
    access: Access,
    other: u32,
) -> Option<Diagnostic> {
    let (other, other_access) = tree.route(other)?;
    let show = |access: Access| match access {
        Access::Session => "guarded by `session`".to_owned(),
        Access::ApiKey(scope) => {
            let name = systems.scopes.get(scope.0 as usize).map_or("", |(name, ..)| name.text);
            format!("guarded by `apiKey({name})`")
        }
        Access::None => "open".to_owned(),
    };
    // A path that both match: the literals of either, and a parameter's name where both have one.
    let both: String = (other.path.split('/').skip(1))
        .zip(route.path.split('/').skip(1))
        .flat_map(|(theirs, ours)| ["/", if theirs.starts_with(':') { ours } else { theirs }])
        .map(|part| part.trim_start_matches(':'))
        .collect();
    Some(
        Diagnostic::new(
            Code::OverlapChangesAuth,
            route.location,
            format!("`{}` is {} although `{}` is {}", both, show((*other_access)?), route.path, show(access)),
        )
        .label(format!("requests for `{both}` do not come here"))
        .related(other.location, "they go here")
        .help("fine if intended; otherwise give both the same `auth`, or tell the paths apart"),
    )
}

/// Paths are case-sensitive, so two that differ by case only are rarely both meant.
fn case_only<'a>(cx: &mut Checker<'a>, routes: &[Found<'a>], ends: &[u32]) {
    let has_capital = |path: &str| {
        segments(path).any(|segment| !is_parameter(segment) && segment.iter().any(u8::is_ascii_uppercase))
    };
    if !routes.iter().any(|(route, _)| has_capital(route.path)) {
        return;
    }
    let mut first: FxHashMap<String, (u32, Location, &str)> = FxHashMap::default();
    let mut reported: Vec<u32> = Vec::new();
    for ((route, _), end) in routes.iter().zip(ends) {
        let folded: String = (route.path.split('/').skip(1))
            .flat_map(|segment| ["/", if segment.starts_with(':') { ":" } else { segment }])
            .map(str::to_ascii_lowercase)
            .collect();
        let (node, place, path) = *first.entry(folded).or_insert((*end, route.location, route.path));
        if node != *end && !reported.contains(end) {
            reported.push(*end);
            let (place, other) = (place.max(route.location), place.min(route.location));
            cx.report(case(place, other, route.path, path));
        }
    }
}

#[cold]
fn case(place: Location, other: Location, path: &str, first: &str) -> Diagnostic {
    Diagnostic::new(Code::PathCase, place, format!("`{path}` and `{first}` differ by case only"))
        .label("another path to the server")
        .related(other, "easily taken for this one")
        .help("paths are case-sensitive; write both alike, or tell them apart by more than case")
}
