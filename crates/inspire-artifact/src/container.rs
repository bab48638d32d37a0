//! The file around the sections: header, section table, digest, padding.
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 8 | magic `89 4B 5A 41 0D 0A 1A 0A` |
//! | 8 | 2 + 2 | format major, minor |
//! | 12 | 4 | flags |
//! | 16 | 8 | length of the whole file |
//! | 24 | 4 | number of sections |
//! | 28 | 4 | reserved, zero |
//! | 32 | 32 | BLAKE3 of the file with these bytes taken as zero |
//! | 64 | 24 × n | section table |

use core::fmt;
use core::ops::Range;

use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

pub(crate) mod read;
pub(crate) mod write;

/// The first bytes of every artifact; a transfer in text mode damages them visibly, as with PNG.
pub const MAGIC: [u8; 8] = *b"\x89KZA\r\n\x1a\n";
/// The format major that is written, and the only one that is read.
pub const FORMAT_MAJOR: u16 = 1;
/// The format minor that is written.
pub const FORMAT_MINOR: u16 = 0;
/// Bytes of the header.
pub(crate) const HEADER: usize = size_of::<Header>();
/// Bytes of one entry of the section table.
pub(crate) const ENTRY: usize = size_of::<Entry>();
/// Where the digest stands.
pub(crate) const DIGEST: Range<usize> = 32..64;
/// The alignment of sections in the file.
pub(crate) const ALIGN: usize = 8;
/// The section whose payload the digest leaves out.
pub(crate) const SIGN: &str = "SIGN";
/// The flag of a section without which an artifact must not be used.
pub(crate) const REQUIRED: u16 = 1;
/// The version of every section that is written.
pub(crate) const SECTION_VERSION: u16 = 1;

/// The header of the file.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(crate) struct Header {
    pub(crate) magic: [u8; 8],
    pub(crate) major: U16,
    pub(crate) minor: U16,
    pub(crate) flags: U32,
    pub(crate) length: U64,
    pub(crate) sections: U32,
    pub(crate) reserved: U32,
    pub(crate) digest: [u8; 32],
}

/// One entry of the section table.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(crate) struct Entry {
    pub(crate) id: [u8; 4],
    pub(crate) version: U16,
    pub(crate) flags: U16,
    pub(crate) offset: U64,
    pub(crate) length: U64,
}

/// A section this crate knows, in the order in which they stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionId {
    /// Producer, language version, numbers of records.
    Meta,
    /// Sign-in and principal.
    Auth,
    /// API key scopes and grants.
    Keys,
    /// Routes.
    Routes,
    /// Entities, enums, embedded types.
    Data,
    /// Policies and system principals.
    Policies,
    /// Namespaces.
    Namespaces,
    /// Hooks and schedules.
    Hooks,
    /// Validation types.
    Validations,
    /// Plans and their prices.
    Payments,
    /// Services whose accounts users connect.
    Integrations,
    /// Hosts that may be reached.
    Network,
    /// Who sends mail.
    Mail,
    /// Source places.
    Debug,
}

impl SectionId {
    /// Every known section, in file order.
    pub const ALL: [Self; 14] = [
        Self::Meta,
        Self::Auth,
        Self::Keys,
        Self::Routes,
        Self::Data,
        Self::Policies,
        Self::Namespaces,
        Self::Hooks,
        Self::Validations,
        Self::Payments,
        Self::Integrations,
        Self::Network,
        Self::Mail,
        Self::Debug,
    ];

    /// The four letters in the section table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Meta => "META",
            Self::Auth => "AUTH",
            Self::Keys => "KEYS",
            Self::Routes => "RTES",
            Self::Data => "DATA",
            Self::Policies => "PLCY",
            Self::Namespaces => "NSPC",
            Self::Hooks => "HOOK",
            Self::Validations => "VTYP",
            Self::Payments => "PAYM",
            Self::Integrations => "INTG",
            Self::Network => "NETW",
            Self::Mail => "MAIL",
            Self::Debug => "DBUG",
        }
    }

    /// The section with these four letters.
    pub fn from_bytes(id: [u8; 4]) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.as_str().as_bytes() == id)
    }

    /// The flags it is written with: what access depends on is required.
    pub(crate) const fn flags(self) -> u16 {
        match self {
            Self::Hooks
            | Self::Validations
            | Self::Payments
            | Self::Integrations
            | Self::Network
            | Self::Mail
            | Self::Debug => 0,
            _ => REQUIRED,
        }
    }

    pub(crate) fn bytes(self) -> [u8; 4] {
        let mut id = [0; 4];
        id.copy_from_slice(self.as_str().as_bytes());
        id
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The BLAKE3 digest of a file, its own 32 bytes taken as zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest that stands in the header of `file`, unchecked; none when there is no whole header.
    ///
    /// It names a file that was just encoded; whoever reads a file opens it, which compares the digest.
    pub fn recorded(file: &[u8]) -> Option<Self> {
        file.get(DIGEST).and_then(|bytes| bytes.try_into().ok()).map(Self)
    }

    /// Digests a whole file; the bytes of `sign`, which lie behind the header, are taken as zero too.
    pub(crate) fn of(file: &[u8], sign: Range<usize>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(file.get(..DIGEST.start).unwrap_or(file));
        hasher.update(&[0; 32]);
        hasher.update(file.get(DIGEST.end..sign.start).unwrap_or_default());
        hasher.update(&vec![0; sign.len()]);
        hasher.update(file.get(sign.end..).unwrap_or_default());
        Self(*hasher.finalize().as_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
