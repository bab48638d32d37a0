//! Addresses that secrets go to: encrypted, or of this very machine.

use url::{Host, ParseError, Url};

/// Reads an `https` URL, or an `http` one with a loopback host. `what` names what goes there, in the plural.
///
/// # Errors
///
/// Why the text is neither, for whoever wrote it.
pub(crate) fn parse(text: &str, what: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => "it has no scheme: write `https://HOST`".to_owned(),
        other => other.to_string(),
    })?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(url.host().as_ref()) => Ok(url),
        "http" => Err(format!("{what} need `https`; `http` is for loopback only")),
        other => Err(format!("`{other}` is neither `https` nor `http`")),
    }
}

/// Whether it names a user, which arguments and logs would show.
pub(crate) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether this names the very machine.
pub(crate) fn is_loopback(host: Option<&Host<&str>>) -> bool {
    match host {
        Some(Host::Domain(name)) => *name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
