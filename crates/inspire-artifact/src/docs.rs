//! The doc comments of an artifact, each with what it is about.

use serde::{Serialize, Serializer};

use crate::artifact::Artifact;
use crate::container::SectionId;
use crate::entity::Data;
use crate::error::DecodeError;
use crate::record::{DocRecord, List};
use crate::strings::Texts;
use crate::validation::Validations;

/// A doc comment of the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doc<'a> {
    /// The section that holds what it is about.
    #[serde(serialize_with = "letters")]
    pub section: SectionId,
    /// What it is about: `Profile`, `Profile.nickname`, `GET /v1/players`, `scope read`, `principal.rank`.
    pub subject: String,
    /// The comment's lines, joined by `\n`.
    pub text: &'a str,
}

impl Artifact<'_> {
    /// All doc comments, by section and then in the order of its tables.
    ///
    /// # Errors
    /// The first section that is refused.
    pub fn docs(&self) -> Result<Vec<Doc<'_>>, DecodeError> {
        let mut found = Vec::new();
        if let Some(auth) = self.auth()? {
            add(&mut found, SectionId::Auth, auth.texts, auth.docs, |table, record| match table {
                2 => auth.attributes.get(record).map(|it| format!("principal.{}", auth.texts.get(it.name))),
                _ => Some("auth".to_owned()),
            });
        }
        if let Some(keys) = self.api_keys()? {
            add(&mut found, SectionId::Keys, keys.texts, keys.docs, |_, record| {
                keys.scopes.get(record).map(|it| format!("scope {}", keys.texts.get(it.name)))
            });
        }
        if let Some(routes) = self.routes()? {
            add(&mut found, SectionId::Routes, routes.texts, routes.docs, |_, record| {
                let record = routes.routes.get(record)?;
                Some(format!("{} {}", record.method.get(), routes.texts.get(record.path)))
            });
        }
        let data = self.data()?;
        if let Some(data) = data {
            add(&mut found, SectionId::Data, data.texts, data.docs, |table, record| {
                data.subject(table, record)
            });
        }
        if let Some(policies) = self.policies()? {
            let entity = |entity: u32| data.map_or("__User", |data| data.entity_name(entity));
            add(
                &mut found,
                SectionId::Policies,
                policies.texts,
                policies.docs,
                |table, record| match table {
                    0 => policies
                        .policies
                        .get(record)
                        .map(|it| format!("policy of {}", entity(it.entity.get()))),
                    _ => policies
                        .systems
                        .get(record)
                        .map(|it| format!("@system {}", policies.texts.get(it.name))),
                },
            );
        }
        if let Some(namespaces) = self.namespaces()? {
            add(&mut found, SectionId::Namespaces, namespaces.texts, namespaces.docs, |_, record| {
                namespaces
                    .namespaces
                    .get(record)
                    .map(|it| format!("namespace {}", namespaces.texts.get(it.name)))
            });
        }
        if let Some(hooks) = self.hooks()? {
            let name = |text| hooks.texts.get(text);
            add(&mut found, SectionId::Hooks, hooks.texts, hooks.docs, |table, record| match table {
                0 => hooks
                    .hooks
                    .get(record)
                    .map(|it| format!("hook {} of {}", name(it.handler), name(it.entity_name))),
                _ => hooks.schedules.get(record).map(|it| format!("schedule {}", name(it.name))),
            });
        }
        if let Some(section) = self.validations()? {
            add(&mut found, SectionId::Validations, section.texts, section.docs, |table, record| {
                section.subject(table, record)
            });
        }
        if let Some(section) = self.payments()? {
            let name = |text| section.texts.get(text);
            add(&mut found, SectionId::Payments, section.texts, section.docs, |table, record| match table {
                1 => section.plans.get(record).map(|it| format!("plan {}", name(it.name))),
                3 => section.hooks.get(record).map(|it| format!("hook {} of payments", name(it.handler))),
                _ => Some("payments".to_owned()),
            });
        }
        if let Some(section) = self.integrations()? {
            let name = |text| section.texts.get(text);
            add(&mut found, SectionId::Integrations, section.texts, section.docs, |_, record| {
                section.integrations.get(record).map(|it| format!("integration {}", name(it.name)))
            });
        }
        if let Some(section) = self.network()? {
            add(&mut found, SectionId::Network, section.texts, section.docs, |_, _| {
                Some("network".to_owned())
            });
        }
        if let Some(section) = self.email()? {
            add(&mut found, SectionId::Mail, section.texts, section.docs, |_, _| Some("email".to_owned()));
        }
        Ok(found)
    }
}

/// A section by its four letters.
fn letters<S: Serializer>(section: &SectionId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(section.as_str())
}

/// Adds the docs of one section; `subject` names a record by the numbers of its table and itself.
fn add<'a>(
    found: &mut Vec<Doc<'a>>,
    section: SectionId,
    texts: Texts<'a>,
    docs: &[DocRecord],
    subject: impl Fn(u32, usize) -> Option<String>,
) {
    for doc in docs {
        if let Some(subject) = subject(doc.table.get(), doc.record.get() as usize) {
            found.push(Doc { section, subject, text: texts.get(doc.text) });
        }
    }
}

impl Data<'_> {
    /// What a record of `DATA` is called, with the name of what it belongs to.
    fn subject(&self, table: u32, record: usize) -> Option<String> {
        let name = |text| self.texts.get(text);
        match table {
            0 => self.entities.get(record).map(|it| name(it.name).to_owned()),
            1 => {
                let owner = holder(self.entities, record, |it| it.fields).map(|it| it.name);
                let owner = owner.or_else(|| holder(self.types, record, |it| it.fields).map(|it| it.name))?;
                self.fields.get(record).map(|it| format!("{}.{}", name(owner), name(it.name)))
            }
            6 => self.enums.get(record).map(|it| name(it.name).to_owned()),
            7 => {
                let owner = holder(self.enums, record, |it| it.members)?;
                self.members.get(record).map(|it| format!("{}.{}", name(owner.name), name(it.name)))
            }
            _ => self.types.get(record).map(|it| name(it.name).to_owned()),
        }
    }
}

impl Validations<'_> {
    /// What a record of `VTYP` is called, with the name of what it belongs to.
    fn subject(&self, table: u32, record: usize) -> Option<String> {
        let name = |text| self.texts.get(text);
        if table == 0 {
            return self.validations.get(record).map(|it| name(it.name).to_owned());
        }
        let field = self.fields.get(record)?;
        let variant = self.variants.partition_point(|it| it.fields.indexes().end as usize <= record);
        let owner = name(holder(self.validations, variant, |it| it.variants)?.name);
        let tag = name(self.variants.get(variant)?.tag);
        let owner = if tag.is_empty() { owner.to_owned() } else { format!("{owner}({tag})") };
        Some(format!("{owner}.{}", name(field.name)))
    }
}

/// The record whose list, one of those that tile a table in order, holds the number `record`.
fn holder<R>(records: &[R], record: usize, list: impl Fn(&R) -> List) -> Option<&R> {
    let at = records.partition_point(|one| list(one).indexes().end as usize <= record);
    records.get(at).filter(|one| list(one).indexes().start as usize <= record)
}
