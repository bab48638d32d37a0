//! The security report: what an artifact lets whom do, on one page for a reviewer.
//!
//! It is made from an opened artifact and from nothing else, so it tells what a runtime will enforce. It depends only
//! on what the schema says: not on the order of declarations, the version of the compiler, the time or the place.

use std::io;

use inspire_artifact::email::Email;
use inspire_artifact::integrations::Integration;
use inspire_artifact::namespace;
use inspire_artifact::network::Host;
use inspire_artifact::routes::Route;
use inspire_artifact::{Artifact, DecodeError};
use inspire_diagnostics::write_pretty_json;
use serde::Serialize;

mod auth;
mod entity;
mod findings;
mod markdown;
pub(crate) mod page;
pub(crate) mod policy;
mod principal;
pub(crate) mod route;
pub(crate) mod text;

pub use auth::Auth;
pub use entity::{Access, Entity, Extent, MarkedField, Reach, Tenancy, Type};
pub use findings::{DecidingEntity, Findings, MarkedEntity, MixedHandler, SignIn};
pub use policy::{Action, Permission, Policy, Who};
pub use principal::{Role, Scope, System};

/// The version of the report's JSON. Keys are only ever added; removing or renaming one raises it.
const VERSION: u32 = 1;

/// What an artifact lets whom do.
///
/// ```
/// # let sources = inspire_diagnostics::SourceMap::new([("app.inspire", "entity Note { @grant read to @public }")])?;
/// # let bytes = inspire::build(&sources).artifact.ok_or("no artifact")?;
/// let artifact = inspire_artifact::Artifact::from_bytes(&bytes)?;
/// let report = inspire::report::SecurityReport::new(&artifact)?;
/// assert_eq!(report.findings.public_reads.len(), 1);
/// assert!(report.to_text().contains("grant read on Note to anyone"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SecurityReport<'a> {
    /// The version of this form.
    pub version: u32,
    /// How much there is of everything.
    pub counts: Counts,
    /// What deserves a second look.
    pub findings: Findings<'a>,
    /// Open routes, then those for sessions, then those for API keys; each by path and method.
    pub routes: Vec<Route<'a>>,
    /// Entities by name, each with who may do what.
    pub entities: Vec<Entity<'a>>,
    /// The embedded types that have marked fields, by name.
    pub types: Vec<Type<'a>>,
    /// Scopes of API keys, by name.
    pub scopes: Vec<Scope<'a>>,
    /// Roles of people, by name.
    pub roles: Vec<Role<'a>>,
    /// Principals of the system itself, by name.
    pub systems: Vec<System<'a>>,
    /// Namespaces, by name.
    pub namespaces: Vec<Namespace<'a>>,
    /// The rules of signing in; none if nobody can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth<'a>>,
    /// The hosts that the app's functions may reach; none without a `network` block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Vec<Host<'a>>>,
    /// The services whose accounts users connect, by name.
    pub integrations: Vec<Integration<'a>>,
    /// Who sends the app's mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Email<'a>>,
}

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Routes.
    pub routes: usize,
    /// Entities, without the built-in one.
    pub entities: usize,
    /// Policies, those of scopes, roles and system principals included.
    pub policies: usize,
    /// Policies that do not say why.
    pub policies_without_why: usize,
    /// Scopes of API keys.
    pub scopes: usize,
    /// Roles, those that nothing declares included.
    pub roles: usize,
    /// Principals of the system itself.
    pub systems: usize,
    /// Namespaces.
    pub namespaces: usize,
}

/// One namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Namespace<'a> {
    /// Its name.
    pub name: &'a str,
    /// The principal attribute that holds the tenant.
    pub attribute: &'a str,
    /// Its entities, by name.
    pub entities: Vec<&'a str>,
}

impl<'a> SecurityReport<'a> {
    /// Reads `artifact`.
    ///
    /// # Errors
    /// The first section that is refused.
    pub fn new(artifact: &'a Artifact<'_>) -> Result<Self, DecodeError> {
        let (data, keys) = (artifact.data()?, artifact.api_keys()?);
        let (sections, namespaces) = (artifact.policies()?, artifact.namespaces()?);
        let policies = sections.map(|section| policy::all(section, data, keys)).unwrap_or_default();
        let routes = route::all(artifact.routes()?);
        let mut principals = principal::Principals::new(&policies);
        let mut report = Self {
            version: VERSION,
            counts: Counts::default(),
            findings: Findings::default(),
            entities: entity::all(data, namespaces, &policies),
            types: data.map(entity::types).unwrap_or_default(),
            scopes: principals.scopes(keys, &routes),
            roles: principals.roles(sections),
            systems: principals.systems(sections),
            namespaces: namespaces
                .iter()
                .flat_map(|section| section.namespaces().iter())
                .map(Namespace::new)
                .collect(),
            auth: artifact.auth()?.map(Auth::new),
            routes,
            network: artifact.network()?.map(|section| section.hosts().iter().collect()),
            integrations: artifact
                .integrations()?
                .map(|section| section.integrations().iter().collect())
                .unwrap_or_default(),
            email: artifact.email()?.and_then(|section| section.email()),
        };
        report.counts = report.count(&policies, data.map_or(0, |data| data.entities().len()));
        report.findings = Findings::of(&report);
        Ok(report)
    }

    /// The report for a person, in 80 columns.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::render(&page::page(self))
    }

    /// The report as GitHub-flavoured Markdown. Nothing a schema says can be taken for a mark of it.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::render(&page::page(self))
    }

    /// The report as a JSON document, with the artifact's own names.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        // Writing to memory does not fail, and neither do these types.
        let _: io::Result<()> = write_pretty_json(&mut text, self);
        String::from_utf8(text).unwrap_or_default()
    }

    fn count(&self, policies: &[Policy<'_>], entities: usize) -> Counts {
        Counts {
            routes: self.routes.len(),
            entities,
            policies: policies.len(),
            policies_without_why: policies.iter().filter(|policy| policy.why.is_none()).count(),
            scopes: self.scopes.len(),
            roles: self.roles.len(),
            systems: self.systems.len(),
            namespaces: self.namespaces.len(),
        }
    }
}

impl<'a> Namespace<'a> {
    fn new(namespace: namespace::Namespace<'a>) -> Self {
        let mut entities: Vec<_> = namespace.entities.iter().map(|member| member.entity).collect();
        entities.sort_unstable();
        Self { name: namespace.name, attribute: namespace.attribute, entities }
    }
}
