//! `kizaki inspect`: what an artifact holds, as a person or as a program wants to read it.

use inspire_artifact::{Artifact, DecodeError};
use inspire_diagnostics::write_pretty_json;
use serde_json::Value;

use self::text::Sheet;
use super::Session;
use super::verify::{open, refused};
use crate::args::{InspectArgs, InspectFormat, Section};
use crate::failure::{Exit, Failure};

mod hook;
mod payments;
mod platform;
mod text;
mod validation;

pub(crate) fn run(args: &InspectArgs, session: &mut Session) -> Result<Exit, Failure> {
    let artifact = open(&args.file)?;
    let refused = |error: DecodeError| refused(&args.file, &error);
    match args.format {
        InspectFormat::Json => {
            let whole = artifact.to_json().map_err(refused)?;
            let Some(section) = args.section else {
                session.output.result(|out| write_pretty_json(out, &whole))?;
                return Ok(Exit::Done);
            };
            let part = part(&whole, section);
            session.output.result(|out| write_pretty_json(out, &part))?;
        }
        InspectFormat::Text => {
            let output = &session.output;
            let width = output.result_is_on_terminal().then(|| output.result_width());
            let mut sheet = Sheet::new(width, output.result_has_color());
            fill(&mut sheet, &artifact, args).map_err(refused)?;
            session.output.result(|out| out.write_all(sheet.text().as_bytes()))?;
        }
    }
    Ok(Exit::Done)
}

/// The artifact's contents as JSON.
pub(crate) fn json(artifact: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let artifact = Artifact::from_bytes(artifact)?;
    let mut text = Vec::new();
    // Writing to memory does not fail, and neither do the artifact's types.
    let _ = write_pretty_json(&mut text, &artifact.to_json()?);
    Ok(text)
}

/// Those keys of the whole that come from one section.
fn part(whole: &impl serde::Serialize, section: Section) -> Value {
    let keys: &[&str] = match section {
        Section::Meta => &["format", "digest", "producer", "language_version", "sections", "signature"],
        Section::Auth => &["auth"],
        Section::Keys => &["api_keys"],
        Section::Rtes => &["routes"],
        Section::Data => &["entities", "enums", "types"],
        Section::Plcy => &["policies", "systems"],
        Section::Nspc => &["namespaces"],
        Section::Hook => &["hooks", "schedules"],
        Section::Vtyp => &["validations"],
        Section::Paym => &["payments"],
        Section::Intg => &["integrations"],
        Section::Netw => &["network"],
        Section::Mail => &["email"],
    };
    match serde_json::to_value(whole) {
        Ok(Value::Object(whole)) => {
            Value::Object(whole.into_iter().filter(|(key, _)| keys.contains(&key.as_str())).collect())
        }
        _ => Value::Null,
    }
}

fn fill(sheet: &mut Sheet, artifact: &Artifact<'_>, args: &InspectArgs) -> Result<(), DecodeError> {
    let wanted = |section| args.section.is_none_or(|one| one == section);
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    if wanted(Section::Meta) {
        sheet.header(&name, artifact)?;
        sheet.signature(artifact.signature());
    }
    if wanted(Section::Auth) {
        sheet.auth(artifact.auth()?);
    }
    if wanted(Section::Keys)
        && let Some(keys) = artifact.api_keys()?
    {
        sheet.scopes(keys, artifact.routes()?);
    }
    if wanted(Section::Rtes)
        && let Some(routes) = artifact.routes()?
    {
        sheet.routes(routes);
    }
    if wanted(Section::Data)
        && let Some(data) = artifact.data()?
    {
        sheet.data(data);
    }
    if wanted(Section::Plcy)
        && let Some(policies) = artifact.policies()?
    {
        sheet.policies(policies, artifact.data()?);
    }
    if wanted(Section::Nspc)
        && let Some(namespaces) = artifact.namespaces()?
    {
        sheet.namespaces(namespaces);
    }
    if wanted(Section::Hook)
        && let Some(hooks) = artifact.hooks()?
    {
        sheet.hooks(hooks);
    }
    if wanted(Section::Vtyp)
        && let Some(validations) = artifact.validations()?
    {
        sheet.validations(validations);
    }
    if wanted(Section::Paym)
        && let Some(payments) = artifact.payments()?.and_then(|section| section.payments())
    {
        sheet.payments(&payments);
    }
    if wanted(Section::Intg)
        && let Some(integrations) = artifact.integrations()?
    {
        sheet.integrations(integrations);
    }
    if wanted(Section::Netw)
        && let Some(network) = artifact.network()?
    {
        sheet.network(network);
    }
    if wanted(Section::Mail)
        && let Some(email) = artifact.email()?.and_then(|section| section.email())
    {
        sheet.email(&email);
    }
    if args.section.is_none() {
        sheet.docs(&artifact.docs()?);
    }
    Ok(())
}
