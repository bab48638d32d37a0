//! Keys to PEM and back: PKCS #8 for the one that signs (RFC 8410), SubjectPublicKeyInfo for the one that checks.
//!
//! Both are the forms that other tools make and read; a signing key never appears in any debug output.

use core::fmt;

use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, KeypairBytes,
};
use zeroize::Zeroizing;

use super::KeyError;

/// A key that checks signatures: the 32 bytes of RFC 8032, 5.1.5, which are a point of large order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub(super) [u8; 32]);

/// A key that signs; its bytes are wiped when it is dropped.
pub struct SigningKey(pub(super) ed25519_dalek::SigningKey);

impl PublicKey {
    /// Reads a key from PEM: `-----BEGIN PUBLIC KEY-----`, Ed25519.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.contains("PRIVATE KEY-----") {
            return Err(KeyError::PrivateKey);
        }
        let key = VerifyingKey::from_public_key_pem(pem.trim_start()).map_err(|_| KeyError::NoPublicKey)?;
        Self::from_bytes(key.as_bytes()).ok_or(KeyError::NoPublicKey)
    }

    /// The key as PEM.
    pub fn to_pem(&self) -> String {
        // A key of fixed size has a fixed encoding.
        let pem = self.verifying().and_then(|key| key.to_public_key_pem(LineEnding::LF).ok());
        pem.unwrap_or_default()
    }

    /// A short name for the key: the first 16 hexadecimal digits of the BLAKE3 digest of its 32 bytes.
    pub fn fingerprint(&self) -> String {
        let digest = blake3::hash(&self.0).to_hex();
        digest.get(..16).unwrap_or_default().to_owned()
    }

    /// The key with these bytes, if they are one that can be relied upon.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak());
        key.map(|key| Self(key.to_bytes()))
    }

    /// Whether `signature` is of `message`, and was made with the private key that belongs to this one.
    ///
    /// The strict check refuses keys and signatures with a part of small order, as [`PublicKey::from_bytes`] does.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.verifying().is_some_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    fn verifying(&self) -> Option<VerifyingKey> {
        VerifyingKey::from_bytes(&self.0).ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl serde::Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl SigningKey {
    /// The key of 32 bytes that nobody can guess: fresh randomness from the operating system.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Reads a key from PEM: `-----BEGIN PRIVATE KEY-----`, Ed25519, not encrypted.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.contains("ENCRYPTED PRIVATE KEY-----") {
            return Err(KeyError::Encrypted);
        }
        ed25519_dalek::SigningKey::from_pkcs8_pem(pem.trim_start())
            .map(Self)
            .map_err(|_| KeyError::NoSigningKey)
    }

    /// The key as PEM, in the form without the public key, which every tool reads.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let key = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        // A key of fixed size has a fixed encoding.
        key.to_pkcs8_pem(LineEnding::LF).unwrap_or_default()
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}
