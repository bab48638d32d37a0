//! `RTES`

use inspire_artifact::debug::Subject;
use inspire_artifact::routes::{self as artifact, AuthMode, ParamRecord, RouteRecord, Tables};
use inspire_artifact::{List, NONE, Text};
use inspire_syntax::ast::RateUnit;

use super::{Origins, add_doc};
use crate::model::{Access, Method, Route, Scope};

const ROUTES: u8 = 0;

pub(super) fn lower<'a>(
    routes: Vec<Route<'a>>,
    scopes: Option<&[Scope<'a>]>,
    origins: &mut Origins<'_, 'a>,
) -> Tables {
    let mut tables = Tables::default();
    tables.routes.reserve_exact(routes.len());
    for (i, item) in routes.iter().enumerate() {
        let record = route(&mut tables, scopes.unwrap_or_default(), item);
        tables.routes.push(record);
        let doc = origins.doc(item.location.file, item.start);
        add_doc(&mut tables.strings, &mut tables.docs, ROUTES.into(), i, doc);
        origins.place(Subject::Routes, ROUTES, i, item.location);
    }
    drop(routes);
    tables.build_index();
    tables
}

fn route<'a>(tables: &mut Tables, scopes: &[Scope<'a>], route: &Route<'a>) -> RouteRecord {
    let first = tables.params.len();
    let segments = route.path.as_bytes().split(|byte| *byte == b'/');
    for name in segments.filter_map(|segment| segment.strip_prefix(b":")) {
        let name = tables.strings.intern(std::str::from_utf8(name).unwrap_or_default());
        tables.params.push(ParamRecord { name });
    }
    let (auth, scope, scope_name) = match route.access {
        Access::Session => (AuthMode::Session, NONE, Text::EMPTY),
        Access::None => (AuthMode::None, NONE, Text::EMPTY),
        Access::ApiKey(id) => {
            let name = scopes.get(id.0 as usize).map_or("", |scope| scope.name);
            (AuthMode::ApiKey, id.0, tables.strings.intern(name))
        }
    };
    let unit = match route.rate_limit.map(|rate| rate.unit) {
        None | Some(RateUnit::Second) => artifact::RateUnit::Second,
        Some(RateUnit::Minute) => artifact::RateUnit::Minute,
        Some(RateUnit::Hour) => artifact::RateUnit::Hour,
        Some(RateUnit::Day) => artifact::RateUnit::Day,
    };
    RouteRecord {
        method: method(route.method).into(),
        auth: auth.into(),
        scope: scope.into(),
        scope_name,
        path: tables.strings.intern(route.path),
        handler: tables.strings.intern(route.handler),
        rate_count: route.rate_limit.map_or(0, |rate| rate.count).into(),
        rate_unit: unit.into(),
        params: List::since(first, tables.params.len()),
    }
}

fn method(method: Method) -> artifact::Method {
    match method {
        Method::Get => artifact::Method::Get,
        Method::Head => artifact::Method::Head,
        Method::Post => artifact::Method::Post,
        Method::Put => artifact::Method::Put,
        Method::Patch => artifact::Method::Patch,
        Method::Delete => artifact::Method::Delete,
        Method::Options => artifact::Method::Options,
    }
}
