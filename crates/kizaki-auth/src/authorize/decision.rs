//! Whether a request may pass, out of the route it means and what became of its credential. Nothing here asks anyone.

use inspire_artifact::routes::{AuthMode, Method, NoMatch, RateLimit, Route, Routes};
use kizaki_store::{ApiAccess, KeyId};

use crate::session::Session;

/// A request that may pass, unless the limit of its route says no.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// The route asks for nothing.
    Open,
    /// A key of the route's scope.
    Key(ApiAccess),
    /// A signed-in user.
    User(Session),
}

/// What became of the credential that a route asks for. Credentials of other kinds are not looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Checked {
    /// The route asks for none.
    Nothing,
    /// An API key was asked for: the one that was accepted, if any.
    Key(Option<ApiAccess>),
    /// A session was asked for: the one that is live, if any.
    Session(Option<Session>),
}

/// Why a request may not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot be understood, and why.
    Malformed(&'static str),
    /// It has no valid credential of the kind that the route asks for.
    Unauthorized {
        /// What the route asks for.
        asked: AuthMode,
    },
    /// The key is valid, and not for this route's scope.
    Scope,
    /// A page of another site would change something with the cookie of a session.
    CrossSite,
    /// No route has its path.
    NotFound,
    /// Routes have its path, and these methods.
    MethodNotAllowed(Vec<Method>),
    /// The limit of the route is used up.
    Limited {
        /// Seconds until the window ends, at least 1.
        retry_after: u64,
    },
    /// Something inside failed, so that nothing is known.
    Unavailable,
}

/// The route that a request means.
///
/// # Errors
///
/// It means none.
pub fn route<'a>(routes: Option<Routes<'a>>, method: &str, target: &str) -> Result<Route<'a>, Refusal> {
    let routes = routes.ok_or(Refusal::NotFound)?;
    match routes.find(method, target) {
        Ok(found) => Ok(found.route()),
        Err(NoMatch::Malformed) => Err(Refusal::Malformed("the path could be read in more than one way")),
        Err(NoMatch::NotFound) => Err(Refusal::NotFound),
        Err(NoMatch::MethodNotAllowed) => {
            let has = |method: &&Method| routes.find(method.as_str(), target).is_ok();
            Err(Refusal::MethodNotAllowed(Method::ALL.iter().filter(has).copied().collect()))
        }
    }
}

/// Decides by the route's own `auth` whether what was checked opens it.
///
/// # Errors
///
/// It does not, or something else was checked than the route asks for.
pub fn admit(route: &Route<'_>, checked: Checked) -> Result<Admission, Refusal> {
    let asked = route.auth;
    match (asked, checked) {
        (AuthMode::None, Checked::Nothing) => Ok(Admission::Open),
        (AuthMode::Session, Checked::Session(Some(session))) => Ok(Admission::User(session)),
        (AuthMode::ApiKey, Checked::Key(Some(access))) => match route.scope {
            Some(scope) if scope == access.scope => Ok(Admission::Key(access)),
            _ => Err(Refusal::Scope),
        },
        (AuthMode::Session, Checked::Session(None)) | (AuthMode::ApiKey, Checked::Key(None)) => {
            Err(Refusal::Unauthorized { asked })
        }
        (AuthMode::None | AuthMode::Session | AuthMode::ApiKey, _) => Err(Refusal::Unavailable),
    }
}

/// What a limit is counted by, and the limit.
pub(crate) fn limit(route: &Route<'_>, admission: &Admission, address: &str) -> Option<(RateLimit, String)> {
    let subject = match admission {
        Admission::Open => format!("address:{address}"),
        Admission::Key(access) => format!("key:{}", KeyId::as_str(&access.id)),
        Admission::User(session) => format!("session:{}", session.id),
    };
    Some((route.rate_limit?, subject))
}
