//! Integrations: services whose accounts users connect.

pub use inspire_artifact::integrations::{Access, Mode, Onboarding, Service};
use inspire_diagnostics::Location;

/// One integration. Secrets stand here by name.
#[derive(Debug)]
pub struct Integration<'a> {
    /// Where its name stands; its doc comment stands before this place.
    pub location: Location,
    /// Its name.
    pub name: &'a str,
    /// The kind of service.
    pub service: Service,
    /// Whether users have to connect.
    pub mode: Mode,
    /// When they are asked to.
    pub onboarding: Onboarding,
    /// What the app may do with the account.
    pub access: Access,
    /// The secrets with the client's id and secret; none if the platform's client is used.
    pub client: Option<(&'a str, &'a str)>,
    /// The OAuth scopes that are asked for.
    pub scopes: Vec<&'a str>,
    /// The OAuth scopes that are asked for when a user first needs more.
    pub upgrade_scopes: Vec<&'a str>,
    /// `authorizeUrl`, `tokenUrl`, `accountUrl`, `revokeUrl`; empty where there is none.
    pub urls: [&'a str; 4],
    /// `accountIdPath`, `accountEmailPath`, `accountNamePath`; empty where there is none.
    pub paths: [&'a str; 3],
}
