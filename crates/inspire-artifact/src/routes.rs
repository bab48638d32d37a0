//! `RTES`: the HTTP routes, and the trie that finds one.
//!
//! Routes are sorted by path, then method. The trie is a function of the routes; [`Tables::build_trie`] fills it.

use zerocopy::little_endian::{U32, U64};

use crate::record::{Code, List, Text, codes, records};
use crate::strings::hash;
use crate::table::tables;

mod check;
mod find;
mod path;
mod trie;
mod view;

pub use find::{Match, NoMatch};
pub use view::{Param, RateLimit, Route};

codes! {
    /// An HTTP method that a route can have.
    pub enum Method {
        /// `GET`; does not imply `HEAD`.
        Get = 0 "GET",
        /// `HEAD`.
        Head = 1 "HEAD",
        /// `POST`.
        Post = 2 "POST",
        /// `PUT`.
        Put = 3 "PUT",
        /// `PATCH`.
        Patch = 4 "PATCH",
        /// `DELETE`.
        Delete = 5 "DELETE",
        /// `OPTIONS`.
        Options = 6 "OPTIONS",
        => Delete
    }

    /// The credential a route asks for.
    pub enum AuthMode {
        /// An app session.
        Session = 0 "session",
        /// An API key of one scope.
        ApiKey = 1 "api_key",
        /// Nothing.
        None = 2 "none",
        => ApiKey
    }

    /// The window of a rate limit.
    pub enum RateUnit {
        /// One second.
        Second = 0 "second",
        /// Sixty seconds.
        Minute = 1 "minute",
        /// 3,600 seconds.
        Hour = 2 "hour",
        /// 86,400 seconds.
        Day = 3 "day",
        => Day
    }
}

records! {
    /// One route; the table is sorted by `path` (bytes), then `method`.
    pub struct RouteRecord {
        /// The method.
        pub method: Code<Method>,
        /// The credential it asks for.
        pub auth: Code<AuthMode>,
        /// The scope in `KEYS` if `auth` is an API key, else NONE.
        pub scope: U32,
        /// That scope's name, else empty.
        pub scope_name: Text,
        /// The full path, parameters as `:name`.
        pub path: Text,
        /// The handler's name.
        pub handler: Text,
        /// Requests per window; 0 is no limit.
        pub rate_count: U64,
        /// The window; `Second` if there is no limit.
        pub rate_unit: Code<RateUnit>,
        /// Into `params`, from left to right.
        pub params: List,
    }

    /// One parameter of a route.
    pub struct ParamRecord {
        /// Its name, without the colon.
        pub name: Text,
    }

    /// One place of the trie; the root is 0, the others follow in pre-order, literal edges before the parameter.
    pub struct NodeRecord {
        /// Into `edges`, sorted by key, then by segment (bytes).
        pub literals: List,
        /// The node behind any one segment, or NONE.
        pub param: U32,
        /// Into `endpoints`, sorted by method: the routes that end here.
        pub endpoints: List,
    }

    /// A literal segment that leads to another node.
    pub struct EdgeRecord {
        /// The upper half of the segment's hash.
        pub key: U32,
        /// The segment, without slashes.
        pub segment: Text,
        /// Where it leads.
        pub node: U32,
    }

    /// A route that ends at a node.
    pub struct EndpointRecord {
        /// Its method.
        pub method: Code<Method>,
        /// Its index in `routes`.
        pub route: U32,
    }
}

/// The key of a literal segment. Keys are as good as random, so that equal ones are rare however alike segments are.
#[inline]
fn key(segment: &[u8]) -> u32 {
    (hash(0, segment) >> 32) as u32
}

tables! {
    /// The `RTES` section of a file.
    pub struct Routes = Routes {
        /// Sorted by path, then method.
        routes: RouteRecord,
        /// Tiled by `routes.params`.
        params: ParamRecord,
        /// Filled by [`Tables::build_trie`].
        nodes: NodeRecord,
        /// Filled by [`Tables::build_trie`].
        edges: EdgeRecord,
        /// Filled by [`Tables::build_trie`].
        endpoints: EndpointRecord,
    }
}
