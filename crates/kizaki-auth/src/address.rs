//! The address of who calls: the peer's, or what a trusted proxy says about it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who calls: the last address of `X-Forwarded-For` that no trusted proxy has.
///
/// Each proxy appends the address that it was called from, so only what trusted proxies appended is believed. Where the
/// chain cannot be read, the last address that can be is taken.
pub(crate) fn client(Peer(peer): Peer, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut client = peer.to_canonical();
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let mut hops = lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    while is_trusted(&client) {
        let Some(hop) = hops.next().and_then(read) else { break };
        client = hop;
    }
    client
}

/// What a limit per address counts by: a network of IPv6 is one caller, because it is given out whole.
pub(crate) fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// Reads a network, `10.0.0.0/8`, or one address.
///
/// # Errors
///
/// The text is neither.
pub fn parse_proxies(text: &str) -> Result<IpNet, String> {
    let address = || text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical()));
    text.parse().or_else(|_| address()).map_err(|_| "neither an address nor a network".to_owned())
}

/// An address, with or without a port.
fn read(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?.trim();
    let address = text.parse().or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{Peer, client, counted};

    fn of(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        client(Peer(peer.parse().unwrap()), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(of("192.0.2.1", &["198.51.100.9"]), "192.0.2.1");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(of("::1", &["6.6.6.6, 198.51.100.9, 10.2.3.4"]), "198.51.100.9");
        assert_eq!(of("10.0.0.1", &["6.6.6.6", "198.51.100.9", "10.2.3.4"]), "198.51.100.9");
        assert_eq!(of("10.0.0.1", &["198.51.100.9, 10.2.3.4, 10.2.3.5"]), "198.51.100.9");
        assert_eq!(of("10.0.0.1", &["198.51.100.9:4711"]), "198.51.100.9");
        assert_eq!(of("::ffff:10.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(of("10.0.0.1", &["198.51.100.9, unknown"]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["198.51.100.9, unknown, 10.9.9.9"]), "10.9.9.9");
        assert_eq!(of("10.0.0.1", &[""]), "10.0.0.1");
    }

    #[test]
    fn a_network_of_version_6_is_one_caller() {
        let counted = |text: &str| counted(text.parse().unwrap()).to_string();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("192.0.2.1"), "192.0.2.1");
    }
}
