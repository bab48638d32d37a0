//! `kizaki api-keys`: the keys for `auth: apiKey(scope)` routes of the app.

use std::path::Path;

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::platform::scopes;
use kizaki_store::{Filter, NewApiKey, Rotation};

use super::Session;
use super::keys::{self, LocalStore};
use super::verify::{open, refused};
use crate::args::{ApiKeysArgs, ApiKeysCommand, CreateApiKeyArgs, ListApiKeysArgs, RotateArgs};
use crate::failure::{Exit, Failure};
use crate::project::Project;

/// How the list is asked for, in helps.
const LIST: &str = "kizaki api-keys list";

pub(crate) fn run(args: &ApiKeysArgs, session: &mut Session) -> Result<Exit, Failure> {
    match &args.command {
        ApiKeysCommand::Create(args) => create(args, session),
        ApiKeysCommand::List(args) => list(args, session),
        ApiKeysCommand::Rotate(args) => rotate(args, session),
        ApiKeysCommand::Revoke(args) => {
            let id = keys::id(&args.id, LIST)?;
            let store = LocalStore::existing(&args.store)?;
            let revocation = store.run(async |store| store.api_keys().revoke(&id).await)?;
            keys::revoked(revocation, &id, LIST, session)
        }
    }
}

fn create(args: &CreateApiKeyArgs, session: &mut Session) -> Result<Exit, Failure> {
    keys::no_key_is_given([&args.scope, &args.new.name])?;
    let artifact = match &args.artifact {
        Some(path) => path.clone(),
        None => Project::find()?.output(),
    };
    scope_is_declared(&args.scope, &artifact)?;
    let new = NewApiKey { scope: &args.scope, name: &args.new.name, lifetime: args.new.expires };
    let store = LocalStore::made(&args.store)?;
    let issued = store.run(async |store| store.api_keys().create(&new).await)?;
    keys::issued(&issued, args.new.json, session)
}

fn list(args: &ListApiKeysArgs, session: &mut Session) -> Result<Exit, Failure> {
    let filter = Filter { scope: args.scope.as_deref(), expiring_ms: args.expiring };
    let store = LocalStore::existing(&args.store)?;
    let listing = store.run(async |store| store.api_keys().list(filter).await)?;
    let narrowed = args.scope.is_some() || args.expiring.is_some();
    let nothing = if narrowed { "no API key is like that" } else { "there are no API keys" };
    keys::listed(&listing, args.json, nothing, session)
}

fn rotate(args: &RotateArgs, session: &mut Session) -> Result<Exit, Failure> {
    let id = keys::id(&args.id, LIST)?;
    let store = LocalStore::existing(&args.store)?;
    let rotation = store.run(async |store| store.api_keys().rotate(&id, args.grace_period).await)?;
    let over = match rotation {
        Rotation::Rotated(issued) => return keys::issued(&issued, args.json, session),
        Rotation::Unknown => return Err(keys::unknown(&id, LIST)),
        Rotation::Revoked(_) => "is revoked",
        Rotation::Expired(_) => "has expired",
    };
    let message = format!("the key `{id}` {over} and cannot be rotated");
    let one = Diagnostic::without_place(Code::InactiveKey, message);
    Err(one.help("make a new key with `kizaki api-keys create`").into())
}

/// A key of a scope that no route asks for would open nothing, and might open something later.
fn scope_is_declared(scope: &str, path: &Path) -> Result<(), Failure> {
    if !path.exists() {
        let message = format!("there is no artifact `{}` that would declare the scope", path.display());
        let one = Diagnostic::without_place(Code::UnreadableFile, message);
        return Err(one.help("run `kizaki build`, or name the artifact with `--artifact`").into());
    }
    let artifact = open(path)?;
    let Some(help) = scopes::way_out(&artifact, scope).map_err(|error| refused(path, &error))? else {
        return Ok(());
    };
    let message = format!("no API-key scope of `{}` is named `{scope}`", path.display());
    Err(Diagnostic::without_place(Code::UnknownScope, message).help(help).into())
}
