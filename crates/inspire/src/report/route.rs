//! The routes in the order a reviewer reads them: what is open first.

use inspire_artifact::routes::{AuthMode, Route, Routes};

/// All routes: open ones, those for sessions, those for API keys; each by path and method.
pub(super) fn all(routes: Option<Routes<'_>>) -> Vec<Route<'_>> {
    let mut all: Vec<_> = routes.iter().flat_map(|routes| routes.routes().iter()).collect();
    // The artifact has them by path and method, and the sort is stable.
    all.sort_by_key(|route| match route.auth {
        AuthMode::None => 0,
        AuthMode::Session => 1,
        AuthMode::ApiKey => 2,
    });
    all
}

/// What tells a route from every other: `GET /v1/players/:playerId`.
pub(crate) fn name(route: &Route<'_>) -> String {
    format!("{} {}", route.method.as_str(), route.path)
}
