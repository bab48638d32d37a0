//! The rules of `RTES`: each route by itself, and the trie as the one that belongs to them.

use super::path::{broken_rule, params};
use super::{AuthMode, EdgeRecord, EndpointRecord, RateUnit, RouteRecord, Routes, key};
use crate::check::{Check, Rules, ascending, at_most, hold, tiles, within};
use crate::limits;
use crate::meta::Counts;
use crate::record::NONE;
use crate::table::Place;

impl Rules for Routes<'_> {
    fn check(&self, counts: &Counts) -> Check {
        at_most(self.routes.len(), limits::ROUTES, "routes")?;
        tiles(self.routes.iter().map(|route| route.params), "routes", self.params.len())?;
        tiles(self.nodes.iter().map(|node| node.literals), "nodes", self.edges.len())?;
        tiles(self.nodes.iter().map(|node| node.endpoints), "nodes", self.endpoints.len())?;
        for (record, route) in self.routes.iter().enumerate() {
            self.route(route, Place { table: "routes", record }, counts)?;
        }
        ascending(self.routes, "routes", |route| (self.texts.bytes(route.path), route.method.get()))?;
        self.trie()
    }
}

impl Routes<'_> {
    fn route(&self, route: &RouteRecord, place: Place, counts: &Counts) -> Check {
        let path = self.texts.get(route.path);
        if let Some(rule) = broken_rule(path) {
            return hold(false, place, rule);
        }
        let names = route.params.of(self.params).iter().map(|param| self.texts.get(param.name));
        hold(params(path).eq(names), place, "path and parameters do not go together")?;
        hold(!route.handler.is_empty(), place, "the handler is empty")?;
        let unlimited = route.rate_count.get() == 0;
        hold(!unlimited || route.rate_unit.get() == RateUnit::Second, place, "no limit, but its window")?;
        let api_key = route.auth.get() == AuthMode::ApiKey;
        hold(api_key != route.scope_name.is_empty(), place, "auth and scope do not go together")?;
        if api_key {
            within(route.scope.get(), counts.scopes(), place)
        } else {
            hold(route.scope.get() == NONE, place, "auth and scope do not go together")
        }
    }

    /// Walks the trie in pre-order. Every node is met once, in the order of the numbers; every node leads to a
    /// route; every route ends at the node of its own path, and no node holds two of one method. As there are as
    /// many ends as routes, each route has exactly one: no two have one shape.
    fn trie(&self) -> Check {
        let mut segments: Vec<Option<&[u8]>> = Vec::new();
        let mut open: Vec<(usize, usize)> = vec![(0, 0)];
        let mut met: usize = 1;
        self.node(0, &segments)?;
        while let Some((number, next)) = open.last_mut() {
            let place = Place { table: "nodes", record: *number };
            let Some(node) = self.nodes.get(*number) else { return hold(false, place, "the node is absent") };
            let edges = node.literals.of(self.edges);
            let child = if let Some(edge) = edges.get(*next) {
                segments.push(Some(self.texts.bytes(edge.segment)));
                edge.node.get()
            } else if *next == edges.len() && node.param.get() != NONE {
                segments.push(None);
                node.param.get()
            } else {
                open.pop();
                segments.pop();
                continue;
            };
            *next += 1;
            hold(child as usize == met, place, "the nodes are not numbered in pre-order")?;
            hold(segments.len() <= limits::PATH_SEGMENTS, place, "the trie is too deep")?;
            self.node(met, &segments)?;
            open.push((met, 0));
            met += 1;
        }
        hold(met == self.nodes.len(), Place { table: "nodes", record: met }, "nothing leads to the node")?;
        let ends = self.endpoints.len() == self.routes.len();
        hold(ends, Place { table: "endpoints", record: self.endpoints.len() }, "not every route has its end")
    }

    fn node(&self, number: usize, segments: &[Option<&[u8]>]) -> Check {
        let place = Place { table: "nodes", record: number };
        let Some(node) = self.nodes.get(number) else { return hold(false, place, "the node is absent") };
        let edges = node.literals.of(self.edges);
        let endpoints = node.endpoints.of(self.endpoints);
        let dead = edges.is_empty() && node.param.get() == NONE && endpoints.is_empty();
        hold(!dead || self.routes.is_empty(), place, "the node leads to no route")?;
        let order = |edge: &EdgeRecord| (edge.key.get(), self.texts.bytes(edge.segment));
        hold(edges.is_sorted_by(|a, b| order(a) < order(b)), place, "its edges are not in order")?;
        let keyed = edges.iter().map(order).all(|(own, segment)| own == key(segment));
        hold(keyed, place, "the key of an edge is not that of its segment")?;
        let sorted = endpoints.is_sorted_by(|a, b| a.method.get() < b.method.get());
        hold(sorted, place, "two routes have one method and shape, or they are not in order")?;
        endpoints.iter().try_for_each(|endpoint| self.endpoint(endpoint, segments, place))
    }

    fn endpoint(&self, endpoint: &EndpointRecord, segments: &[Option<&[u8]>], place: Place) -> Check {
        let Some(route) = self.routes.get(endpoint.route.get() as usize) else {
            return hold(false, place, "an index is out of range");
        };
        hold(route.method == endpoint.method, place, "a route ends here with another method")?;
        let path = self.texts.bytes(route.path);
        let mut left = segments.iter();
        let own = path == b"/" && segments.is_empty()
            || path.get(1..).unwrap_or_default().split(|&byte| byte == b'/').all(|segment| {
                match left.next() {
                    Some(Some(literal)) => *literal == segment,
                    Some(None) => segment.first() == Some(&b':'),
                    None => false,
                }
            }) && left.next().is_none();
        hold(own, place, "a route ends here that has another path")
    }
}
