//! The platform's side of the service: operators and the pages they use, logins of commands, and the management of keys
//! and effects.
//!
//! What always holds:
//!
//! - Nobody who has no credential can make anything but a request for a login, which does nothing until an operator
//!   answers it. The first operator is made by a link that only whoever runs the service can ask for.
//! - Management takes no cookie, so that no page of another site can use one; the pages take nothing but the
//!   operator's cookie. App keys and app sessions open neither.
//! - Keys for the platform are made and ended by people only: a platform key that leaks cannot make itself a successor.

pub(crate) mod api_keys;
mod caller;
pub(crate) mod device;
pub mod documents;
pub(crate) mod effects;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod pages;
mod problem;
pub mod scopes;

use axum::extract::RawQuery;
use serde::de::DeserializeOwned;

use self::problem::Problem;

/// What a query says, all of which has to be known.
fn query<T: DeserializeOwned>(RawQuery(query): RawQuery) -> Result<T, Problem> {
    let query = query.unwrap_or_default();
    serde_urlencoded::from_str(&query).map_err(|error| Problem::Query(error.to_string()))
}
