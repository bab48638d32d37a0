//! `kizaki api-keys`: the keys for `auth: apiKey(scope)` routes of the app.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_store::{Filter, Kind, NewApiKey};

use super::Session;
use super::keys::{self, NotRotated, Place};
use crate::args::{ApiKeysArgs, ApiKeysCommand, CreateApiKeyArgs, ListApiKeysArgs, RotateArgs};
use crate::failure::{Exit, Failure};
use crate::leak;

/// How the list is asked for, in helps.
const LIST: &str = "kizaki api-keys list";

pub(crate) fn run(args: &ApiKeysArgs, session: &mut Session) -> Result<Exit, Failure> {
    match &args.command {
        ApiKeysCommand::Create(args) => create(args, session),
        ApiKeysCommand::List(args) => list(args, session),
        ApiKeysCommand::Rotate(args) => rotate(args, session),
        ApiKeysCommand::Revoke(args) => keys::revoke(Kind::Api, args, LIST, session),
    }
}

fn create(args: &CreateApiKeyArgs, session: &mut Session) -> Result<Exit, Failure> {
    leak::refuse([&args.scope, &args.new.name], keys::flags(&args.place, session))?;
    let new = NewApiKey { scope: &args.scope, name: &args.new.name, lifetime: args.new.expires };
    let place = Place::made(&args.place, session)?;
    keys::will_be_seen(session)?;
    let issued = place.create_api_key(&new, args.artifact.as_deref(), session);
    keys::issued(issued, args.new.json, &place, session)
}

fn list(args: &ListApiKeysArgs, session: &mut Session) -> Result<Exit, Failure> {
    leak::refuse(args.scope.as_deref(), keys::flags(&args.place, session))?;
    let filter = Filter { scope: args.scope.as_deref(), expiring_ms: args.expiring };
    let listing = Place::existing(&args.place, session)?.api_keys(filter)?;
    let narrowed = args.scope.is_some() || args.expiring.is_some();
    let nothing = if narrowed { "no API key is like that" } else { "there are no API keys" };
    keys::listed(&listing, args.json, nothing, session)
}

fn rotate(args: &RotateArgs, session: &mut Session) -> Result<Exit, Failure> {
    let (place, id) = keys::place_and_id(&args.place, &args.id, LIST, session)?;
    keys::will_be_seen(session)?;
    let over = match place.rotate(&id, args.grace_period)? {
        Ok(issued) => return keys::issued(Ok(issued), args.json, &place, session),
        Err(NotRotated::Unknown) => return Err(keys::unknown(&id, LIST, &place)),
        Err(NotRotated::Revoked) => "is revoked",
        Err(NotRotated::Expired) => "has expired",
    };
    let message = format!("the key `{id}` {over} and cannot be rotated");
    let one = Diagnostic::without_place(Code::InactiveKey, message);
    let flags = place.flags();
    Err(one.help(format!("make a new key: `kizaki api-keys create --scope SCOPE --name NAME{flags}`")).into())
}
