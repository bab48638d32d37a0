//! What the compiler says of routes that overlap, against every path that is short enough to be tried.

use std::collections::BTreeSet;

use inspire_artifact::Artifact;
use inspire_diagnostics::{Code, Diagnostic, Location};
use proptest::prelude::*;

use crate::support::compile::{build, one};

/// Literals of routes; paths that are tried have one more.
const LITERALS: [&str; 2] = ["a", "b"];
const TRIED: [&str; 3] = ["a", "b", "z"];
const METHODS: [&str; 2] = ["GET", "POST"];
const AUTH: [&str; 3] = ["none", "session", "apiKey(reader)"];

/// One route: its method, its segments of which the last kind is a parameter, and its auth.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Route {
    method: usize,
    segments: Vec<usize>,
    auth: usize,
}

impl Route {
    fn path(&self) -> String {
        let segment = |(at, kind): (usize, &usize)| match LITERALS.get(*kind) {
            Some(literal) => format!("/{literal}"),
            None => format!("/:p{at}"),
        };
        self.segments.iter().enumerate().map(segment).collect()
    }

    fn matches(&self, path: &[&str]) -> bool {
        let fits = |(kind, asked): (&usize, &&str)| LITERALS.get(*kind).is_none_or(|own| own == asked);
        self.segments.len() == path.len() && self.segments.iter().zip(path).all(fits)
    }
}

fn routes() -> impl Strategy<Value = Vec<Route>> {
    let route = (0..METHODS.len(), prop::collection::vec(0..=LITERALS.len(), 1..4), 0..AUTH.len())
        .prop_map(|(method, segments, auth)| Route { method, segments, auth });
    prop::collection::vec(route, 1..9).prop_map(|mut routes| {
        let mut seen = BTreeSet::new();
        routes.retain(|route| seen.insert((route.method, route.segments.clone())));
        routes
    })
}

fn schema(routes: &[Route]) -> String {
    let lines = routes.iter().enumerate().map(|(number, route)| {
        format!("  {} {} -> h{number} (auth: {})\n", METHODS[route.method], route.path(), AUTH[route.auth])
    });
    format!(
        "auth {{ providers: [google] }}\nentity Note {{ text: string }}\n\
         apiKeys {{ scopes: {{ reader: @system(\"reader\") {{ @grant read on Note }} }} }}\n\
         routes(\"/\") {{\n{}}}\n",
        lines.collect::<String>()
    )
}

/// Every path of up to three of the tried segments.
fn paths() -> Vec<Vec<&'static str>> {
    let longer = |path: &Vec<&'static str>| TRIED.map(|next| [path.as_slice(), &[next]].concat());
    let first = vec![Vec::new()];
    let mut all = Vec::new();
    let mut last: Vec<Vec<&str>> = first;
    for _ in 0..3 {
        last = last.iter().flat_map(longer).collect();
        all.extend(last.clone());
    }
    all
}

/// The route that gets a request: among those that match, literals before parameters from the left.
fn winner<'r>(routes: &'r [Route], method: usize, path: &[&str]) -> Option<&'r Route> {
    let matching = routes.iter().filter(|route| route.method == method && route.matches(path));
    matching.min_by_key(|route| route.segments.iter().map(|kind| *kind >= LITERALS.len()).collect::<Vec<_>>())
}

/// The routes that match some path whose request goes to a route with another auth.
fn changed(routes: &[Route]) -> BTreeSet<(usize, String)> {
    let paths = paths();
    let loses = |route: &&Route| {
        paths.iter().any(|path| {
            route.matches(path)
                && winner(routes, route.method, path).is_some_and(|winner| winner.auth != route.auth)
        })
    };
    routes.iter().filter(loses).map(|route| (route.method, route.path())).collect()
}

/// The method and the path on the line of a place.
fn route_at(text: &str, location: Location) -> (usize, &str) {
    let start = location.span.start as usize;
    let line = text[text[..start].rfind('\n').unwrap() + 1..].trim_start();
    let mut words = line.split(' ');
    let method = words.next().and_then(|word| METHODS.iter().position(|method| *method == word));
    (method.unwrap(), words.next().unwrap())
}

/// The routes at which an overlap is reported.
fn reported(text: &str, diagnostics: &[Diagnostic]) -> BTreeSet<(usize, String)> {
    let overlaps = diagnostics.iter().filter(|one| one.code == Code::OverlapChangesAuth);
    overlaps
        .map(|one| {
            let (method, path) = route_at(text, one.location.unwrap());
            (method, path.to_owned())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_overlap_is_reported_where_a_request_meets_another_auth(routes in routes()) {
        let text = schema(&routes);
        let build = build(&one(&text));
        let bytes = build.artifact.expect("the routes are valid");
        prop_assert_eq!(reported(&text, &build.diagnostics), changed(&routes), "{}", text);
        // What the message says about the path is what the runtime does.
        let artifact = Artifact::from_bytes(&bytes).unwrap();
        let section = artifact.routes().unwrap().unwrap();
        for one in build.diagnostics.iter().filter(|one| one.code == Code::OverlapChangesAuth) {
            let (method, _) = route_at(&text, one.location.unwrap());
            let path = one.message.split('`').nth(1).unwrap();
            let found = section.find(METHODS[method], path).unwrap();
            prop_assert_eq!(route_at(&text, one.related[0].location), (method, found.route().path), "{}", text);
        }
    }
}

#[test]
fn a_third_route_can_take_all_that_two_share() {
    let route = |segments: &[usize], auth| Route { method: 0, segments: segments.to_vec(), auth };
    // `/:p0/b` and `/a/:p1` share `/a/b` only, which has a route of its own, guarded as the first of them is.
    let routes = [route(&[2, 1], 1), route(&[0, 2], 0), route(&[0, 1], 1)];
    let text = schema(&routes);
    let found = reported(&text, &build(&one(&text)).diagnostics);
    assert_eq!(found, BTreeSet::from([(0, "/a/:p1".to_owned())]));
}
