//! Who calls the management of the service: a command that an operator has signed in with, or whoever has a platform
//! key. Both come by `Authorization: Bearer`, and nothing else is looked at.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use kizaki_store::{Actor, Check, LoginAccess, Logins, PlatformAccess};

use super::problem::Problem;
use crate::credentials::bearer;
use crate::service::Service;

/// Who calls, with a credential that was accepted.
pub(crate) enum Caller {
    /// A person at a command.
    Login(LoginAccess),
    /// A program with a platform key.
    Key(PlatformAccess),
}

/// A person at a command, where programs are not let in.
pub(crate) struct Person(pub(super) LoginAccess);

/// The id in a path, as it stands there.
pub(crate) struct Named(pub(super) String);

impl Caller {
    /// As the audit names them.
    pub(super) fn actor(&self) -> Actor<'_> {
        match self {
            Self::Login(login) => Actor::Login(&login.id),
            Self::Key(key) => Actor::PlatformKey(&key.id),
        }
    }
}

impl FromRequestParts<Arc<Service>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Problem> {
        let presented = bearer(&parts.headers).ok_or(Problem::Unauthorized)?;
        let checked = if Logins::is_meant(presented) {
            service.ask(service.store.logins().check(presented)).await?.map(Self::Login)
        } else {
            service.ask(service.store.platform_keys().check(presented)).await?.map(Self::Key)
        };
        match checked {
            Check::Accepted(caller) => Ok(caller),
            Check::Refused(reason) => {
                tracing::info!(%reason, "a credential of the platform was refused");
                Err(Problem::Unauthorized)
            }
        }
    }
}

impl FromRequestParts<Arc<Service>> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Problem> {
        match Caller::from_request_parts(parts, service).await? {
            Caller::Login(login) => Ok(Self(login)),
            Caller::Key(_) => Err(Problem::NotAPerson),
        }
    }
}

impl FromRequestParts<Arc<Service>> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Infallible> {
        let id = Path::<String>::from_request_parts(parts, service).await;
        // What is no text is no id of anything.
        Ok(Self(id.map_or_else(|_| "\u{fffd}".to_owned(), |Path(id)| id)))
    }
}
