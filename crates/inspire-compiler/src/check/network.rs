//! `network`: hosts that are named exactly, each once.

use std::net::Ipv4Addr;

use inspire_diagnostics::{Code, Diagnostic, Location};
use inspire_syntax::ast::{Value, ValueKind};
use rustc_hash::FxHashMap;

use super::keys::Keys;
use super::{Checker, setting};
use crate::model::{Host, Network};

/// The port of a host whose port is not named: that of HTTPS.
const PORT: u16 = 443;

/// Checks `network`.
pub(crate) fn check<'a>(cx: &mut Checker<'a>) -> Option<Network> {
    let declared = cx.names.network?;
    let node = declared.node;
    let mut keys = Keys::new(cx, declared.file, "`network`", node.keyword, node.body);
    keys.are_known(&["allow"]);
    let mut hosts = Vec::new();
    if let Some(setting) = keys.required("allow", "allow: [\"api.example.com\"]") {
        let help = "write a list of host names: `allow: [\"api.example.com\", \"*.example.org\"]`";
        match setting.value.kind {
            ValueKind::List(values) => hosts = list(&mut keys, values, help),
            _ => setting::wrong_value(keys.cx, keys.file, "allow", "a list of hosts", &setting.value, help),
        }
    }
    hosts.sort();
    hosts.dedup();
    Some(Network { location: declared.at(node.keyword), hosts })
}

fn list<'a>(keys: &mut Keys<'_, 'a>, values: &[Value<'a>], help: &str) -> Vec<Host> {
    let mut found: Vec<(Host, Location)> = Vec::new();
    for value in values {
        let place = keys.at(value.span);
        match value.kind {
            ValueKind::String(text) => match parse(text) {
                Ok(host) => found.push((host, place)),
                Err(refused) => keys.cx.report(malformed(place, text, refused)),
            },
            ValueKind::Malformed => {}
            _ => setting::wrong_value(keys.cx, keys.file, "allow", "strings", value, help),
        }
    }
    hosts_are_needed(keys.cx, &found);
    found.into_iter().map(|(host, _)| host).collect()
}

/// Why a text is no host, and what was probably meant.
type Refused = (&'static str, Option<String>);

fn parse(text: &str) -> Result<Host, Refused> {
    if text == "*" || text.starts_with("*:") {
        return Err(("it would allow every host", None));
    }
    if let Some((_, rest)) = text.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return Err(("a host has no scheme and no path", Some(host.to_owned())));
    }
    if let Some((host, _)) = text.split_once('/') {
        return Err(("a host has no path", Some(host.to_owned())));
    }
    let (wildcard, rest) = match text.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (name, port) =
        match rest.rsplit_once(':').filter(|(name, _)| !name.contains(':') || name.ends_with(']')) {
            Some((name, digits)) => {
                let port = digits.parse().ok().filter(|port| *port != 0 && !digits.starts_with(['+', '0']));
                (name, port.ok_or(("a port is a number from 1 to 65535", None))?)
            }
            None => (rest, PORT),
        };
    if name.contains('*') {
        return Err(("`*` stands for whole names at the start only: `*.example.com`", None));
    }
    let parsed = url::Host::parse(name).map_err(|_| ("it is no host name", None))?;
    let plain = parsed.to_string();
    if plain != name {
        let star = if wildcard { "*." } else { "" };
        let port = if port == PORT { String::new() } else { format!(":{port}") };
        return Err(("it is written in another way", Some(format!("{star}{plain}{port}"))));
    }
    let is_domain = matches!(parsed, url::Host::Domain(_));
    if wildcard && !(is_domain && name.contains('.')) {
        return Err(("`*.` stands before a name with a dot in it", None));
    }
    let dns = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if is_domain && (name.len() > 253 || !name.split('.').all(dns)) {
        return Err(("it is no host name", None));
    }
    Ok(Host { name: plain, wildcard, port })
}

#[cold]
fn malformed(place: Location, text: &str, (why, meant): Refused) -> Diagnostic {
    let new = Diagnostic::new(Code::MalformedHost, place, format!("`{text}` is no host: {why}"))
        .label("not a host");
    match meant.filter(|meant| parse(meant).is_ok()) {
        Some(meant) => {
            let quoted = format!("\"{meant}\"");
            new.help(format!("write `{quoted}`")).fix(format!("replace with `{quoted}`"), place, quoted)
        }
        None => {
            new.help("write a name, perhaps with a port: `\"api.example.com\"`, `\"*.example.org:8443\"`")
        }
    }
}

/// No host is there twice or covered by a wildcard, and none is on the inside of the network.
fn hosts_are_needed(cx: &mut Checker<'_>, found: &[(Host, Location)]) {
    let mut first: FxHashMap<&Host, Location> = FxHashMap::default();
    for (host, place) in found {
        first.entry(host).or_insert(*place);
    }
    for (host, place) in found {
        let parents = host.name.match_indices('.').filter_map(|(dot, _)| host.name.get(dot + 1..));
        let covers = |parent: &str| {
            first.get(&Host { name: parent.to_owned(), wildcard: true, port: host.port }).copied()
        };
        let same = first.get(host).copied().filter(|first| first != place);
        if let Some(other) = same.or_else(|| parents.map(covers).find_map(|place| place)) {
            let new = Diagnostic::new(Code::DuplicateHost, *place, "this host is allowed already")
                .label("allowed again here")
                .related(other, "allowed here")
                .help("remove one of them");
            cx.report(new);
        } else if is_internal(host) {
            let new = Diagnostic::new(
                Code::PrivateHost,
                *place,
                format!("`{}` is on the inside of the network", host.name),
            )
            .label("not a host of the internet")
            .help("whoever makes the app fetch an address they chose can reach it; keep it only if that is meant");
            cx.report(new);
        }
    }
}

/// Whether a host is this machine, in a private range or link-local (RFC 1918, RFC 4193, RFC 3927, RFC 6598, RFC 6761).
fn is_internal(host: &Host) -> bool {
    match url::Host::parse(&host.name) {
        Ok(url::Host::Domain(name)) => {
            name == "localhost"
                || [".localhost", ".local", ".internal", ".home.arpa"].iter().any(|end| name.ends_with(end))
        }
        Ok(url::Host::Ipv4(ip)) => is_internal_v4(ip),
        Ok(url::Host::Ipv6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => is_internal_v4(ip),
            None => {
                ip.is_loopback() || ip.is_unicast_link_local() || ip.is_unique_local() || ip.is_unspecified()
            }
        },
        Err(_) => false,
    }
}

fn is_internal_v4(ip: Ipv4Addr) -> bool {
    // This network (RFC 791) and the space shared by carriers (RFC 6598) have no method of their own.
    let [first, second, ..] = ip.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    first == 0 || is_shared || ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_broadcast()
}
