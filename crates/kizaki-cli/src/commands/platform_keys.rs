//! `kizaki keys`: the keys that CI and deployments sign in with.

use kizaki_store::NewPlatformKey;

use super::Session;
use super::keys::{self, LocalStore};
use crate::args::{CreatePlatformKeyArgs, PlatformKeysArgs, PlatformKeysCommand};
use crate::failure::{Exit, Failure};

/// How the list is asked for, in helps.
const LIST: &str = "kizaki keys list";

pub(crate) fn run(args: &PlatformKeysArgs, session: &mut Session) -> Result<Exit, Failure> {
    match &args.command {
        PlatformKeysCommand::Create(args) => create(args, session),
        PlatformKeysCommand::List(args) => {
            let store = LocalStore::existing(&args.store)?;
            let listing = store.run(async |store| store.platform_keys().list().await)?;
            keys::listed(&listing, args.json, "there are no platform keys", session)
        }
        PlatformKeysCommand::Revoke(args) => {
            let id = keys::id(&args.id, LIST)?;
            let store = LocalStore::existing(&args.store)?;
            let revocation = store.run(async |store| store.platform_keys().revoke(&id).await)?;
            keys::revoked(revocation, &id, LIST, session)
        }
    }
}

fn create(args: &CreatePlatformKeyArgs, session: &mut Session) -> Result<Exit, Failure> {
    keys::no_key_is_given([&args.new.name])?;
    let new = NewPlatformKey { name: &args.new.name, lifetime: args.new.expires };
    let store = LocalStore::made(&args.store)?;
    let issued = store.run(async |store| store.platform_keys().create(&new).await)?;
    keys::issued(&issued, args.new.json, session)
}
