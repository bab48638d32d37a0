//! An artifact as one serialisable value, in the artifact's own names.
//!
//! Indexes appear as the names they lead to. The value is for people and tools; nothing is ever read back from it.

use serde::{Serialize, Serializer};

use crate::api_keys::{ApiKeys, Scope};
use crate::artifact::Artifact;
use crate::auth::{Attribute, Auth, Linking, PasswordPolicy, Provider};
use crate::container::Digest;
use crate::container::read::SectionInfo;
use crate::docs::Doc;
use crate::email::Email;
use crate::entity::{Data, Entity, Enum, Type};
use crate::error::DecodeError;
use crate::hook::{Hook, Hooks, Schedule};
use crate::integrations::{Integration, Integrations};
use crate::namespace::{Namespace, Namespaces};
use crate::network::{Host, Network};
use crate::payments::Payments;
use crate::policy::{Policies, Policy, System};
use crate::routes::{Route, Routes};
use crate::signature::Signature;
use crate::validation::{Validation, Validations};
use crate::view::Items;

/// An artifact as a value that any serde format can write.
#[derive(Debug, Serialize)]
pub struct ArtifactJson<'a> {
    format: String,
    digest: Digest,
    producer: &'a str,
    language_version: u32,
    sections: &'a [SectionInfo],
    /// What the file says of its signature, which is not checked here; absent too if it is no signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<AuthJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_keys: Option<Items<'a, Scope<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    routes: Option<Items<'a, Route<'a>>>,
    #[serde(flatten)]
    data: Option<DataJson<'a>>,
    #[serde(flatten)]
    policies: Option<PoliciesJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespaces: Option<Items<'a, Namespace<'a>>>,
    #[serde(flatten)]
    hooks: Option<HooksJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validations: Option<Items<'a, Validation<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payments: Option<Payments<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integrations: Option<Items<'a, Integration<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Items<'a, Host<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Email<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    docs: Vec<Doc<'a>>,
}

#[derive(Debug, Serialize)]
struct AuthJson<'a> {
    providers: Vec<Provider>,
    session_duration_seconds: u64,
    linking: Linking,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<PasswordPolicy>,
    principal: Items<'a, Attribute<'a>>,
}

#[derive(Debug, Serialize)]
struct DataJson<'a> {
    entities: Items<'a, Entity<'a>>,
    enums: Items<'a, Enum<'a>>,
    types: Items<'a, Type<'a>>,
}

#[derive(Debug, Serialize)]
struct PoliciesJson<'a> {
    policies: Items<'a, Policy<'a>>,
    systems: Items<'a, System<'a>>,
}

#[derive(Debug, Serialize)]
struct HooksJson<'a> {
    hooks: Items<'a, Hook<'a>>,
    schedules: Items<'a, Schedule<'a>>,
}

impl Artifact<'_> {
    /// The whole artifact as a value to serialise.
    ///
    /// # Errors
    /// The first section that is refused.
    pub fn to_json(&self) -> Result<ArtifactJson<'_>, DecodeError> {
        let (major, minor) = self.format_version();
        let meta = self.meta()?;
        let data = self.data()?;
        Ok(ArtifactJson {
            format: format!("{major}.{minor}"),
            digest: self.digest(),
            producer: &meta.producer,
            language_version: meta.language_version,
            sections: self.sections(),
            signature: self.signature().ok().flatten(),
            docs: self.docs()?,
            auth: self.auth()?.map(AuthJson::from),
            api_keys: self.api_keys()?.map(|keys: ApiKeys<'_>| keys.scopes()),
            routes: self.routes()?.map(|routes: Routes<'_>| routes.routes()),
            data: data.map(DataJson::from),
            policies: self.policies()?.map(|policies| PoliciesJson::new(policies, data)),
            namespaces: self.namespaces()?.map(|section: Namespaces<'_>| section.namespaces()),
            hooks: self.hooks()?.map(HooksJson::from),
            validations: self.validations()?.map(|section: Validations<'_>| section.validations()),
            payments: self.payments()?.and_then(|section| section.payments()),
            integrations: self.integrations()?.map(|section: Integrations<'_>| section.integrations()),
            network: self.network()?.map(|section: Network<'_>| section.hosts()),
            email: self.email()?.and_then(|section| section.email()),
        })
    }
}

impl<'a> From<Auth<'a>> for AuthJson<'a> {
    fn from(auth: Auth<'a>) -> Self {
        Self {
            providers: auth.providers().collect(),
            session_duration_seconds: auth.session_duration_seconds(),
            linking: auth.linking(),
            password: auth.password(),
            principal: auth.attributes(),
        }
    }
}

impl<'a> From<Data<'a>> for DataJson<'a> {
    fn from(data: Data<'a>) -> Self {
        Self { entities: data.entities(), enums: data.enums(), types: data.types() }
    }
}

impl<'a> From<Hooks<'a>> for HooksJson<'a> {
    fn from(hooks: Hooks<'a>) -> Self {
        Self { hooks: hooks.hooks(), schedules: hooks.schedules() }
    }
}

impl<'a> PoliciesJson<'a> {
    fn new(policies: Policies<'a>, data: Option<Data<'a>>) -> Self {
        Self { policies: policies.policies(data), systems: policies.systems() }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
