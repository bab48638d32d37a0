//! The rules of `NETW`.

use super::Network;
use crate::check::{Check, Rules, ascending, at_most, hold};
use crate::limits;
use crate::meta::Counts;
use crate::table::Place;

impl Rules for Network<'_> {
    fn check(&self, _: &Counts) -> Check {
        at_most(self.hosts.len(), limits::HOSTS, "hosts")?;
        for (record, host) in self.hosts.iter().enumerate() {
            let place = Place { table: "hosts", record };
            let name = self.texts.get(host.name);
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
            hold(!name.is_empty() && name.bytes().all(plain), place, "a host has no plain name")?;
            hold(host.port.get() != 0, place, "a port is 0")?;
        }
        ascending(self.hosts, "hosts", |host| {
            (self.texts.bytes(host.name), host.wildcard.get(), host.port.get())
        })
    }
}
