//! Why a signature or a key is not accepted; behind the last semicolon of each message stands the way out.

use core::fmt;

use super::{ARTIFACT_ID_BYTES, PublicKey};

/// Why an artifact's signature is not what was asked for, one variant for each check, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is none.
    Unsigned,
    /// It has a version this program does not know.
    Version {
        /// Its version.
        version: u16,
    },
    /// It is of a kind this program does not know.
    Algorithm {
        /// Its number.
        algorithm: u16,
    },
    /// It is none.
    Malformed {
        /// What does not hold.
        rule: &'static str,
    },
    /// It was made with another key.
    UnknownKey {
        /// The key it names.
        key: PublicKey,
    },
    /// The key did not sign this file, or not with these words.
    Forged,
    /// It is for another app.
    OtherArtifact {
        /// The app that was asked for.
        expected: String,
        /// The app it is for.
        found: String,
    },
    /// It is for a build before the least that was asked for.
    OldBuild {
        /// The least build number.
        least: u64,
        /// Its build number.
        found: u64,
    },
    /// Its time is over.
    Expired {
        /// When that was, in seconds since the beginning of 1970 in UTC.
        unix_seconds: u64,
    },
    /// To be signed: an id that can name no app.
    ArtifactId {
        /// The id.
        id: String,
    },
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("signature: there is none; build it with `--sign`"),
            Self::Version { version } => {
                write!(f, "signature: it has version {version}, which this program does not know; update this program")
            }
            Self::Algorithm { algorithm } => write!(
                f,
                "signature: it is of kind {algorithm}, which this program does not know; update this program"
            ),
            Self::Malformed { rule } => write!(f, "signature: {rule}; build it again"),
            Self::UnknownKey { key } => {
                write!(f, "signature: it was made with key {key}, which is not trusted here; trust that key or get the artifact from where it is signed")
            }
            Self::Forged => f.write_str(
                "signature: it does not fit the file, so one of them was changed; get the artifact from where it is signed",
            ),
            Self::OtherArtifact { expected, found } => write!(
                f,
                "signature: it is for `{found}`, and `{expected}` is wanted; get the artifact of this app"
            ),
            Self::OldBuild { least, found } => {
                write!(f, "signature: it is for build {found}, and at least {least} is wanted; get a newer build")
            }
            Self::Expired { unix_seconds } => {
                write!(f, "signature: it expired {unix_seconds} seconds after the beginning of 1970; build it again")
            }
            Self::ArtifactId { id } => write!(
                f,
                "signature: `{id}` can name no app; take 1 to {ARTIFACT_ID_BYTES} letters, digits, `.`, `_` and `-`"
            ),
        }
    }
}

impl core::error::Error for SignatureError {}

/// Why a text is not the key that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// A public key is wanted, and this is a private one.
    PrivateKey,
    /// It is no Ed25519 public key in PEM.
    NoPublicKey,
    /// It is a private key under a password.
    Encrypted,
    /// It is no Ed25519 private key in PEM.
    NoSigningKey,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PrivateKey => "it is a private key; give its public key, the file that ends with `.pub`",
            Self::NoPublicKey => "it is no Ed25519 public key in PEM; make a pair with `kizaki keygen`",
            Self::Encrypted => "it is encrypted; give the key without a password",
            Self::NoSigningKey => "it is no Ed25519 private key in PEM; make one with `kizaki keygen`",
        })
    }
}

impl core::error::Error for KeyError {}
