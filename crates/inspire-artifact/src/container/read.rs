//! Bytes to the sections of a file, checked in a fixed order; no payload is looked into.

use core::ops::Range;

use zerocopy::FromBytes;

use super::{
    ALIGN, DIGEST, Digest, ENTRY, Entry, FORMAT_MAJOR, HEADER, Header, MAGIC, REQUIRED, SECTION_VERSION,
    SIGN, SectionId,
};
use crate::error::DecodeError;
use crate::limits;

/// A file whose header, section table and digest were checked.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    pub(crate) minor: u16,
    pub(crate) digest: Digest,
    pub(crate) sections: Vec<SectionInfo>,
}

/// One entry of the section table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SectionInfo {
    /// Its four letters.
    pub id: String,
    /// Its place in this crate, if it is known.
    #[serde(skip)]
    pub known: Option<SectionId>,
    /// Its version.
    pub version: u16,
    /// Whether an artifact must not be used without it.
    pub required: bool,
    /// Bytes before its payload.
    pub offset: u64,
    /// Bytes of its payload, padding not counted.
    pub length: u64,
}

impl SectionInfo {
    /// The section of a signature, wherever it will stand.
    pub(crate) fn signature() -> Self {
        let id = SIGN.to_owned();
        Self { id, known: None, version: SECTION_VERSION, required: false, offset: 0, length: 0 }
    }

    pub(crate) fn range(&self) -> Range<usize> {
        self.offset as usize..self.offset.saturating_add(self.length) as usize
    }
}

/// Bytes a `SIGN` payload may have.
const SIGN_BYTES: u64 = 4096;

/// Checks size, magic, version, flags, length, table and digest, in this order.
///
/// # Errors
/// The first check that fails.
pub(crate) fn read(file: &[u8]) -> Result<Container, DecodeError> {
    let bytes = file.len() as u64;
    if bytes > limits::FILE_BYTES {
        return Err(DecodeError::TooLarge { bytes });
    }
    magic(file)?;
    let Ok((header, rest)) = Header::ref_from_prefix(file) else {
        return Err(DecodeError::HeaderCutOff { bytes });
    };
    let (major, minor) = (header.major.get(), header.minor.get());
    if major != FORMAT_MAJOR {
        return Err(DecodeError::Version { major, minor });
    }
    if header.flags.get() != 0 {
        return Err(DecodeError::Flags { bits: header.flags.get() });
    }
    if header.reserved.get() != 0 {
        return Err(DecodeError::Reserved);
    }
    if header.length.get() != bytes {
        return Err(DecodeError::Length { stated: header.length.get(), actual: bytes });
    }
    let sections = table(file, rest, header.sections.get())?;
    let (stated, actual) = (Digest(header.digest), digest(file, &sections));
    if stated != actual {
        return Err(DecodeError::Digest { stated, actual });
    }
    Ok(Container { minor, digest: stated, sections })
}

fn magic(file: &[u8]) -> Result<(), DecodeError> {
    if file.starts_with(&MAGIC) {
        return Ok(());
    }
    let damaged = [
        b"\x89KZA\n".as_slice(),
        b"\x89KZA\r\r\n",
        b"\x89KZA\r\x1a",
        b"\x89KZA\r\n\n",
        b"\x89KZA\r\n\x1a\r\n",
        b"\x09KZA",
        b"KZA\r\n",
        b"KZA\n",
        b"\xC2\x89KZA",
        b"\xEF\xBF\xBDKZA",
        b"?KZA",
        b"\xEF\xBB\xBF\x89KZA",
    ];
    if damaged.into_iter().any(|start| file.starts_with(start)) {
        Err(DecodeError::TextDamage)
    } else if !file.is_empty() && MAGIC.starts_with(file) {
        Err(DecodeError::HeaderCutOff { bytes: file.len() as u64 })
    } else {
        Err(DecodeError::NotAnArtifact)
    }
}

fn table(file: &[u8], rest: &[u8], count: u32) -> Result<Vec<SectionInfo>, DecodeError> {
    let too_many = DecodeError::SectionCount { sections: count };
    let count = count as usize;
    if count > limits::SECTIONS {
        return Err(too_many);
    }
    let Ok((entries, _)) = <[Entry]>::ref_from_prefix_with_elems(rest, count) else { return Err(too_many) };
    let mut sections: Vec<SectionInfo> = Vec::with_capacity(count);
    let mut end = HEADER + count * ENTRY;
    for (number, entry) in entries.iter().enumerate() {
        let refuse = |rule| Err(DecodeError::Table { entry: number, rule });
        if entry.offset.get() != end as u64 {
            return refuse("its offset leaves a gap or overlaps");
        }
        let Some(stop) = usize::try_from(entry.length.get())
            .ok()
            .and_then(|length| end.checked_add(length))
            .filter(|&stop| stop <= file.len())
        else {
            return refuse("it ends behind the file");
        };
        end = stop.next_multiple_of(ALIGN);
        match file.get(stop..end) {
            Some(padding) if padding.iter().all(|&byte| byte == 0) => {}
            _ => return refuse("its padding is cut off or not zero"),
        }
        sections.push(section(number, entry, &sections)?);
    }
    if end != file.len() {
        return Err(DecodeError::Table { entry: count, rule: "bytes stand behind the last section" });
    }
    Ok(sections)
}

fn section(number: usize, entry: &Entry, before: &[SectionInfo]) -> Result<SectionInfo, DecodeError> {
    let refuse = |rule| Err(DecodeError::Table { entry: number, rule });
    if !entry.id.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return refuse("its id is not four upper-case letters or digits");
    }
    let id = String::from_utf8_lossy(&entry.id).into_owned();
    let (version, flags) = (entry.version.get(), entry.flags.get());
    if flags & !REQUIRED != 0 {
        return refuse("its flags have unknown bits");
    }
    if before.iter().any(|other| other.id == id) {
        return refuse("it is there twice");
    }
    let required = flags & REQUIRED != 0;
    let known = SectionId::from_bytes(entry.id);
    match known {
        None if required => return Err(DecodeError::UnknownSection { id }),
        None if id == SIGN && entry.length.get() > SIGN_BYTES => return refuse("the signature is too long"),
        None => {}
        Some(section) if flags != section.flags() => return refuse("its flags are not those of its id"),
        Some(section) if version != SECTION_VERSION => {
            return Err(DecodeError::SectionVersion { section, version });
        }
        Some(section) if before.iter().filter_map(|other| other.known).any(|other| other > section) => {
            return refuse("it stands out of order");
        }
        Some(_) => {}
    }
    Ok(SectionInfo { id, known, version, required, offset: entry.offset.get(), length: entry.length.get() })
}

fn digest(file: &[u8], sections: &[SectionInfo]) -> Digest {
    let sign = sections.iter().find(|section| section.id == SIGN && !section.required);
    Digest::of(file, sign.map_or(DIGEST.end..DIGEST.end, SectionInfo::range))
}
