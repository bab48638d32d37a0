//! `META`: who made the artifact, for which language version, and the number of records in every table.
//!
//! The numbers let a section be validated without opening those its indexes lead to.

use crate::codec;
use crate::container::SectionId;
use crate::encode::LANGUAGE_VERSION;
use crate::error::DecodeError;

/// The `META` section of a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Meta {
    /// The program that built the artifact, as in `kizaki 0.1.0`.
    pub producer: String,
    /// The version of the language whose meaning the tables carry.
    pub language_version: u32,
    /// The number of records in every table.
    #[serde(skip)]
    pub counts: Counts,
}

/// The number of records in every table of every section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    sections: Vec<([u8; 4], Vec<u32>)>,
}

impl Counts {
    /// The number of records in the table of this number, if its section is there.
    pub fn of(&self, section: SectionId, table: usize) -> Option<u32> {
        let (_, counts) = self.sections.iter().find(|(id, _)| *id == section.bytes())?;
        counts.get(table).copied()
    }

    /// The known sections and their numbers of records, in file order.
    pub fn sections(&self) -> impl Iterator<Item = (SectionId, &[u32])> {
        self.sections.iter().filter_map(|(id, counts)| Some((SectionId::from_bytes(*id)?, counts.as_slice())))
    }
}

/// Decodes and checks `META` of a file whose other sections are `present`.
///
/// # Errors
/// What keeps the payload from being `META` of this file.
pub(crate) fn decode(payload: &[u8], present: &[SectionId]) -> Result<Meta, DecodeError> {
    let section = SectionId::Meta;
    let ((producer, language_version, ids, tables, counts), read) =
        codec::decode_meta(payload).map_err(|reason| DecodeError::Decode { section, reason })?;
    if let Some(bytes) = payload.len().checked_sub(read).filter(|&bytes| bytes > 0) {
        return Err(DecodeError::TrailingBytes { section, bytes });
    }
    let refuse = |rule| Err(DecodeError::Meta { rule });
    if language_version != LANGUAGE_VERSION {
        return refuse("the artifact is of another language version");
    }
    let (ids, odd) = ids.as_chunks::<4>();
    if !odd.is_empty() || ids.len() != tables.len() {
        return refuse("the lists of sections and tables differ in length");
    }
    let mut sections = Vec::with_capacity(ids.len());
    let mut rest = counts.as_slice();
    for (&id, &tables) in ids.iter().zip(tables) {
        let Some((counts, after)) = rest.split_at_checked(tables.into()) else {
            return refuse("the list of counts is too short");
        };
        sections.push((id, counts.to_vec()));
        rest = after;
    }
    if !rest.is_empty() {
        return refuse("the list of counts is too long");
    }
    let counts = Counts { sections };
    if !counts.sections().map(|(id, _)| id).eq(present.iter().copied().filter(|&id| id != section)) {
        return refuse("it does not list the sections of this file");
    }
    Ok(Meta { producer: producer.to_owned(), language_version, counts })
}
