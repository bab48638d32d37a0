//! `RTES`: the HTTP routes, and the index that finds one.
//!
//! Routes are sorted by path, then method. The index is a function of them; [`Tables::build_index`] fills it.

use zerocopy::little_endian::{U32, U64};

use crate::record::{Code, List, Text, codes, records};
use crate::table::tables;

mod check;
mod find;
mod index;
mod path;
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

    /// What the hashes of the index begin with.
    pub struct SeedRecord {
        /// The hash of all paths.
        pub seed: U64,
    }

    /// The routes with as many segments as there are records before.
    pub struct LengthRecord {
        /// Into `masks`, ascending: where the parameters of these routes are.
        pub masks: List,
    }

    /// Places that are parameters in some route.
    pub struct MaskRecord {
        /// A bit for each parameter, the highest for the first segment.
        pub params: U64,
    }

    /// A place of the hash table of the routes.
    pub struct SlotRecord {
        /// The upper half of the hash, with the method in its lowest three bits; 0 if the place is free.
        pub key: U32,
        /// Its index in `routes`, or NONE if the place is free.
        pub route: U32,
    }
}

tables! {
    /// The `RTES` section of a file.
    pub struct Routes = Routes {
        /// Sorted by path, then method.
        routes: RouteRecord,
        /// Tiled by `routes.params`.
        params: ParamRecord,
        /// Exactly one. Filled by [`Tables::build_index`].
        seeds: SeedRecord,
        /// Filled by [`Tables::build_index`].
        lengths: LengthRecord,
        /// Filled by [`Tables::build_index`].
        masks: MaskRecord,
        /// Filled by [`Tables::build_index`].
        slots: SlotRecord,
    }
}
