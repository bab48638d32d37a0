//! What the commands for both kinds of keys share: the local store, ids, and what is told of a key.

mod moment;
mod sheet;
mod store;

pub(super) use self::store::LocalStore;

use inspire_diagnostics::{Code, Diagnostic, write_pretty_json};
use kizaki_auth::platform::documents::{IssuedKey, KeyList};
use kizaki_store::{Issued, KeyId, Kind, Listing, Revocation};

use super::Session;
use crate::failure::{Exit, Failure};

/// Reads the id of a key; a whole key is refused and not repeated.
pub(super) fn id(text: &str, list: &str) -> Result<KeyId, Failure> {
    no_key_is_given([text])?;
    KeyId::parse(text).ok_or_else(|| {
        let message = format!("`{text}` is no id of a key");
        let help = format!("an id is 10 letters and digits; `{list}` shows them");
        Diagnostic::without_place(Code::UnknownKeyId, message).help(help).into()
    })
}

/// Refuses arguments that are keys, or are long enough to be most of one.
pub(super) fn no_key_is_given<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    for text in texts {
        let text = text.as_ref().trim();
        let Some((prefix, rest)) = text.split_once('_') else { continue };
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix) else { continue };
        let Some((id, _)) = rest.split_once('_') else { continue };
        return Err(leaked(kind, KeyId::parse(id)).into());
    }
    Ok(())
}

fn leaked(kind: Kind, id: Option<KeyId>) -> Diagnostic {
    let message =
        "a whole key is given as an argument, where the list of processes and the shell's history show it";
    let id = id.map_or_else(|| "ID".to_owned(), |id| id.to_string());
    let way_out = match kind {
        Kind::Api => format!(
            "`kizaki api-keys rotate {id} --grace-period 0s`, or end it with `kizaki api-keys revoke {id}`"
        ),
        Kind::Platform => format!("`kizaki keys revoke {id}`"),
    };
    let help = format!("the id alone is asked for; consider the key leaked and replace it: {way_out}");
    Diagnostic::without_place(Code::KeyAsArgument, message).help(help)
}

pub(super) fn unknown(id: &KeyId, list: &str) -> Failure {
    let message = format!("no key has the id `{id}`");
    Diagnostic::without_place(Code::UnknownKeyId, message).help(format!("`{list}` shows the ids")).into()
}

/// Prints a key: alone on standard output, with all else on standard error; or as one document.
pub(super) fn issued(issued: &Issued, json: bool, session: &mut Session) -> Result<Exit, Failure> {
    let printed = session.output.result(|out| match json {
        true => write_pretty_json(out, &IssuedKey::from(issued)),
        false => writeln!(out, "{}", issued.key.expose()),
    });
    if let Err(mut failure) = printed {
        // It is nowhere else, so nobody will ever use it.
        let id = &issued.record.id;
        for one in &mut failure.diagnostics {
            let way_out = match issued.record.kind {
                Kind::Api => format!("`kizaki api-keys revoke {id}`"),
                Kind::Platform => format!("`kizaki keys revoke {id}`"),
            };
            one.help =
                Some(format!("the key `{id}` was made and cannot be shown again; end it with {way_out}"));
        }
        return Err(failure);
    }
    for line in sheet::about(issued) {
        session.output.progress(&line);
    }
    Ok(Exit::Done)
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

/// Tells what came of a revocation.
pub(super) fn revoked(
    revocation: Revocation,
    id: &KeyId,
    list: &str,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let line = match revocation {
        Revocation::Unknown => return Err(unknown(id, list)),
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
