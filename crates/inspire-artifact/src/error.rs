//! Why bytes are not an artifact, one variant for each check, in the order of the checks.

use core::fmt;

use crate::container::{Digest, FORMAT_MAJOR, SectionId};
use crate::limits;
use crate::signature::SignatureError;

/// Why bytes were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// Size: more bytes than any artifact may have.
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
    },
    /// Magic: an artifact that a transfer in text mode damaged.
    TextDamage,
    /// Magic: something else.
    NotAnArtifact,
    /// Magic: the right first bytes, but the header is cut off.
    HeaderCutOff {
        /// Bytes of the file.
        bytes: u64,
    },
    /// Version: a format major this reader does not know.
    Version {
        /// Format major of the file.
        major: u16,
        /// Format minor of the file.
        minor: u16,
    },
    /// Flags: an unknown bit.
    Flags {
        /// All bits.
        bits: u32,
    },
    /// Flags: the reserved bytes are not zero.
    Reserved,
    /// Length: the file is shorter or longer than its header says.
    Length {
        /// Bytes by the header.
        stated: u64,
        /// Bytes of the file.
        actual: u64,
    },
    /// Table: it is malformed.
    Table {
        /// Number of the entry.
        entry: usize,
        /// What does not hold.
        rule: &'static str,
    },
    /// Table: more sections than allowed, or than fit the file.
    SectionCount {
        /// Number of sections.
        sections: u32,
    },
    /// Table: a required section this reader does not know.
    UnknownSection {
        /// Its four letters.
        id: String,
    },
    /// Table: a section in a version this reader does not know.
    SectionVersion {
        /// The section.
        section: SectionId,
        /// Its version.
        version: u16,
    },
    /// Digest: the bytes are not those that were written.
    Digest {
        /// Digest in the header.
        stated: Digest,
        /// Digest of the bytes.
        actual: Digest,
    },
    /// Decode: the payload of a section is no value of its type.
    Decode {
        /// The section.
        section: SectionId,
        /// The reason.
        reason: String,
    },
    /// Decode: bytes are left over behind the value.
    TrailingBytes {
        /// The section.
        section: SectionId,
        /// How many.
        bytes: usize,
    },
    /// Decode: a table is no whole number of records.
    PartialRecord {
        /// The section.
        section: SectionId,
        /// The table.
        table: &'static str,
    },
    /// Validate: `META` is absent, or of another language version.
    Meta {
        /// What does not hold.
        rule: &'static str,
    },
    /// Validate: a section breaks a rule that readers rely on.
    Invalid {
        /// The section.
        section: SectionId,
        /// The table.
        table: &'static str,
        /// The record.
        record: usize,
        /// What does not hold.
        rule: &'static str,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => {
                write!(f, "size: the file has {bytes} bytes, the limit is {}", limits::FILE_BYTES)
            }
            Self::TextDamage => f.write_str(
                "magic: this was an artifact, but a transfer in text mode changed its bytes; copy it as binary",
            ),
            Self::NotAnArtifact => {
                f.write_str("magic: this is no Kizaki artifact; build one with `kizaki build`")
            }
            Self::HeaderCutOff { bytes } => {
                write!(f, "magic: the file ends after {bytes} bytes, inside the header; copy or build it again")
            }
            Self::Version { major, minor } => write!(
                f,
                "version: the file has format {major}.{minor}, this program reads {FORMAT_MAJOR}.x; \
                 build it again or update this program"
            ),
            Self::Flags { bits } => {
                write!(f, "flags: {bits:#010x} has bits this program does not know; update this program")
            }
            Self::Reserved => f.write_str("flags: the reserved bytes are not zero; update this program"),
            Self::Length { stated, actual } => write!(
                f,
                "length: the file has {actual} bytes, its header says {stated}; copy or build it again"
            ),
            Self::Table { entry, rule } => write!(f, "table: section {entry}: {rule}; build it again"),
            Self::SectionCount { sections } => write!(
                f,
                "table: the file states {sections} sections; at most {} and as many as fit are allowed",
                limits::SECTIONS
            ),
            Self::UnknownSection { id } => write!(
                f,
                "table: the file needs section `{id}`, which this program does not know; update this program"
            ),
            Self::SectionVersion { section, version } => write!(
                f,
                "table: section {section} has version {version}, which this program does not know; \
                 build it again or update this program"
            ),
            Self::Digest { stated, actual } => write!(
                f,
                "digest: the bytes were changed after the build (stated {stated}, actual {actual}); \
                 copy or build it again"
            ),
            Self::Decode { section, reason } => {
                write!(f, "decode: section {section} is malformed: {reason}; build it again")
            }
            Self::TrailingBytes { section, bytes } => {
                write!(f, "trailing bytes: section {section} has {bytes} bytes too many; build it again")
            }
            Self::PartialRecord { section, table } => write!(
                f,
                "decode: table {table} of section {section} is no whole number of records; build it again"
            ),
            Self::Meta { rule } => write!(f, "validate: section META: {rule}; build it again"),
            Self::Invalid { section, table, record, rule } => {
                write!(f, "validate: section {section}: {table}[{record}]: {rule}; build it again")
            }
        }
    }
}

impl core::error::Error for DecodeError {}

/// Why a file could not be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// It cannot be read.
    Read(std::io::Error),
    /// Its bytes were refused.
    Decode(DecodeError),
    /// Its signature is not what was asked for.
    Signature(SignatureError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "read: {error}"),
            Self::Decode(error) => error.fmt(f),
            Self::Signature(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::Decode(error) => Some(error),
            Self::Signature(error) => Some(error),
        }
    }
}

impl From<DecodeError> for OpenError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<SignatureError> for OpenError {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}
