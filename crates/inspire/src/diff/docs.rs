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
    if reasons(old)? != reasons(new)? {
        changes.add(Block::Docs, "documentation", [], "reasons of policies (`@why`) differ");
    }
    if written(old)? != written(new)? {
        changes.add(Block::Docs, "policies", [], "written otherwise; they say the same");
    }
    Ok(())
}

fn comments<'a>(artifact: &'a Artifact<'_>) -> Result<BTreeSet<(String, &'a str)>, DecodeError> {
    Ok(artifact.docs()?.into_iter().map(|doc| (doc.subject, doc.text)).collect())
}

fn reasons<'a>(artifact: &'a Artifact<'_>) -> Result<BTreeSet<(&'a str, &'a str)>, DecodeError> {
    let data = artifact.data()?;
    let policies = artifact.policies()?;
    let policies = policies.iter().flat_map(|section| section.policies(data).iter());
    Ok(policies.map(|policy| (policy.entity, policy.why)).collect())
}

/// The policies in words, but for their reasons.
fn written(artifact: &Artifact<'_>) -> Result<Vec<String>, DecodeError> {
    let (data, keys) = (artifact.data()?, artifact.api_keys()?);
    let policies = artifact.policies()?;
    let policies = policies.into_iter().flat_map(|section| policy::each(section, data, keys));
    let written = policies.map(|(policy, _)| plain(&with_clauses(whole(&policy), &policy)));
    let mut written: Vec<_> = written.collect();
    written.sort_unstable();
    Ok(written)
}
