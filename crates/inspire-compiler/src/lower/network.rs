//! `NETW`

use inspire_artifact::debug::Subject;
use inspire_artifact::network::{HostRecord, Tables};

use super::{Origins, add_doc};
use crate::model::Network;

const HOSTS: u8 = 0;

pub(super) fn lower(network: &Network, origins: &mut Origins<'_, '_>) -> Tables {
    let mut tables = Tables::default();
    for host in &network.hosts {
        let name = tables.strings.intern(&host.name);
        tables.hosts.push(HostRecord { name, wildcard: host.wildcard.into(), port: host.port.into() });
    }
    // A doc comment and a place belong to a record; a block that allows nothing has none.
    if !network.hosts.is_empty() {
        let doc = origins.doc(network.location.file, network.location.span.start);
        add_doc(&mut tables.strings, &mut tables.docs, HOSTS.into(), 0, doc);
        origins.place(Subject::Network, HOSTS, 0, network.location);
    }
    tables
}
