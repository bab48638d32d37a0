//! `NETW`: the hosts that the app's functions may reach; all others are closed to them.

use zerocopy::little_endian::U16;

use crate::record::{Code, Text, records};
use crate::table::tables;

mod check;
mod view;

pub use view::Host;

records! {
    /// One host; the table is sorted by `name`, then `wildcard`, then `port`.
    pub struct HostRecord {
        /// Its name in lower case, without `*.` and port.
        pub name: Text,
        /// Whether every name below it is meant, and not it itself.
        pub wildcard: Code<bool>,
        /// The port; 443 unless the schema names one.
        pub port: U16,
    }
}

tables! {
    /// The `NETW` section of a file.
    pub struct Network = Network {
        /// Sorted by name, wildcard and port.
        hosts: HostRecord,
    }
}
