//! What a reader sees of `NETW`.

use core::fmt;

use serde::{Serialize, Serializer};

use super::{HostRecord, Network};
use crate::view::{Items, View};

/// A host that the app's functions may reach; written as in a schema, with its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host<'a> {
    /// Its name in lower case, without `*.` and port.
    pub name: &'a str,
    /// Whether every name below it is meant, and not it itself.
    pub wildcard: bool,
    /// The port.
    pub port: u16,
}

impl<'a> Network<'a> {
    /// All hosts, by name.
    pub fn hosts(&self) -> Items<'a, Host<'a>> {
        Items::new(*self, self.hosts)
    }
}

impl<'a> View<'a> for Host<'a> {
    type Section = Network<'a>;
    type Record = HostRecord;

    fn of(section: Network<'a>, record: &'a HostRecord) -> Self {
        Self {
            name: section.texts.get(record.name),
            wildcard: record.wildcard.get(),
            port: record.port.get(),
        }
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.wildcard { "*." } else { "" };
        write!(f, "{star}{}:{}", self.name, self.port)
    }
}

impl Serialize for Host<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
