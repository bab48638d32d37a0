//! Tokens of sessions, of logins and of links: 256 bits from the operating system, of which only the hash is stored.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::Error;
use crate::key::{Secret, is_base62, random};

/// So many digits in base 62 have 256 bits.
const LENGTH: usize = 43;

/// A token: 43 digits in base 62.
#[derive(Debug, Clone)]
pub struct Token(Secret);

impl Token {
    /// A new token.
    ///
    /// # Errors
    ///
    /// The operating system gives no randomness.
    pub fn generate() -> Result<Self, Error> {
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

    /// What a form of a page carries to show that it was made for the browser that holds this token: 64 hexadecimal
    /// digits that nobody comes to without the token, and that do not lead to it. The store keeps nothing of it.
    #[must_use]
    pub fn form_token(&self) -> Secret {
        let hash = Sha256::digest(["form\0", self.expose()].concat().as_bytes());
        Secret::new(&hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// Whether a form carried this token's [`form_token`](Self::form_token); compared in constant time.
    #[must_use]
    pub fn is_form_token(&self, presented: &str) -> bool {
        self.form_token().expose().as_bytes().ct_eq(presented.as_bytes()).into()
    }

    /// What the store keeps of it. A plain hash will do: nobody guesses 256 bits.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.expose().as_bytes()).into()
    }
}

/// A new id of a user or a session: a random UUID (RFC 9562, 5.4), as `__User.id` is to the language.
pub(crate) fn new_id() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Error::randomness)?;
    let bits = u128::from_be_bytes(bytes);
    // The version is 4, and the variant 0b10.
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let digits = format!("{bits:032x}");
    let part = |range| digits.get(range).unwrap_or_default();
    Ok([part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-"))
}

#[cfg(test)]
mod tests {
    use super::new_id;

    #[test]
    fn ids_are_random_uuids() {
        let ids: Vec<_> = (0..100).map(|_| new_id().unwrap()).collect();
        for id in &ids {
            let lengths: Vec<_> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert!(id[14..].starts_with('4') && id[19..].starts_with(['8', '9', 'a', 'b']), "{id}");
        }
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 100);
    }
}
