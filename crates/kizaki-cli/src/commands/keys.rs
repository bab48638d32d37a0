//! What the commands for both kinds of keys share: where the keys are, their ids, and what is told of a key.

mod place;
mod scope;
mod server;
pub(super) mod sheet;
mod store;

pub(super) use self::place::{NotRotated, Place};
pub(super) use self::store::LocalStore;

use std::io::ErrorKind;

use inspire_diagnostics::{Code, Diagnostic, write_pretty_json};
use kizaki_auth::platform::documents::{IssuedKey, KeyList};
use kizaki_store::{Issued, KeyId, Kind, Listing, Revocation};

use super::{Session, moment};
use crate::args::{PlaceArgs, RevokeArgs};
use crate::failure::{Exit, Failure, unwritable_stdout};
use crate::leak;

/// The place, and the id of a key there; a whole key is refused and not repeated.
pub(super) fn place_and_id(
    args: &PlaceArgs,
    text: &str,
    list: &str,
    session: &Session,
) -> Result<(Place, KeyId), Failure> {
    leak::refuse([text], flags(args, session))?;
    let place = Place::existing(args, session)?;
    let id = KeyId::parse(text).ok_or_else(|| {
        let message = format!("`{text}` is no id of a key");
        let help = format!("an id is 10 letters and digits; `{list}{}` shows them", place.flags());
        Diagnostic::without_place(Code::UnknownKeyId, message).help(help)
    })?;
    Ok((place, id))
}

/// The arguments that name the place to another command, for when nothing is done there.
pub(super) fn flags(args: &PlaceArgs, session: &Session) -> impl FnOnce() -> String {
    || Place::existing(args, session).map(|place| place.flags()).unwrap_or_default()
}

pub(super) fn unknown(id: &KeyId, list: &str, place: &Place) -> Failure {
    let message = format!("no key has the id `{id}`");
    let help = format!("`{list}{}` shows the ids", place.flags());
    Diagnostic::without_place(Code::UnknownKeyId, message).help(help).into()
}

/// Prints a key that was made, if it was: alone on standard output, with all else on standard error; or as one document.
pub(super) fn issued(
    issued: Result<Issued, Failure>,
    json: bool,
    place: &Place,
    session: &mut Session,
) -> Result<Exit, Failure> {
    if let Some(url) = place.new_store() {
        session.output.progress(&format!("made the store {url}"));
    }
    let issued = &issued?;
    let printed = session.output.result(|out| match json {
        true => write_pretty_json(out, &IssuedKey::from(issued)),
        false => writeln!(out, "{}", issued.key.expose()),
    });
    // Elsewhere it is no failure that nobody reads a result.
    let printed = match session.output.is_closed() {
        true => Err(unwritable_stdout(&ErrorKind::BrokenPipe.into()).into()),
        false => printed,
    };
    if let Err(Failure { sources, mut diagnostics }) = printed {
        let help = lost(issued, &place.flags());
        for one in &mut diagnostics {
            one.help = Some(help.clone());
        }
        return Err(Failure { sources, diagnostics });
    }
    for line in sheet::about(issued) {
        session.output.progress(&line);
    }
    Ok(Exit::Done)
}

/// What to do about a key that was made and not printed. It is nowhere else, so nobody will ever use it.
fn lost(Issued { record, now_ms, .. }: &Issued, flags: &str) -> String {
    let id = &record.id;
    let made = format!("the key `{id}` was made and cannot be shown again; end it with");
    match (record.kind, record.previous_ends_ms) {
        (Kind::Platform, _) => format!("{made} `kizaki keys revoke {id}{flags}`"),
        (Kind::Api, None) => format!("{made} `kizaki api-keys revoke {id}{flags}`"),
        (Kind::Api, Some(ends)) if ends > *now_ms => format!(
            "the key `{id}` has a new secret that cannot be shown again, and its old one until {}: \
             make another key for who uses it: `kizaki api-keys create --scope {} --name NAME{flags}`; \
             to rotate again ends the old secret at once",
            moment::around(ends, *now_ms),
            record.scope.as_deref().unwrap_or("SCOPE"),
        ),
        (Kind::Api, Some(_)) => format!(
            "the key `{id}` has a new secret that cannot be shown again, and its old one is over; \
             `kizaki api-keys rotate {id}{flags}` makes another"
        ),
    }
}

/// Refuses to make what is shown once where nobody would see it. The system puts the null device in the place of a
/// standard output that is closed.
pub(super) fn will_be_seen(session: &Session) -> Result<(), Failure> {
    if !session.output.result_is_discarded() {
        return Ok(());
    }
    let message = "the key would be seen by nobody: standard output is closed or /dev/null";
    let one = Diagnostic::without_place(Code::OutputFailed, message);
    Err(one.help("it is printed there once, and kept nowhere").into())
}

/// Prints a list of keys, or to standard error that there are none.
pub(super) fn listed(
    listing: &Listing,
    json: bool,
    nothing: &str,
    session: &mut Session,
) -> Result<Exit, Failure> {
    if json {
        session.output.result(|out| write_pretty_json(out, &KeyList::from(listing)))?;
    } else if listing.keys.is_empty() {
        session.output.progress(nothing);
    } else {
        let width = session.output.result_is_on_terminal().then(|| session.output.result_width());
        let text = sheet::list(listing, width);
        session.output.result(|out| out.write_all(text.as_bytes()))?;
    }
    Ok(Exit::Done)
}

/// Ends a key, and tells what came of that.
pub(super) fn revoke(
    kind: Kind,
    args: &RevokeArgs,
    list: &str,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let (place, id) = place_and_id(&args.place, &args.id, list, session)?;
    let line = match place.revoke(kind, &id)? {
        Revocation::Unknown => return Err(unknown(&id, list, &place)),
        Revocation::Revoked(key) => {
            format!("revoked the key {id}, `{}`; it is not accepted any more", key.name)
        }
        Revocation::Already(key) => {
            let when = key.revoked_ms.map(moment::absolute).unwrap_or_default();
            format!("the key {id}, `{}`, was revoked already, {when}", key.name)
        }
    };
    session.output.progress(&line);
    Ok(Exit::Done)
}
