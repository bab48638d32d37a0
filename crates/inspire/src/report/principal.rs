//! Those who are not just signed in: scopes of API keys, roles, principals of the system itself.

use std::collections::BTreeMap;

use inspire_artifact::api_keys::ApiKeys;
use inspire_artifact::policy::{Policies, SystemKind};
use inspire_artifact::routes::Route;
use serde::Serialize;

use super::policy::{Policy, Who};
use super::route;

/// A scope of API keys.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scope<'a> {
    /// Its name.
    pub name: &'a str,
    /// The name of its system principal.
    pub system: &'a str,
    /// The routes that ask for it, as `METHOD /path`.
    pub routes: Vec<String>,
    /// What it grants, by entity.
    pub policies: Vec<Policy<'a>>,
}

/// A role of people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Role<'a> {
    /// Its name, as in `role(Name)`.
    pub name: &'a str,
    /// The `@system` block that declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<&'a str>,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<&'a str>,
    /// What it grants and denies beyond what every signed-in user may do, by entity.
    pub policies: Vec<Policy<'a>>,
}

/// A principal of the system itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct System<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it may do, by entity.
    pub policies: Vec<Policy<'a>>,
}

/// What each principal may do.
pub(super) struct Principals<'a> {
    of: BTreeMap<Who<'a>, Vec<Policy<'a>>>,
}

impl<'a> Principals<'a> {
    /// Sorts `policies`, which stand by entity, by whom they concern.
    pub(super) fn new(policies: &[Policy<'a>]) -> Self {
        let mut of: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for policy in policies.iter().filter(|policy| !matches!(policy.to, Who::Anyone | Who::SignedIn)) {
            of.entry(policy.to).or_default().push(policy.clone());
        }
        Self { of }
    }

    fn take(&mut self, who: Who<'a>) -> Vec<Policy<'a>> {
        self.of.remove(&who).unwrap_or_default()
    }

    /// All scopes, by name; `routes` are those of the artifact.
    pub(super) fn scopes(&mut self, keys: Option<ApiKeys<'a>>, routes: &[Route<'a>]) -> Vec<Scope<'a>> {
        let mut asking: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (scope, one) in routes.iter().filter_map(|one| Some((one.scope?, one))) {
            asking.entry(scope).or_default().push(route::name(one));
        }
        let scopes = keys.iter().flat_map(|keys| keys.scopes().iter());
        scopes
            .map(|one| Scope {
                name: one.name,
                system: one.system,
                routes: asking.remove(one.name).unwrap_or_default(),
                policies: self.take(Who::Scope { name: one.name }),
            })
            .collect()
    }

    /// All roles, by name; those that nothing declares, too.
    pub(super) fn roles(&mut self, policies: Option<Policies<'a>>) -> Vec<Role<'a>> {
        let systems = policies.iter().flat_map(|policies| policies.systems().iter());
        let declared = systems.filter(|system| system.kind == SystemKind::Role);
        let mut roles: Vec<_> = declared
            .map(|system| Role {
                name: system.role_name,
                system: Some(system.name),
                display_name: Some(system.display_name),
                policies: self.take(Who::Role { name: system.role_name, declared: true }),
            })
            .collect();
        let undeclared = self.of.extract_if(.., |who, _| matches!(who, Who::Role { .. }));
        roles.extend(undeclared.filter_map(|(who, policies)| match who {
            Who::Role { name, .. } => Some(Role { name, system: None, display_name: None, policies }),
            _ => None,
        }));
        roles.sort_by_key(|role| role.name);
        roles
    }

    /// All principals of the system itself, by name.
    pub(super) fn systems(&mut self, policies: Option<Policies<'a>>) -> Vec<System<'a>> {
        let systems = policies.iter().flat_map(|policies| policies.systems().iter());
        systems
            .filter(|system| system.kind == SystemKind::System)
            .map(|system| System {
                name: system.name,
                policies: self.take(Who::System { name: system.name }),
            })
            .collect()
    }
}
