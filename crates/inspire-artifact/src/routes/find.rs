//! A request's method and path to the one route it means.
//!
//! Of all routes of the method that match the whole path the most specific wins: segment by segment from the left,
//! a literal before a parameter, with backtracking. Nothing is allocated but the parameters.

use std::borrow::Cow;

use super::path::{Malformed, Segments};
use super::{EdgeRecord, Method, NodeRecord, Route, Routes, key};
use crate::record::NONE;

/// The route a request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'a, 'p> {
    /// The route.
    pub route: Route<'a>,
    /// Names and decoded values of its parameters, from left to right.
    pub params: Vec<(&'a str, Cow<'p, str>)>,
}

/// Why a request means no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMatch {
    /// No route has this path.
    NotFound,
    /// Routes have this path, but none of them this method.
    MethodNotAllowed,
    /// The path could mean different things to different readers.
    Malformed,
}

impl core::fmt::Display for NoMatch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no route has this path",
            Self::MethodNotAllowed => "no route of this path has this method",
            Self::Malformed => "the path is malformed",
        })
    }
}

impl core::error::Error for NoMatch {}

impl From<Malformed> for NoMatch {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

impl<'a> Routes<'a> {
    /// Finds the route of a request: its method, and its path with or without a query.
    ///
    /// # Errors
    /// When no route is meant, and why.
    pub fn find<'p>(&self, method: &str, target: &'p str) -> Result<Match<'a, 'p>, NoMatch> {
        let mut segments = Segments::new(target);
        segments.split()?;
        if segments.is_reserved() {
            return Err(NoMatch::NotFound);
        }
        let mut search =
            Search { routes: self, segments: &segments, method: Method::from_word(method), other: false };
        let found = search.descend(0, 0, 0);
        let other = search.other;
        found.and_then(|found| self.matched(found, &segments)).ok_or(if other {
            NoMatch::MethodNotAllowed
        } else {
            NoMatch::NotFound
        })
    }

    fn matched<'p>(&self, found: Found, segments: &Segments<'p>) -> Option<Match<'a, 'p>> {
        let record = self.routes.get(found.route as usize)?;
        let mut params = Vec::new();
        if found.params != 0 {
            params.reserve_exact(found.params.count_ones() as usize);
            let mut left = found.params;
            for param in record.params.of(self.params) {
                params.push((self.texts.get(param.name), segments.decoded(left.trailing_zeros() as usize)));
                left &= left.wrapping_sub(1);
            }
        }
        Some(Match { route: self.view(record), params })
    }
}

/// A route, and one bit for each segment that is a parameter.
#[derive(Clone, Copy)]
struct Found {
    route: u32,
    params: u64,
}

/// So many segments are compared faster than one is hashed.
const FEW: usize = 4;

struct Search<'s, 'a, 'p> {
    routes: &'s Routes<'a>,
    segments: &'s Segments<'p>,
    method: Option<Method>,
    /// Whether a route of another method matches.
    other: bool,
}

impl Search<'_, '_, '_> {
    /// Searches below `node` for the segments from `depth` on; the trie is as deep as the longest route.
    fn descend(&mut self, node: u32, depth: usize, params: u64) -> Option<Found> {
        let node = self.routes.nodes.get(node as usize)?;
        if depth == self.segments.len() {
            return self.ends(node, params);
        }
        let segment = self.segments.get(depth)?;
        if let Some(next) = self.literal(node, segment.as_bytes())
            && let Some(found) = self.descend(next, depth + 1, params)
        {
            return Some(found);
        }
        let param = node.param.get();
        if param == NONE || segment.is_empty() {
            return None;
        }
        self.descend(param, depth + 1, params | 1 << depth)
    }

    fn ends(&mut self, node: &NodeRecord, params: u64) -> Option<Found> {
        let endpoints = node.endpoints.of(self.routes.endpoints);
        let found = endpoints.iter().find(|endpoint| Some(endpoint.method.get()) == self.method);
        self.other |= !endpoints.is_empty();
        found.map(|endpoint| Found { route: endpoint.route.get(), params })
    }

    /// Where a literal segment leads. The keys are searched without a branch; texts are looked at where keys are equal.
    fn literal(&self, node: &NodeRecord, segment: &[u8]) -> Option<u32> {
        let is = |edge: &&EdgeRecord| self.routes.texts.bytes(edge.segment) == segment;
        let edges = node.literals.of(self.routes.edges);
        if edges.len() <= FEW {
            return edges.iter().find(is).map(|edge| edge.node.get());
        }
        let key = key(segment);
        let from = edges.partition_point(|edge| edge.key.get() < key);
        let alike = edges.get(from..)?.iter().take_while(|edge| edge.key.get() == key);
        alike.into_iter().find(is).map(|edge| edge.node.get())
    }
}
