//! Where effects are delivered, and the secret that signs them.

use std::fmt;
use std::sync::Arc;

use url::Url;
use zeroize::Zeroizing;

use crate::server_url;

/// A secret shorter than this could be guessed from one signed effect.
const LEAST_SECRET: usize = 32;

/// Where effects are delivered, and how they are signed.
#[derive(Debug, Clone)]
pub struct EffectsTo {
    /// The address that they are posted to.
    pub url: EffectsUrl,
    /// What signs them.
    pub secret: EffectsSecret,
}

/// An `https` address, or an `http` one on this very machine. It is shown without its query.
#[derive(Clone, PartialEq, Eq)]
pub struct EffectsUrl(Url);

/// The secret that signs effects; never shown.
#[derive(Clone)]
pub struct EffectsSecret(Arc<Zeroizing<Vec<u8>>>);

impl EffectsUrl {
    /// Reads an `https` address, or an `http` one with a loopback host.
    ///
    /// # Errors
    ///
    /// Why the text is neither, for whoever wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = server_url::parse(text, "effects")?;
        if server_url::has_user(&url) {
            return Err(
                "an address with a password in it would be seen by others; effects are signed".to_owned()
            );
        }
        if url.fragment().is_some() {
            return Err("what follows `#` is sent to no server".to_owned());
        }
        Ok(Self(url))
    }

    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for EffectsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.0.clone();
        url.set_query(None);
        f.write_str(url.as_str())
    }
}

impl fmt::Debug for EffectsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EffectsUrl({self})")
    }
}

impl EffectsSecret {
    /// Takes the bytes of a secret, without line breaks at their end.
    ///
    /// # Errors
    ///
    /// It is shorter than 32 bytes.
    pub fn new(mut bytes: Zeroizing<Vec<u8>>) -> Result<Self, String> {
        while bytes.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            bytes.pop();
        }
        match bytes.len() {
            LEAST_SECRET.. => Ok(Self(Arc::new(bytes))),
            length => Err(format!("it has {length} bytes, and {LEAST_SECRET} are the least")),
        }
    }

    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for EffectsSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EffectsSecret")
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::{EffectsSecret, EffectsUrl};

    #[test]
    fn effects_go_over_https_or_stay_on_this_machine() {
        for text in [
            "https://app.example/effects?a=b",
            "http://localhost:3000/x",
            "http://[::1]/",
            "http://127.9.9.9",
        ] {
            assert!(EffectsUrl::parse(text).is_ok(), "{text}");
        }
        for text in [
            "http://app.example/effects",
            "http://10.0.0.1/",
            "http://localhost.example/",
            "ftp://app.example/",
            "https://user@app.example/",
            "https://:secret@app.example/",
            "https://app.example/#x",
            "app.example",
            "",
        ] {
            assert!(EffectsUrl::parse(text).is_err(), "{text}");
        }
        let url = EffectsUrl::parse("https://app.example/effects?token=secret").unwrap();
        assert_eq!(format!("{url} {url:?}").matches("secret").count(), 0);
    }

    #[test]
    fn a_secret_is_long_and_is_not_shown() {
        let of = |text: &str| EffectsSecret::new(Zeroizing::new(text.as_bytes().to_vec()));
        assert!(of(&"x".repeat(31)).is_err() && of(&format!("{}\r\n\n", "x".repeat(31))).is_err());
        let secret = of(&format!("{}\n", "x".repeat(32))).unwrap();
        assert_eq!((secret.expose().len(), format!("{secret:?}").as_str()), (32, "EffectsSecret"));
    }
}
