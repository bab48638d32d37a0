//! The rules of `RTES`: each route by itself, and the index as the one that belongs to them.

use zerocopy::IntoBytes as _;

use super::index::{Index, Twice};
use super::path::{broken_rule, params};
use super::{AuthMode, RateUnit, RouteRecord, Routes};
use crate::check::{Check, Rules, ascending, at_most, hold, tiles, within};
use crate::limits;
use crate::meta::Counts;
use crate::record::NONE;
use crate::table::Place;

impl Rules for Routes<'_> {
    fn check(&self, counts: &Counts) -> Check {
        at_most(self.routes.len(), limits::ROUTES, "routes")?;
        tiles(self.routes.iter().map(|route| route.params), "routes", self.params.len())?;
        for (record, route) in self.routes.iter().enumerate() {
            self.route(route, Place { table: "routes", record }, counts)?;
        }
        ascending(self.routes, "routes", |route| (self.texts.bytes(route.path), route.method.get()))?;
        self.index()
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

    /// Makes the index anew. It holds no two routes that one request could mean alike.
    fn index(&self) -> Check {
        let routes = self.routes.iter();
        let (own, twice) = Index::of(routes.map(|route| (route.method.get(), self.texts.get(route.path))));
        if let Some(Twice(record)) = twice {
            return hold(false, Place { table: "routes", record }, "two routes have one method and shape");
        }
        let agree = [
            ("seeds", own.seeds.as_bytes() == self.seeds.as_bytes()),
            ("lengths", own.lengths.as_bytes() == self.lengths.as_bytes()),
            ("masks", own.masks.as_bytes() == self.masks.as_bytes()),
            ("slots", own.slots.as_bytes() == self.slots.as_bytes()),
        ];
        agree.into_iter().try_for_each(|(table, agree)| {
            hold(agree, Place { table, record: 0 }, "the index is not the one of the routes")
        })
    }
}
