//! Bytes to the sections a reader asks for.
//!
//! Opening checks the container and its digest. A section is decoded and validated when it is first asked for;
//! after that, asking again costs a few loads.

use std::borrow::Cow;
use std::path::Path;
use std::sync::OnceLock;

use crate::check::{self, Rules};
use crate::codec;
use crate::container::read::{Container, SectionInfo, read};
use crate::container::{Digest, FORMAT_MAJOR, SectionId};
use crate::encode::{Tables, encode};
use crate::error::{DecodeError, OpenError};
use crate::meta::{self, Meta};
use crate::strings::Texts;
use crate::table::{Layout, MAX_TABLES, ReadTables};
use crate::{
    api_keys, auth, debug, email, entity, file, hook, integrations, namespace, network, payments, policy,
    routes, validation,
};

/// An artifact whose container was checked.
#[derive(Debug)]
pub struct Artifact<'a> {
    bytes: Cow<'a, [u8]>,
    container: Container,
    meta: OnceLock<Meta>,
    /// Of each section of [`SectionId::ALL`] that was validated.
    layouts: [OnceLock<Layout>; SectionId::ALL.len()],
}

impl Artifact<'static> {
    /// Reads the artifact at `path` and checks its container.
    ///
    /// # Errors
    /// When the file cannot be read, or its bytes are refused.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Ok(Self::from_vec(file::read(path.as_ref())?)?)
    }

    /// Checks the container of `bytes` and keeps them.
    ///
    /// # Errors
    /// The first check that fails, in the order of [`DecodeError`]'s variants.
    pub fn from_vec(bytes: Vec<u8>) -> Result<Self, DecodeError> {
        Self::new(bytes.into())
    }
}

impl<'a> Artifact<'a> {
    /// Checks the container of `bytes`.
    ///
    /// # Errors
    /// The first check that fails, in the order of [`DecodeError`]'s variants.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Self::new(bytes.into())
    }

    fn new(bytes: Cow<'a, [u8]>) -> Result<Self, DecodeError> {
        let container = read(&bytes)?;
        Ok(Self { bytes, container, meta: OnceLock::new(), layouts: Default::default() })
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The digest of the file, which was checked.
    pub fn digest(&self) -> Digest {
        self.container.digest
    }

    /// Format major and minor.
    pub fn format_version(&self) -> (u16, u16) {
        (FORMAT_MAJOR, self.container.minor)
    }

    /// The section table, unknown optional sections included.
    pub fn sections(&self) -> &[SectionInfo] {
        &self.container.sections
    }

    /// Producer, language version and numbers of records.
    ///
    /// # Errors
    /// When the section is refused or absent.
    pub fn meta(&self) -> Result<&Meta, DecodeError> {
        if let Some(meta) = self.meta.get() {
            return Ok(meta);
        }
        let payload = self.payload(SectionId::Meta).ok_or(DecodeError::Meta { rule: "it is absent" })?;
        let present: Vec<SectionId> = self.sections().iter().filter_map(|section| section.known).collect();
        let meta = meta::decode(payload, &present)?;
        Ok(self.meta.get_or_init(|| meta))
    }

    /// Sign-in and principal; absent without an `auth` block.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn auth(&self) -> Result<Option<auth::Auth<'_>>, DecodeError> {
        self.section()
    }

    /// API key scopes; absent without an `apiKeys` block.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn api_keys(&self) -> Result<Option<api_keys::ApiKeys<'_>>, DecodeError> {
        self.section()
    }

    /// Routes; absent if there is none.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn routes(&self) -> Result<Option<routes::Routes<'_>>, DecodeError> {
        self.section()
    }

    /// Entities, enums and embedded types; absent if there is none.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn data(&self) -> Result<Option<entity::Data<'_>>, DecodeError> {
        self.section()
    }

    /// Policies and system principals; absent if there is none.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn policies(&self) -> Result<Option<policy::Policies<'_>>, DecodeError> {
        self.section()
    }

    /// Namespaces; absent if there is none.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn namespaces(&self) -> Result<Option<namespace::Namespaces<'_>>, DecodeError> {
        self.section()
    }

    /// Hooks and schedules; absent if there is none.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn hooks(&self) -> Result<Option<hook::Hooks<'_>>, DecodeError> {
        self.section()
    }

    /// Validation types; absent if there is none.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn validations(&self) -> Result<Option<validation::Validations<'_>>, DecodeError> {
        self.section()
    }

    /// Plans and their prices; absent without the block.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn payments(&self) -> Result<Option<payments::PaymentTables<'_>>, DecodeError> {
        self.section()
    }

    /// Services whose accounts users connect; absent without the block.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn integrations(&self) -> Result<Option<integrations::Integrations<'_>>, DecodeError> {
        self.section()
    }

    /// Hosts that may be reached; absent without the block.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn network(&self) -> Result<Option<network::Network<'_>>, DecodeError> {
        self.section()
    }

    /// Who sends mail; absent without the block.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn email(&self) -> Result<Option<email::Mail<'_>>, DecodeError> {
        self.section()
    }

    /// Source places; absent unless the artifact was built with them.
    ///
    /// # Errors
    /// When the section is refused.
    pub fn debug(&self) -> Result<Option<debug::SourceMap<'_>>, DecodeError> {
        self.section()
    }

    /// Opens and validates every section.
    ///
    /// # Errors
    /// The first section that is refused.
    pub fn verify(&self) -> Result<(), DecodeError> {
        self.meta()?;
        self.auth()?;
        self.api_keys()?;
        self.routes()?;
        self.data()?;
        self.policies()?;
        self.namespaces()?;
        self.hooks()?;
        self.validations()?;
        self.payments()?;
        self.integrations()?;
        self.network()?;
        self.email()?;
        self.debug()?;
        Ok(())
    }

    /// The tables that a writer would have filled to get this artifact.
    ///
    /// # Errors
    /// The first section that is refused.
    pub fn to_tables(&self) -> Result<Tables, DecodeError> {
        self.meta()?;
        Ok(Tables {
            auth: self.auth()?.map(|section| section.to_tables()),
            api_keys: self.api_keys()?.map(|section| section.to_tables()),
            routes: self.routes()?.map(|section| section.to_tables()),
            data: self.data()?.map(|section| section.to_tables()),
            policies: self.policies()?.map(|section| section.to_tables()),
            namespaces: self.namespaces()?.map(|section| section.to_tables()),
            hooks: self.hooks()?.map(|section| section.to_tables()),
            validations: self.validations()?.map(|section| section.to_tables()),
            payments: self.payments()?.map(|section| section.to_tables()),
            integrations: self.integrations()?.map(|section| section.to_tables()),
            network: self.network()?.map(|section| section.to_tables()),
            email: self.email()?.map(|section| section.to_tables()),
            debug: self.debug()?.map(|section| section.to_tables()),
        })
    }

    /// Encodes what was decoded; without unknown sections the bytes are those of the file.
    ///
    /// # Errors
    /// The first section that is refused.
    pub fn re_encode(&self) -> Result<Vec<u8>, DecodeError> {
        Ok(encode(&self.to_tables()?, &self.meta()?.producer))
    }

    fn section<'s, S: ReadTables<'s> + Rules>(&'s self) -> Result<Option<S>, DecodeError> {
        let cached = self.layouts.get(S::ID as usize);
        if let Some(layout) = cached.and_then(OnceLock::get) {
            return self.view(layout).map(Some);
        }
        let Some(payload) = self.payload(S::ID) else { return Ok(None) };
        let (section, layout) = decode::<S>(payload, self.offset(S::ID))?;
        check::section(&section, &self.meta()?.counts, self.seed())?;
        if let Some(cell) = cached {
            cell.get_or_init(|| layout);
        }
        Ok(Some(section))
    }

    /// The view of a section that was validated.
    fn view<'s, S: ReadTables<'s>>(&'s self, layout: &'s Layout) -> Result<S, DecodeError> {
        let bytes = |range: &core::ops::Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        let mut tables = [[].as_slice(); MAX_TABLES];
        for (table, range) in tables.iter_mut().zip(&layout.tables) {
            *table = bytes(range);
        }
        S::from_parts(Texts(&layout.strings), &tables)
            .map_err(|table| DecodeError::PartialRecord { section: S::ID, table })
    }

    fn info(&self, id: SectionId) -> Option<&SectionInfo> {
        self.sections().iter().find(|section| section.known == Some(id))
    }

    fn payload(&self, id: SectionId) -> Option<&[u8]> {
        self.bytes.get(self.info(id)?.range())
    }

    fn offset(&self, id: SectionId) -> usize {
        self.info(id).map_or(0, |section| section.range().start)
    }

    /// A number that depends on every byte of the file.
    fn seed(&self) -> u64 {
        self.container.digest.0.first_chunk().copied().map_or(0, u64::from_le_bytes)
    }
}

/// Decodes the payload that stands at `offset`; every byte of it is consumed.
fn decode<'a, S: ReadTables<'a>>(payload: &'a [u8], offset: usize) -> Result<(S, Layout), DecodeError> {
    let section = S::ID;
    let (strings, tables, read) =
        S::split(payload).map_err(|reason| DecodeError::Decode { section, reason })?;
    if let Some(bytes) = payload.len().checked_sub(read).filter(|&bytes| bytes > 0) {
        return Err(DecodeError::TrailingBytes { section, bytes });
    }
    let mut at = offset + codec::prefix_len(strings.len()) + strings.len();
    let mut place = |table: &&[u8]| {
        let start = at + codec::prefix_len(table.len());
        at = start + table.len();
        start..at
    };
    let layout = Layout { strings: strings.into(), tables: tables.iter().map(&mut place).collect() };
    let view = S::from_parts(Texts(strings), &tables)
        .map_err(|table| DecodeError::PartialRecord { section, table })?;
    Ok((view, layout))
}
