//! Keys and tokens among the arguments, where the list of processes and the shell's history show them.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_store::{KeyId, Kind};

use crate::failure::Failure;

/// What was given; of a key its id, which is no secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Leak {
    Key(Kind, Option<KeyId>),
    Login,
}

/// A text has a key or a token in it, or most of one.
pub(crate) fn find(text: &str) -> Option<Leak> {
    text.match_indices("kz").find_map(|(at, _)| text.get(at..).and_then(begins))
}

/// Refuses texts that have a key in them; `flags` tells the arguments that name the place of keys to another command.
pub(crate) fn refuse<T: AsRef<str>>(
    texts: impl IntoIterator<Item = T>,
    flags: impl FnOnce() -> String,
) -> Result<(), Failure> {
    match texts.into_iter().find_map(|text| find(text.as_ref())) {
        Some(leak) => {
            let one = Diagnostic::without_place(Code::KeyAsArgument, leak.message());
            Err(one.help(leak.help(&flags())).into())
        }
        None => Ok(()),
    }
}

fn begins(text: &str) -> Option<Leak> {
    let (prefix, rest) = text.split_once('_')?;
    if prefix == "kzl" {
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        return (length >= 20).then_some(Leak::Login);
    }
    let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix)?;
    let (id, secret) = rest.split_once('_')?;
    let is_key = id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && secret.starts_with(|character: char| character.is_ascii_alphanumeric());
    is_key.then(|| Leak::Key(kind, KeyId::parse(id)))
}

impl Leak {
    pub(crate) fn message(&self) -> String {
        let what = match self {
            Self::Key(..) => "a whole key",
            Self::Login => "the token of a login",
        };
        format!("{what} is given as an argument, where the list of processes and the shell's history show it")
    }

    pub(crate) fn help(&self, flags: &str) -> String {
        let (kind, id) = match self {
            Self::Key(kind, id) => (kind, id.as_ref().map_or("ID", KeyId::as_str)),
            Self::Login => return "consider the login leaked and end it: `kizaki logout`".to_owned(),
        };
        let way_out = match kind {
            Kind::Api => format!(
                "`kizaki api-keys rotate {id}{flags} --grace-period 0s`, or end it with `kizaki api-keys revoke {id}{flags}`"
            ),
            Kind::Platform => format!("`kizaki keys revoke {id}{flags}`"),
        };
        format!("the id alone is asked for; consider the key leaked and replace it: {way_out}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Leak, find};
    use kizaki_store::{KeyId, Kind};

    #[test]
    fn keys_and_most_of_keys_are_found_wherever_they_stand() {
        let id = KeyId::parse("NF3V1jKo95");
        let login = "kzl_0123456789-_abcdefghij";
        let cases = [
            ("kza_NF3V1jKo95_9esGQalb0wI81oquylwO7OwfsDAXFQQH0K15zd", Some(Leak::Key(Kind::Api, id.clone()))),
            ("--server=kzp_NF3V1jKo95_9", Some(Leak::Key(Kind::Platform, id.clone()))),
            (" kza_short_x ", Some(Leak::Key(Kind::Api, None))),
            ("kz kzp_NF3V1jKo95_9", Some(Leak::Key(Kind::Platform, id))),
            (login, Some(Leak::Login)),
            ("https://kzl_0123456789-_abcdefghij@auth.example", Some(Leak::Login)),
            ("NF3V1jKo95", None),
            ("kza_NF3V1jKo95", None),
            ("kza_NF3V1jKo95_", None),
            ("the kzl_ token", None),
            ("kza_ and _x", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
