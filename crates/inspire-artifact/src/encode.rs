//! Tables to the bytes of one artifact; cannot fail.
//!
//! The same tables give the same bytes: texts are laid out in the order in which the tables first use them, and
//! everything else stands as the writer filled it in.

use crate::codec;
use crate::container::SectionId;
use crate::container::write::Builder;
use crate::strings::FirstUse;
use crate::table::WriteTables;
use crate::{
    api_keys, auth, debug, email, entity, hook, integrations, namespace, network, payments, policy, routes,
    validation,
};

/// The version of the language whose meaning the tables carry.
pub const LANGUAGE_VERSION: u32 = 1;

/// The tables of a whole artifact; a block that was not declared is absent.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// `AUTH`.
    pub auth: Option<auth::Tables>,
    /// `KEYS`.
    pub api_keys: Option<api_keys::Tables>,
    /// `RTES`.
    pub routes: Option<routes::Tables>,
    /// `DATA`.
    pub data: Option<entity::Tables>,
    /// `PLCY`.
    pub policies: Option<policy::Tables>,
    /// `NSPC`.
    pub namespaces: Option<namespace::Tables>,
    /// `HOOK`.
    pub hooks: Option<hook::Tables>,
    /// `VTYP`.
    pub validations: Option<validation::Tables>,
    /// `PAYM`.
    pub payments: Option<payments::Tables>,
    /// `INTG`.
    pub integrations: Option<integrations::Tables>,
    /// `NETW`.
    pub network: Option<network::Tables>,
    /// `MAIL`.
    pub email: Option<email::Tables>,
    /// `DBUG`.
    pub debug: Option<debug::Tables>,
}

/// Encodes `tables` as one artifact; `producer` names the program, as in `kizaki 0.1.0`.
///
/// The tables must keep what their modules say and the limits; [`crate::Artifact::verify`] checks that.
pub fn encode(tables: &Tables, producer: &str) -> Vec<u8> {
    let mut sections = Sections::default();
    tables.each(&mut sections);
    let mut builder = Builder::new(sections.ids.len() / 4 + 1, sections.bytes + producer.len() + 256);
    let meta = (
        producer,
        LANGUAGE_VERSION,
        sections.ids.as_slice(),
        sections.table_counts.as_slice(),
        sections.record_counts,
    );
    builder.section(SectionId::Meta, |out| codec::encode_meta(out, &meta));
    tables.each(&mut builder);
    builder.finish()
}

/// Something that takes the present sections in file order.
trait Sink {
    fn take<T: WriteTables>(&mut self, tables: &T);
}

impl Tables {
    fn each(&self, sink: &mut impl Sink) {
        fn present<T: WriteTables>(tables: Option<&T>, sink: &mut impl Sink) {
            if let Some(tables) = tables {
                sink.take(tables);
            }
        }
        present(self.auth.as_ref(), sink);
        present(self.api_keys.as_ref(), sink);
        present(self.routes.as_ref(), sink);
        present(self.data.as_ref(), sink);
        present(self.policies.as_ref(), sink);
        present(self.namespaces.as_ref(), sink);
        present(self.hooks.as_ref(), sink);
        present(self.validations.as_ref(), sink);
        present(self.payments.as_ref(), sink);
        present(self.integrations.as_ref(), sink);
        present(self.network.as_ref(), sink);
        present(self.email.as_ref(), sink);
        present(self.debug.as_ref(), sink);
    }
}

/// What `META` tells of the other sections.
#[derive(Default)]
struct Sections {
    ids: Vec<u8>,
    table_counts: Vec<u8>,
    record_counts: Vec<u32>,
    bytes: usize,
}

impl Sink for Sections {
    fn take<T: WriteTables>(&mut self, tables: &T) {
        let counts = tables.counts();
        self.ids.extend_from_slice(&T::ID.bytes());
        self.table_counts.push(u8::try_from(counts.len()).unwrap_or(u8::MAX));
        self.bytes += tables.bytes() + tables.strings().bytes() + 9 * (counts.len() + 1);
        self.record_counts.extend(counts);
    }
}

impl Sink for Builder {
    fn take<T: WriteTables>(&mut self, tables: &T) {
        let mut order = FirstUse::new(tables.strings());
        tables.meet_texts(&mut order);
        self.section(T::ID, |out| {
            codec::put_len(out, order.len());
            order.write(out);
            tables.write_tables(&order, out);
        });
    }
}
