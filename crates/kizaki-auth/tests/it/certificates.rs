//! Certificates for servers of tests, and the authority that made them.

use std::path::PathBuf;
use std::sync::Arc;

use kizaki_auth::Authorities;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

/// An authority that nobody trusts until he is told to.
pub(crate) struct Authority {
    directory: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { directory: TempDir::new().unwrap(), issuer }
    }

    /// What makes it trusted.
    pub(crate) fn trusted(&self) -> Authorities {
        Authorities::parse(self.issuer.pem().as_bytes()).unwrap()
    }

    /// A certificate for a name or address, and its key, as files in PEM.
    pub(crate) fn certify(&self, name: &str, is_expired: bool) -> (PathBuf, PathBuf) {
        let (certificate, key) = self.make(name, is_expired);
        let [of_certificate, of_key] =
            ["pem", "key"].map(|end| self.directory.path().join(format!("{name}-{is_expired}.{end}")));
        std::fs::write(&of_certificate, certificate.pem()).unwrap();
        std::fs::write(&of_key, key.serialize_pem()).unwrap();
        (of_certificate, of_key)
    }

    /// What a server with a certificate for this name speaks TLS with.
    pub(crate) fn acceptor(&self, name: &str) -> TlsAcceptor {
        let (certificate, key) = self.make(name, false);
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }

    fn make(&self, name: &str, is_expired: bool) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if is_expired {
            (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        }
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

#[test]
fn authorities_are_certificates_and_nothing_else() {
    let authority = Authority::new();
    let pem = authority.issuer.pem();
    for good in [pem.clone(), format!("# of the house\n{pem}\n{pem}")] {
        assert!(Authorities::parse(good.as_bytes()).is_ok(), "{good}");
    }
    let (_, key) = authority.make("x.example", false);
    let of_nobody = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for bad in ["", "no certificate", &key.serialize_pem(), of_nobody, &pem[..pem.len() / 2]] {
        assert!(Authorities::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}
