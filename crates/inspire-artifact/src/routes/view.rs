//! What a reader sees of `RTES`.

use serde::Serialize;

use super::{AuthMode, Method, ParamRecord, RateUnit, RouteRecord, Routes};
use crate::strings::Texts;
use crate::view::{Items, View};

/// One route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Route<'a> {
    /// The method.
    pub method: Method,
    /// The full path, parameters as `:name`.
    pub path: &'a str,
    /// The handler's name.
    pub handler: &'a str,
    /// The credential it asks for.
    pub auth: AuthMode,
    /// The scope that an API key must have, if `auth` is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'a str>,
    /// The rate limit, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// The parameters' names, from left to right.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub params: Items<'a, Param<'a>>,
}

/// So many requests per window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RateLimit {
    /// Requests, at least 1.
    pub count: u64,
    /// The window.
    pub unit: RateUnit,
}

impl RateUnit {
    /// The window's length in seconds.
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }
}

/// The name of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Param<'a> {
    /// Its name, without the colon.
    pub name: &'a str,
}

impl<'a> View<'a> for Param<'a> {
    type Section = Texts<'a>;
    type Record = ParamRecord;

    fn of(texts: Texts<'a>, record: &'a ParamRecord) -> Self {
        Self { name: texts.get(record.name) }
    }
}

impl<'a> View<'a> for Route<'a> {
    type Section = Routes<'a>;
    type Record = RouteRecord;

    fn of(section: Routes<'a>, record: &'a RouteRecord) -> Self {
        Self::read(section.texts, section.params, record)
    }
}

impl<'a> Routes<'a> {
    /// All routes, by path and method.
    pub fn routes(&self) -> Items<'a, Route<'a>> {
        Items::new(*self, self.routes)
    }
}

impl<'a> Route<'a> {
    /// The route of a record, with the texts and the parameters of its section.
    #[inline]
    pub(super) fn read(texts: Texts<'a>, params: &'a [ParamRecord], record: &'a RouteRecord) -> Self {
        let auth = record.auth.get();
        let count = record.rate_count.get();
        Self {
            method: record.method.get(),
            path: texts.get(record.path),
            handler: texts.get(record.handler),
            auth,
            scope: (auth == AuthMode::ApiKey).then(|| texts.get(record.scope_name)),
            rate_limit: (count > 0).then(|| RateLimit { count, unit: record.rate_unit.get() }),
            params: Items::new(texts, record.params.of(params)),
        }
    }
}
