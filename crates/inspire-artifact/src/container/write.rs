//! Sections to one file: payloads are appended in file order, table and header are filled in at the end.

use zerocopy::IntoBytes;

use super::read::SectionInfo;
use super::{
    ALIGN, DIGEST, Digest, ENTRY, Entry, FORMAT_MAJOR, FORMAT_MINOR, HEADER, Header, MAGIC, REQUIRED,
    SECTION_VERSION, SectionId,
};

/// A file under construction.
pub(crate) struct Builder {
    file: Vec<u8>,
    entries: Vec<Entry>,
}

impl Builder {
    /// Begins a file of `sections` sections and about `bytes` bytes of payload.
    pub(crate) fn new(sections: usize, bytes: usize) -> Self {
        let start = HEADER + sections * ENTRY;
        let mut file = Vec::with_capacity(start + bytes + sections * ALIGN);
        file.resize(start, 0);
        Self { file, entries: Vec::with_capacity(sections) }
    }

    /// Appends one section, whose payload `write` appends.
    pub(crate) fn section(&mut self, id: SectionId, write: impl FnOnce(&mut Vec<u8>)) {
        self.append(id.bytes(), SECTION_VERSION, id.flags(), write);
    }

    /// Appends a section as it stands in another file.
    pub(crate) fn copy(&mut self, section: &SectionInfo, payload: &[u8]) {
        let mut id = [0; 4];
        id.iter_mut().zip(section.id.bytes()).for_each(|(to, from)| *to = from);
        let flags = if section.required { REQUIRED } else { 0 };
        self.append(id, section.version, flags, |out| out.extend_from_slice(payload));
    }

    fn append(&mut self, id: [u8; 4], version: u16, flags: u16, write: impl FnOnce(&mut Vec<u8>)) {
        let offset = self.file.len();
        write(&mut self.file);
        self.entries.push(Entry {
            id,
            version: version.into(),
            flags: flags.into(),
            offset: (offset as u64).into(),
            length: (self.file.len().saturating_sub(offset) as u64).into(),
        });
        self.file.resize(self.file.len().next_multiple_of(ALIGN), 0);
    }

    /// Fills in table, header and digest.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let header = Header {
            magic: MAGIC,
            major: FORMAT_MAJOR.into(),
            minor: FORMAT_MINOR.into(),
            flags: 0.into(),
            length: (self.file.len() as u64).into(),
            sections: u32::try_from(self.entries.len()).unwrap_or(u32::MAX).into(),
            reserved: 0.into(),
            digest: [0; 32],
        };
        put(&mut self.file, 0, header.as_bytes());
        put(&mut self.file, HEADER, self.entries.as_bytes());
        let digest = Digest::of(&self.file, DIGEST.end..DIGEST.end);
        put(&mut self.file, DIGEST.start, &digest.0);
        self.file
    }
}

/// Overwrites `bytes.len()` bytes from `at`, which `Builder` made room for.
pub(crate) fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = file.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}
