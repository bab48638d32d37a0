//! `kizaki keys`: the keys that CI and deployments sign in with.

use kizaki_store::{Kind, NewPlatformKey};

use super::Session;
use super::keys::{self, Place};
use crate::args::{CreatePlatformKeyArgs, PlatformKeysArgs, PlatformKeysCommand};
use crate::failure::{Exit, Failure};
use crate::leak;

/// How the list is asked for, in helps.
const LIST: &str = "kizaki keys list";

pub(crate) fn run(args: &PlatformKeysArgs, session: &mut Session) -> Result<Exit, Failure> {
    match &args.command {
        PlatformKeysCommand::Create(args) => create(args, session),
        PlatformKeysCommand::List(args) => {
            let listing = Place::existing(&args.place, session)?.platform_keys()?;
            keys::listed(&listing, args.json, "there are no platform keys", session)
        }
        PlatformKeysCommand::Revoke(args) => keys::revoke(Kind::Platform, args, LIST, session),
    }
}

fn create(args: &CreatePlatformKeyArgs, session: &mut Session) -> Result<Exit, Failure> {
    leak::refuse([&args.new.name], keys::flags(&args.place, session))?;
    let new = NewPlatformKey { name: &args.new.name, lifetime: args.new.expires };
    let place = Place::made(&args.place, session)?;
    keys::will_be_seen(session)?;
    let issued = place.create_platform_key(&new);
    keys::issued(issued, args.new.json, &place, session)
}
