//! The one HTTP client for all that the service calls, and the authorities whose certificates it believes.
//!
//! It goes where it is told and nowhere else: it follows no redirect, and no variable of the environment
//! names a proxy for it. Whatever answers is given a time and a size.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Response, redirect};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// How long a connection may take; a call has a shorter time of its own where it needs one.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long a whole call may take where nothing else is said.
const TIME: Duration = Duration::from_secs(30);
const NAME: &str = concat!("kizaki/", env!("CARGO_PKG_VERSION"));

/// Who may certify the servers that are called: the public authorities that Mozilla trusts, and those that
/// were added.
#[derive(Clone, Default)]
pub struct Authorities {
    added: Vec<CertificateDer<'static>>,
}

impl Authorities {
    /// Adds the authorities of these certificates, in PEM, to the public ones.
    ///
    /// # Errors
    ///
    /// There is no certificate, or one that cannot be an authority's.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let added: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
        let authorities = Self { added: added.map_err(|error| format!("it is malformed: {error}"))? };
        if authorities.added.is_empty() {
            return Err("it holds no certificate".to_owned());
        }
        authorities.roots().map_err(|error| error.to_string())?;
        Ok(authorities)
    }

    /// Those that were added, each a certificate in DER.
    pub(crate) fn added(&self) -> impl Iterator<Item = &[u8]> {
        self.added.iter().map(AsRef::as_ref)
    }

    fn roots(&self) -> Result<RootCertStore, rustls::Error> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in &self.added {
            roots.add(certificate.clone())?;
        }
        Ok(roots)
    }

    fn tls(&self) -> Result<ClientConfig, rustls::Error> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?;
        Ok(config.with_root_certificates(self.roots()?).with_no_client_auth())
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({} added)", self.added.len())
    }
}

/// The client, of which one service makes one.
///
/// # Errors
///
/// Why it cannot be made.
pub fn new(authorities: &Authorities) -> Result<Client, String> {
    let tls = authorities.tls().map_err(|error| error.to_string())?;
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .user_agent(NAME)
        .connect_timeout(CONNECT_TIME)
        .timeout(TIME);
    client.build().map_err(|error| error.to_string())
}

/// The body of an answer, which has at most `most` bytes.
///
/// # Errors
///
/// Why there is none: it is larger, or ended early. The text names no address.
pub async fn body(mut response: Response, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reason)? {
        if chunk.len() > most.saturating_sub(bytes.len()) {
            return Err(format!("the answer has more than {most} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What went wrong with a call, down to its cause and without the address, which may hold what no log line may.
pub fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
