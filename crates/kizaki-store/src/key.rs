//! The text form of a key: `kza_` or `kzp_`, the id, `_`, the secret and a checksum.
//!
//! ```text
//! kza_NF3V1jKo95_9esGQalb0wI81oquylwO7OwfsDAXFQQH0K15zd
//! │   │          │                               └ 6: CRC-32 of all before it, in base 62
//! │   │          └ 32: the secret, 190 bits from the operating system
//! │   └ 10: the id, which is no secret
//! └ the kind: `kza` for an app's API key, `kzp` for a platform key
//! ```
//!
//! A digit in base 62 is one of `0`–`9`, `A`–`Z`, `a`–`z`, in this order; the checksum's most significant digit stands
//! first. A wrong checksum is found without a look-up, and tools that scan for secrets can tell a key from chance.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::error::Error;

/// The digits of base 62.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH: usize = 10;
const SECRET_LENGTH: usize = 32;
const CHECKSUM_LENGTH: usize = 6;

/// What a key opens; a key of one kind is never accepted as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Routes of the app with `auth: apiKey(scope)`.
    Api,
    /// Automation of deployments; no route of the app.
    Platform,
}

/// The public part of a key: 10 digits in base 62.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

/// Text that must not be seen: it is never printed, and its memory is cleared when it goes.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

/// A whole key.
#[derive(Debug, Clone)]
pub struct Key {
    /// What it opens.
    pub kind: Kind,
    /// Its public part.
    pub id: KeyId,
    secret: Secret,
}

/// What was presented is no key: its shape or its checksum is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl Key {
    /// A new key, from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// The operating system gives none.
    pub fn generate(kind: Kind) -> Result<Self, Error> {
        let id = KeyId(random(ID_LENGTH)?.as_str().to_owned());
        Self::generate_for(kind, id)
    }

    /// A new secret for the key `id`.
    ///
    /// # Errors
    ///
    /// The operating system gives no randomness.
    pub fn generate_for(kind: Kind, id: KeyId) -> Result<Self, Error> {
        let secret = Secret::new(&random(SECRET_LENGTH)?);
        Ok(Self { kind, id, secret })
    }

    /// Reads a key that was presented.
    ///
    /// # Errors
    ///
    /// The text has another shape or a wrong checksum.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let (prefix, rest) = text.split_once('_').ok_or(Malformed)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix).ok_or(Malformed)?;
        let (id, rest) = rest.split_once('_').ok_or(Malformed)?;
        let id = KeyId::parse(id).ok_or(Malformed)?;
        if rest.len() != SECRET_LENGTH + CHECKSUM_LENGTH || !is_base62(rest) {
            return Err(Malformed);
        }
        let (secret, _) = rest.split_at_checked(SECRET_LENGTH).ok_or(Malformed)?;
        let (summed, sum) = text.split_at_checked(text.len() - CHECKSUM_LENGTH).ok_or(Malformed)?;
        if sum != checksum(summed) {
            return Err(Malformed);
        }
        Ok(Self { kind, id, secret: Secret::new(secret) })
    }

    /// The whole key as text, for the one who asked for it.
    #[must_use]
    pub fn to_text(&self) -> Secret {
        let (prefix, id, secret) = (self.kind.prefix(), self.id.as_str(), self.secret.expose());
        // Room for all of it, so that no copy is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(64));
        for part in [prefix, "_", id, "_", secret] {
            text.push_str(part);
        }
        let sum = checksum(&text);
        text.push_str(&sum);
        Secret::new(&text)
    }

    /// What the store keeps of the secret.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret.expose().as_bytes()).into()
    }
}

impl Kind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Api, Self::Platform];

    /// What keys of this kind begin with: `kza` or `kzp`.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Api => "kza",
            Self::Platform => "kzp",
        }
    }

    /// Its name in the store and in documents: `api` or `platform`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Platform => "platform",
        }
    }
}

impl KeyId {
    /// Reads an id; none when it is not 10 digits in base 62.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == ID_LENGTH && is_base62(text)).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Secret {
    pub(crate) fn new(text: &str) -> Self {
        Self(SecretString::from(text))
    }

    /// The text itself; whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no key")
    }
}

impl std::error::Error for Malformed {}

/// So many random digits, each as likely as the others.
pub(crate) fn random(length: usize) -> Result<Zeroizing<String>, Error> {
    let mut digits = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0; 64]);
    while digits.len() < length {
        getrandom::fill(bytes.as_mut()).map_err(Error::randomness)?;
        // 248 is the largest multiple of 62 in a byte; what is above it would favour the first digits.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let fair = fair.filter_map(|byte| DIGITS.get(usize::from(*byte) % DIGITS.len()));
        let missing = length - digits.len();
        digits.extend(fair.take(missing).map(|digit| char::from(*digit)));
    }
    Ok(digits)
}

/// The CRC-32 (IEEE 802.3) of `text` as 6 digits in base 62.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        let value = usize::try_from(rest % 62).unwrap_or(0);
        *digit = DIGITS.get(value).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

pub(crate) fn is_base62(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::{Key, Kind, checksum, random};

    #[test]
    fn a_checksum_is_crc_32_in_base_62() {
        // The check value of CRC-32/ISO-HDLC is 0xCBF43926 = 3421780262.
        assert_eq!(checksum("123456789"), "3jZRME");
        assert_eq!(checksum(""), "000000");
    }

    #[test]
    fn a_key_survives_its_text_and_no_change_of_it() {
        let key = Key::generate(Kind::Api).unwrap();
        let text = key.to_text().expose().to_owned();
        let read = Key::parse(&text).unwrap();
        assert_eq!((read.kind, &read.id, read.hash()), (key.kind, &key.id, key.hash()));
        for (at, old) in text.char_indices() {
            for new in ['0', 'z', '_', ' ', '\u{e9}'] {
                if new != old {
                    let changed: String =
                        text.chars().enumerate().map(|(i, c)| if i == at { new } else { c }).collect();
                    assert!(Key::parse(&changed).is_err(), "{at} {new}");
                }
            }
            assert!(Key::parse(&text[..at]).is_err());
        }
        assert!(Key::parse(&format!("{text}0")).is_err());
    }

    #[test]
    fn nothing_of_a_key_is_printed() {
        let key = Key::generate(Kind::Platform).unwrap();
        let text = key.to_text();
        let shown = format!("{key:?} {text:?}");
        assert!(!shown.contains(&text.expose()[15..]) && !shown.contains(&text.expose()[15..47]), "{shown}");
    }

    #[test]
    fn every_digit_comes_up() {
        let many = random(62 * 40).unwrap();
        assert!(super::DIGITS.iter().all(|digit| many.contains(char::from(*digit))));
    }
}
