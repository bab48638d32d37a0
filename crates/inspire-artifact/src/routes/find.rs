//! A request's method and path to the one route it means.
//!
//! Of all routes of the method that match the whole path the most specific wins: segment by segment from the left,
//! a literal before a parameter. Nothing is allocated but the parameters.

use std::borrow::Cow;

use super::index::{bit, key, places, same_hash};
use super::path::{Malformed, Segments};
use super::{Method, Route, RouteRecord, Routes};
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
        let seed = self.seeds.first().map_or(0, |record| record.seed.get());
        let mut segments = Segments::new(target, seed);
        segments.split()?;
        if segments.is_reserved() || segments.ends_with_slash() {
            return Err(NoMatch::NotFound);
        }
        let length = self.lengths.get(segments.len()).ok_or(NoMatch::NotFound)?;
        let method = Method::from_word(method);
        let mut absent = NoMatch::NotFound;
        for mask in length.masks.of(self.masks) {
            let params = mask.params.get();
            let hash = segments.shape(params).hash();
            let wanted = key(hash, method);
            for place in places(hash, self.slots.len()) {
                let Some(slot) = self.slots.get(place).filter(|slot| slot.route.get() != NONE) else { break };
                if !same_hash(slot.key.get(), wanted) {
                    continue;
                }
                let Some(route) = self.routes.get(slot.route.get() as usize) else { break };
                if !self.matches(route, params, &segments) {
                    continue;
                }
                if slot.key.get() == wanted {
                    return Ok(self.matched(route, params, &segments));
                }
                absent = NoMatch::MethodNotAllowed;
            }
        }
        Err(absent)
    }

    /// Whether the path of the route has parameters at these places, and all else in common with the request's.
    #[inline]
    fn matches(&self, route: &RouteRecord, params: u64, segments: &Segments<'_>) -> bool {
        let names = route.params.of(self.params);
        if names.len() != params.count_ones() as usize {
            return false;
        }
        let (mut own, mut asked) = (self.texts.bytes(route.path), segments.path().as_bytes());
        let (mut left, mut behind) = (params, 0);
        for name in names {
            let number = left.leading_zeros() as usize;
            left &= !bit(number);
            let Some(span) = segments.span(number) else { return false };
            let before = asked.get(..span.start - behind).unwrap_or_default();
            let Some(rest) = own.strip_prefix(before).and_then(|rest| rest.strip_prefix(b":")) else {
                return false;
            };
            own = rest.get(name.name.len.get() as usize..).unwrap_or_default();
            asked = asked.get(span.end - behind..).unwrap_or_default();
            behind = span.end;
        }
        own == asked
    }

    fn matched<'p>(&self, record: &'a RouteRecord, params: u64, segments: &Segments<'p>) -> Match<'a, 'p> {
        let mut left = params;
        let params = record.params.of(self.params).iter().map(|param| {
            let number = left.leading_zeros() as usize;
            left &= !bit(number);
            (self.texts.get(param.name), segments.decoded(number))
        });
        Match { params: params.collect(), route: self.view(record) }
    }
}
