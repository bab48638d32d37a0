//! `SIGN`: who vouches for an artifact, for which app, as which build, and until when.
//!
//! The payload has a fixed size and is left out of the file's digest; the signature, Ed25519 (RFC 8032), covers that
//! digest and everything else that the payload says. So nothing in a signed file can change unnoticed by whoever has
//! the key, and neither an older build nor another app's artifact of the same key passes for this one.

use std::path::Path;

use ed25519_dalek::Signer as _;
use zerocopy::little_endian::{U16, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::artifact::Artifact;
use crate::container::SIGN;
use crate::container::read::SectionInfo;
use crate::container::write::{Builder, put};
use crate::container::{Digest, SECTION_VERSION};
use crate::error::OpenError;

mod error;
mod key;

pub use error::{KeyError, SignatureError};
pub use key::{PublicKey, SigningKey};

/// Bytes of the longest artifact id.
pub const ARTIFACT_ID_BYTES: usize = 64;

/// What is signed first, so that a signature made for another purpose is none of an artifact.
const DOMAIN: &[u8] = b"kizaki artifact signature 1\0";
/// Ed25519 as RFC 8032 has it.
const ED25519: u16 = 1;

/// The payload of the section.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Payload {
    claim: Claim,
    signature: [u8; 64],
}

/// The part of the payload that is signed.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Claim {
    algorithm: U16,
    reserved: [u8; 6],
    build_number: U64,
    /// 0 is never.
    expires_unix_seconds: U64,
    /// Zeros behind its end.
    artifact_id: [u8; ARTIFACT_ID_BYTES],
    public_key: [u8; 32],
}

/// What a signature says of its artifact.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Statement {
    /// Which app the artifact is of: 1 to 64 letters, digits, `.`, `_` and `-` of ASCII.
    pub artifact_id: String,
    /// A number that grows from build to build.
    pub build_number: u64,
    /// From when on the artifact must not be used any more, in seconds since the beginning of 1970 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_unix_seconds: Option<u64>,
}

/// The signature in a file, which nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Signature {
    /// What it says.
    #[serde(flatten)]
    pub statement: Statement,
    /// The key that it says it was made with.
    pub key: PublicKey,
}

/// What a signed artifact has to show before it is used.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'t> {
    /// The keys one of which must have signed it; two while a key is being replaced.
    pub keys: &'t [PublicKey],
    /// The app it must be of.
    pub artifact_id: &'t str,
    /// The least build number it may have.
    pub least_build_number: u64,
    /// The time, in seconds since the beginning of 1970 in UTC.
    pub now_unix_seconds: u64,
}

/// Signs `artifact`; the bytes are those of the file with a section `SIGN` at its end, in place of one it had.
///
/// # Errors
/// When the id of the statement is not one.
pub fn sign(
    artifact: &Artifact<'_>,
    key: &SigningKey,
    statement: &Statement,
) -> Result<Vec<u8>, SignatureError> {
    let claim = Claim::new(statement, &key.public())?;
    let sections: Vec<_> = artifact.sections().iter().filter(|section| section.id != SIGN).collect();
    let mut builder = Builder::new(sections.len() + 1, artifact.bytes().len());
    for section in sections {
        builder.copy(section, artifact.bytes().get(section.range()).unwrap_or_default());
    }
    builder.copy(&SectionInfo::signature(), &[0; size_of::<Payload>()]);
    let mut file = builder.finish();
    let digest = Digest::recorded(&file).unwrap_or(Digest([0; 32]));
    let signature = key.0.sign(&claim.message(digest)).to_bytes();
    // The payload needs no padding, so it ends the file.
    let at = file.len().saturating_sub(size_of::<Payload>());
    put(&mut file, at, Payload { claim, signature }.as_bytes());
    Ok(file)
}

impl Artifact<'static> {
    /// Reads the artifact at `path`, and checks its container and its signature.
    ///
    /// # Errors
    /// When the file cannot be read, its bytes are refused, or its signature is not what `trust` asks for.
    pub fn open_signed(path: impl AsRef<Path>, trust: &Trust<'_>) -> Result<Self, OpenError> {
        let artifact = Self::open(path)?;
        artifact.check_signature(trust)?;
        Ok(artifact)
    }
}

impl Artifact<'_> {
    /// What the file says about its signature; none without one. It proves nothing before it is checked.
    ///
    /// # Errors
    /// When there is something that is no signature this program knows.
    pub fn signature(&self) -> Result<Option<Signature>, SignatureError> {
        self.claimed()?.map(|payload| payload.claim.read()).transpose()
    }

    /// Checks the signature and what it says; the statement that is returned can be relied upon.
    ///
    /// # Errors
    /// The first of these that does not hold: there is a signature; it was made with one of the keys; for this file;
    /// the app is the right one; the build number is no lower than asked for; the time has not come.
    pub fn check_signature(&self, trust: &Trust<'_>) -> Result<Statement, SignatureError> {
        let payload = self.claimed()?.ok_or(SignatureError::Unsigned)?;
        let Signature { statement, key } = payload.claim.read()?;
        if !trust.keys.contains(&key) {
            return Err(SignatureError::UnknownKey { key });
        }
        if !key.signed(&payload.claim.message(self.digest()), &payload.signature) {
            return Err(SignatureError::Forged);
        }
        if statement.artifact_id != trust.artifact_id {
            let (expected, found) = (trust.artifact_id.to_owned(), statement.artifact_id);
            return Err(SignatureError::OtherArtifact { expected, found });
        }
        if statement.build_number < trust.least_build_number {
            let (least, found) = (trust.least_build_number, statement.build_number);
            return Err(SignatureError::OldBuild { least, found });
        }
        if let Some(expired) = statement.expires_unix_seconds.filter(|&at| at <= trust.now_unix_seconds) {
            return Err(SignatureError::Expired { unix_seconds: expired });
        }
        Ok(statement)
    }

    fn claimed(&self) -> Result<Option<&Payload>, SignatureError> {
        let Some(section) = self.sections().iter().find(|section| section.id == SIGN) else {
            return Ok(None);
        };
        if section.version != SECTION_VERSION {
            return Err(SignatureError::Version { version: section.version });
        }
        let payload = self.bytes().get(section.range()).unwrap_or_default();
        Payload::ref_from_bytes(payload)
            .map(Some)
            .map_err(|_| SignatureError::Malformed { rule: "it has another size" })
    }
}

impl Claim {
    fn new(statement: &Statement, key: &PublicKey) -> Result<Self, SignatureError> {
        let id = statement.artifact_id.as_bytes();
        if !is_artifact_id(&statement.artifact_id) {
            return Err(SignatureError::ArtifactId { id: statement.artifact_id.clone() });
        }
        if statement.expires_unix_seconds == Some(0) {
            return Err(SignatureError::Expired { unix_seconds: 0 });
        }
        let mut artifact_id = [0; ARTIFACT_ID_BYTES];
        artifact_id.iter_mut().zip(id).for_each(|(to, from)| *to = *from);
        Ok(Self {
            algorithm: ED25519.into(),
            reserved: [0; 6],
            build_number: statement.build_number.into(),
            expires_unix_seconds: statement.expires_unix_seconds.unwrap_or(0).into(),
            artifact_id,
            public_key: key.0,
        })
    }

    /// What it says, if it is in its one form.
    fn read(&self) -> Result<Signature, SignatureError> {
        let malformed = |rule| SignatureError::Malformed { rule };
        if self.algorithm.get() != ED25519 {
            return Err(SignatureError::Algorithm { algorithm: self.algorithm.get() });
        }
        if self.reserved != [0; 6] {
            return Err(malformed("its reserved bytes are not zero"));
        }
        let end = self.artifact_id.iter().position(|&byte| byte == 0).unwrap_or(ARTIFACT_ID_BYTES);
        let (id, zeros) = self.artifact_id.split_at_checked(end).unwrap_or_default();
        let id = str::from_utf8(id).ok().filter(|id| is_artifact_id(id));
        let artifact_id = id.filter(|_| zeros.iter().all(|&byte| byte == 0));
        let expires = self.expires_unix_seconds.get();
        Ok(Signature {
            statement: Statement {
                artifact_id: artifact_id.ok_or(malformed("its artifact id is malformed"))?.to_owned(),
                build_number: self.build_number.get(),
                expires_unix_seconds: (expires != 0).then_some(expires),
            },
            key: PublicKey::from_bytes(&self.public_key).ok_or(malformed("its key is none"))?,
        })
    }

    fn message(&self, digest: Digest) -> Vec<u8> {
        [DOMAIN, &digest.0, self.as_bytes()].concat()
    }
}

/// Whether `id` can name an app in a signature: 1 to 64 letters, digits, `.`, `_` and `-` of ASCII.
pub fn is_artifact_id(id: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=ARTIFACT_ID_BYTES).contains(&id.len()) && id.bytes().all(known)
}
