//! A request's method and path to the one route it means.
//!
//! Of all routes of the method that match the whole path the most specific wins: segment by segment from the left,
//! a literal before a parameter. Nothing is allocated; parameters are decoded when they are asked for.

use std::borrow::Cow;

use super::index::{Shape, key, places, same_hash};
use super::path::{Malformed, Segments, behind_name, decoded, segments};
use super::{Method, ParamRecord, Route, RouteRecord, Routes};
use crate::record::NONE;
use crate::strings::Texts;

/// The route a request means.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a, 'p> {
    texts: Texts<'a>,
    params: &'a [ParamRecord],
    record: &'a RouteRecord,
    path: &'p str,
}

impl<'a, 'p> Match<'a, 'p> {
    /// The route.
    #[inline]
    pub fn route(&self) -> Route<'a> {
        Route::read(self.texts, self.params, self.record)
    }

    /// Names and decoded values of the route's parameters, from left to right.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, Cow<'p, str>)> + use<'a, 'p> {
        let own = segments(self.texts.get(self.record.path));
        let pairs = own.zip(segments(self.path));
        pairs.filter_map(|(own, asked)| Some((own.strip_prefix(':')?, decoded(asked))))
    }
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
        let mut request = Segments::new(target);
        request.split()?;
        if request.is_reserved() || request.ends_with_slash() {
            return Err(NoMatch::NotFound);
        }
        let length = self.lengths.get(request.len()).ok_or(NoMatch::NotFound)?;
        let seed = self.seeds.first().map_or(0, |record| record.seed.get());
        let method = Method::from_word(method);
        let mut absent = NoMatch::NotFound;
        for mask in length.masks.of(self.masks) {
            let params = mask.params.get();
            let hash = Shape { segments: request.len(), params }.hash(seed, request.literals(params));
            let wanted = key(hash, method);
            for place in places(hash, self.slots.len()) {
                let Some(slot) = self.slots.get(place).filter(|slot| slot.route.get() != NONE) else { break };
                if !same_hash(slot.key.get(), wanted) {
                    continue;
                }
                let Some(record) = self.routes.get(slot.route.get() as usize) else { break };
                if !self.matches(record, params, &request) {
                    continue;
                }
                if slot.key.get() == wanted {
                    let (texts, params, path) = (self.texts, self.params, request.path());
                    return Ok(Match { texts, params, record, path });
                }
                absent = NoMatch::MethodNotAllowed;
            }
        }
        Err(absent)
    }

    /// Whether the path of a route has parameters at these places, and all else in common with the request's.
    #[inline]
    fn matches(&self, route: &RouteRecord, params: u64, request: &Segments<'_>) -> bool {
        if route.params.of(self.params).len() != params.count_ones() as usize {
            return false;
        }
        let mut own = self.texts.bytes(route.path);
        for literal in request.literals(params) {
            let Some(rest) = own.strip_prefix(literal) else { return false };
            own = match rest.strip_prefix(b":") {
                Some(name) => behind_name(name),
                None if rest.is_empty() => rest,
                None => return false,
            };
        }
        own.is_empty()
    }
}
