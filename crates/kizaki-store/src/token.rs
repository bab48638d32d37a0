//! Tokens of sessions and of links in mails: 256 bits from the operating system, of which only the hash is stored.

use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::key::{Secret, is_base62, random};

/// So many digits in base 62 have 256 bits.
const LENGTH: usize = 43;
/// As many bits as the id of a key has, and some more.
const ID_LENGTH: usize = 16;

/// A token: 43 digits in base 62.
#[derive(Debug, Clone)]
pub struct Token(Secret);

impl Token {
    /// A new token.
    pub(crate) fn generate() -> Result<Self, Error> {
        Ok(Self(Secret::new(&random(LENGTH)?)))
    }

    /// Reads a token that was presented; none when it is not 43 digits in base 62.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == LENGTH && is_base62(text)).then(|| Self(Secret::new(text)))
    }

    /// The token as text; whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What the store keeps of it. A plain hash will do: nobody guesses 256 bits.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.expose().as_bytes()).into()
    }
}

/// A new id of a user or a session.
pub(crate) fn new_id() -> Result<String, Error> {
    Ok(random(ID_LENGTH)?.as_str().to_owned())
}
