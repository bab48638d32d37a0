//! The text of the file of logins: TOML, a table for each server.

use std::collections::BTreeMap;
use std::fmt;

use kizaki_auth::PublicUrl;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Login, LoginKind};

/// The logins, by the server that each is at.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contents {
    #[serde(default)]
    servers: BTreeMap<String, Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: LoginKind,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_ms: Option<i64>,
    token: String,
}

/// What is wrong with a text, without a word of it: any of them may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// It is not what this program writes, in this line.
    Line(usize),
    /// What stands for this server is no login there.
    Server(String),
}

impl Contents {
    pub(super) fn parse(text: &str) -> Result<Self, Damage> {
        let contents: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            Damage::Line(before.matches('\n').count() + 1)
        })?;
        for (server, entry) in &contents.servers {
            if PublicUrl::parse(server).is_err() || !entry.is_whole() {
                return Err(Damage::Server(server.clone()));
            }
        }
        Ok(contents)
    }

    pub(super) fn to_text(&self) -> Zeroizing<String> {
        const HEAD: &str =
            "# Made by `kizaki login`. Whoever has what stands here can do what you can do there.\n";
        // Only tables of texts and numbers are written, which TOML can say.
        let tables = Zeroizing::new(toml::to_string(self).unwrap_or_default());
        Zeroizing::new(format!("{HEAD}\n{}", *tables))
    }

    /// Takes out the login at `server`.
    pub(super) fn take(&mut self, server: &PublicUrl) -> Option<Login> {
        self.servers.remove(&server.to_string()).map(|mut entry| Login {
            kind: entry.kind,
            token: SecretString::from(std::mem::take(&mut entry.token)),
            name: std::mem::take(&mut entry.name),
            expires_ms: entry.expires_ms,
        })
    }

    /// Removes a login at `server`, and leaves another one; tells whether it was there.
    pub(super) fn remove(&mut self, server: &PublicUrl, login: &Login) -> bool {
        let key = server.to_string();
        let is_there = self.servers.get(&key).is_some_and(|entry| entry.token == login.token.expose_secret());
        if is_there {
            self.servers.remove(&key);
        }
        is_there
    }

    /// Puts in a login at `server`, and takes out the one that was there.
    pub(super) fn put(&mut self, server: &PublicUrl, login: &Login) -> Option<Login> {
        let old = self.take(server);
        let token = login.token.expose_secret().to_owned();
        let entry = Entry { kind: login.kind, name: login.name.clone(), expires_ms: login.expires_ms, token };
        self.servers.insert(server.to_string(), entry);
        old
    }
}

impl Entry {
    /// Whether the token has the form of one, which also makes it fit for a header. Half a token is none.
    fn is_whole(&self) -> bool {
        match self.kind {
            LoginKind::Login => is_login_token(&self.token),
            LoginKind::Key => kizaki_store::Key::parse(&self.token).is_ok(),
        }
    }
}

/// Whether `text` has the form of the token of a login: `kzl_` and 43 characters.
pub(crate) fn is_login_token(text: &str) -> bool {
    let rest = text.strip_prefix("kzl_").unwrap_or_default();
    rest.len() == 43 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.token.zeroize();
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line} is not what `kizaki login` writes"),
            Self::Server(server) => write!(f, "what stands for `{server}` is no login"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Contents, Damage};
    use crate::credentials::{Login, LoginKind};
    use kizaki_auth::PublicUrl;
    use secrecy::{ExposeSecret as _, SecretString};

    fn server(text: &str) -> PublicUrl {
        PublicUrl::parse(text).unwrap()
    }

    fn login(first: char) -> Login {
        let token = SecretString::from(format!("kzl_{}", first.to_string().repeat(43)));
        Login { kind: LoginKind::Login, token, name: "ada \"the\" first\n".to_owned(), expires_ms: Some(-1) }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut contents = Contents::default();
        assert!(contents.put(&server("https://a.example"), &login('a')).is_none());
        assert!(contents.put(&server("http://[::1]:8787"), &login('b')).is_none());
        let replaced = contents.put(&server("https://a.example"), &login('c')).unwrap();
        assert_eq!(replaced.token.expose_secret(), login('a').token.expose_secret());
        let mut read = Contents::parse(&contents.to_text()).unwrap();
        let found = read.take(&server("https://a.example:443/")).unwrap();
        assert_eq!(found.token.expose_secret(), login('c').token.expose_secret());
        assert_eq!((found.kind, found.name, found.expires_ms), (LoginKind::Login, login('c').name, Some(-1)));
        assert!(read.take(&server("https://a.example")).is_none());
        // Only the very login is removed.
        assert!(!read.remove(&server("http://[::1]:8787"), &login('a')));
        assert!(read.remove(&server("http://[::1]:8787"), &login('b')));
        assert!(!read.remove(&server("http://[::1]:8787"), &login('b')));
        assert!(read.take(&server("https://b.example")).is_none());
    }

    #[test]
    fn no_damage_repeats_what_it_found() {
        let mut contents = Contents::default();
        contents.put(&server("https://a.example"), &login('a'));
        let text = contents.to_text();
        for (at, _) in text.char_indices().filter(|(at, _)| *at > text.find("token").unwrap()) {
            let Err(damage) = Contents::parse(&text[..at]) else {
                assert!(text[at..].trim().is_empty(), "{at}");
                continue;
            };
            assert!(!damage.to_string().contains("aaa"), "{damage}");
        }
        let typed = text.replace("expires_ms = -1", "expires_ms = \"kzl_aaaaaaaa\"");
        assert_eq!(Contents::parse(&typed).err(), Some(Damage::Line(8)), "{typed}");
        let unknown = text.replace("name =", "nmae =");
        assert!(matches!(Contents::parse(&unknown).err(), Some(Damage::Line(_))));
        let elsewhere = text.replace("https://a.example", "http://a.example");
        let damage = Some(Damage::Server("http://a.example".to_owned()));
        assert_eq!(Contents::parse(&elsewhere).err(), damage);
        assert!(Contents::parse("").is_ok());
    }
}
