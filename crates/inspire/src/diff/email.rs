//! Who sends the app's mail, and in whose name.

use inspire_artifact::email::Mail;

use super::{Block, Changes, Effect};

const SUBJECT: &str = "email";

pub(super) fn compare<'a>(changes: &mut Changes, old: Option<Mail<'a>>, new: Option<Mail<'a>>) {
    let settings = |section: Option<Mail<'a>>| section.and_then(|section| section.email());
    let (old, new) = match (settings(old), settings(new)) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return,
        (None, Some(new)) => {
            let message = format!("mail is sent from {} by {}", new.from, new.provider);
            return changes.add(Block::Email, SUBJECT, [], message);
        }
        (Some(_), None) => {
            return changes.add(Block::Email, SUBJECT, [Effect::Breaks], "no mail is sent any more");
        }
    };
    let parts = [
        ("from", old.from, new.from),
        ("provider", old.provider.as_str(), new.provider.as_str()),
        ("key in secret", old.api_key, new.api_key),
    ];
    for (what, old, new) in parts {
        if old != new {
            changes.add(Block::Email, SUBJECT, [], format!("{what} {new}; before {old}"));
        }
    }
}
