//! Doc comments, the reasons of policies and the way these are written, which change nothing at run time: told only when
//! nothing else is.

use std::collections::BTreeSet;

use inspire_artifact::{Artifact, DecodeError};

use super::{Block, Changes};
use crate::report::page::phrase::{whole, with_clauses};
use crate::report::policy;
use crate::report::text::plain;

pub(super) fn compare(
    changes: &mut Changes,
    old: &Artifact<'_>,
    new: &Artifact<'_>,
) -> Result<(), DecodeError> {
    if comments(old)? != comments(new)? {
        changes.add(Block::Docs, "documentation", [], "doc comments differ");
    }
    let (old, new) = (Written::new(old)?, Written::new(new)?);
    // Where policies are written otherwise, it cannot be said which of them has which reason.
    if old.reasons() != new.reasons() || old.texts() == new.texts() && old != new {
        changes.add(Block::Docs, "documentation", [], "reasons of policies (`@why`) differ");
    }
    if old.texts() != new.texts() {
        changes.add(Block::Docs, "policies", [], "written otherwise; they say the same");
    }
    Ok(())
}

fn comments<'a>(artifact: &'a Artifact<'_>) -> Result<BTreeSet<(String, &'a str)>, DecodeError> {
    Ok(artifact.docs()?.into_iter().map(|doc| (doc.subject, doc.text)).collect())
}

/// The policies in words, each with its reason, in order.
#[derive(PartialEq)]
struct Written(Vec<(String, Option<String>)>);

impl Written {
    fn new(artifact: &Artifact<'_>) -> Result<Self, DecodeError> {
        let (data, keys) = (artifact.data()?, artifact.api_keys()?);
        let policies = artifact.policies()?;
        let policies = policies.into_iter().flat_map(|section| policy::each(section, data, keys));
        let written = policies.map(|(policy, _)| {
            (plain(&with_clauses(whole(&policy), &policy)), policy.why.map(str::to_owned))
        });
        let mut written: Vec<_> = written.collect();
        written.sort_unstable();
        Ok(Self(written))
    }

    fn texts(&self) -> Vec<&str> {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }

    fn reasons(&self) -> Vec<Option<&str>> {
        let mut reasons: Vec<_> = self.0.iter().map(|(_, reason)| reason.as_deref()).collect();
        reasons.sort_unstable();
        reasons
    }
}
