//! Where browsers see the service, which decides the names of its cookies.

use std::fmt;
use std::net::SocketAddr;

use url::Url;

use crate::server_url;

/// An `https` origin, or an `http` one on this very machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    is_secure: bool,
}

impl PublicUrl {
    /// Reads `https://HOST[:PORT]`, or `http://` with a loopback host.
    ///
    /// # Errors
    ///
    /// Why the text is neither, for whoever wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = server_url::parse(text, "sessions and logins")?;
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        if has_more || server_url::has_user(&url) {
            return Err("only scheme, host and port are asked for".to_owned());
        }
        Ok(Self { origin: url.origin().ascii_serialization(), is_secure: url.scheme() == "https" })
    }

    /// The address that the service listens on, if only this machine can reach it.
    #[must_use]
    pub fn of_loopback(address: SocketAddr) -> Option<Self> {
        if !address.ip().to_canonical().is_loopback() {
            return None;
        }
        // As browsers write it: without the port that is the scheme's own.
        let origin = Url::parse(&format!("http://{address}")).ok()?.origin().ascii_serialization();
        Some(Self { origin, is_secure: false })
    }

    /// Whether browsers see it over `https`.
    pub(crate) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// The name of its host; `localhost` where it has an address only.
    pub(crate) fn domain(&self) -> String {
        let url = Url::parse(&self.origin).ok();
        url.as_ref().and_then(Url::domain).unwrap_or("localhost").to_owned()
    }

    /// The name of the session cookie. `__Host-` binds it to this host and to `https` (RFC 6265bis, 4.1.3.2).
    #[must_use]
    pub fn session_cookie(&self) -> &'static str {
        if self.is_secure { "__Host-kizaki" } else { "kizaki-dev" }
    }

    /// The name of the cookie of an operator's browser.
    pub(crate) fn operator_cookie(&self) -> &'static str {
        if self.is_secure { "__Host-kizaki-operator" } else { "kizaki-operator-dev" }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn only_origins_that_keep_a_cookie_safe_are_taken() {
        let cookie = |text| PublicUrl::parse(text).map(|url| (url.to_string(), url.session_cookie()));
        let secure = ("https://app.example".to_owned(), "__Host-kizaki");
        assert_eq!(cookie("https://app.example"), Ok(secure.clone()));
        assert_eq!(cookie("https://app.example:443/"), Ok(secure));
        assert_eq!(cookie("http://[::1]:80"), Ok(("http://[::1]".to_owned(), "kizaki-dev")));
        assert_eq!(cookie("http://localhost:8787").unwrap().1, "kizaki-dev");
        let of_loopback = |address: &str| PublicUrl::of_loopback(address.parse().unwrap());
        let shown = |address| of_loopback(address).map(|url| url.to_string());
        assert_eq!(shown("127.0.0.1:80"), Some("http://127.0.0.1".to_owned()));
        assert_eq!(shown("[::1]:8787"), Some("http://[::1]:8787".to_owned()));
        assert_eq!(shown("0.0.0.0:80"), None);
        let refused = [
            "http://app.example",
            "http://10.0.0.1",
            "ftp://app.example",
            "app.example",
            "https://app.example/auth",
            "https://app.example?x",
            "https://user@app.example",
            "https://",
        ];
        for text in refused {
            assert!(cookie(text).is_err(), "{text}");
        }
    }
}
