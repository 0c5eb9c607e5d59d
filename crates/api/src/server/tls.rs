//! TLS without a proxy: the certificate and key of the configured files, which are read again when they change.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, pki_types};
use tokio::time::interval;
use tokio_rustls::TlsAcceptor;

use super::StartError;
use crate::config;
use crate::http::problem::chain;

/// How often the files are read.
const RELOAD_INTERVAL: Duration = Duration::from_secs(5);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file contains no certificate or no private key in PEM.
    #[error("{} contains no valid PEM of a certificate chain or private key", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why.
        source: pki_types::pem::Error,
    },
    /// The key is of an unsupported kind, or does not belong to the certificate.
    #[error("tls.key_file does not contain a usable key for the certificate in tls.certificate_file")]
    Key(#[source] rustls::Error),
}

/// The contents of both files.
#[derive(Clone, PartialEq, Eq)]
struct Pem {
    certificates: Vec<u8>,
    key: Vec<u8>,
}

impl fmt::Debug for Pem {
    /// Without the key.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Pem")
    }
}

/// The certificate that new connections get.
#[derive(Debug)]
pub(crate) struct Certificate {
    certificates: PathBuf,
    key: PathBuf,
    /// What the files contained at the start.
    first: Pem,
    current: ArcSwap<CertifiedKey>,
}

impl Certificate {
    /// Reads the configured files; none without them.
    pub(super) fn read(settings: &config::Tls) -> Result<Option<Arc<Self>>, CertificateError> {
        if settings.certificate_file.is_empty() {
            return Ok(None);
        }
        let [certificates, key] = [&settings.certificate_file, &settings.key_file].map(PathBuf::from);
        let first = pem(&certificates, &key)?;
        let current = ArcSwap::from_pointee(parse(&certificates, &key, &first)?);
        Ok(Some(Arc::new(Self { certificates, key, first, current })))
    }

    /// Accepts TLS connections with this certificate.
    pub(super) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, StartError> {
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder
            .with_safe_default_protocol_versions()
            .map_err(|error| StartError::failed("TLS cannot be configured", error))?
            .with_no_client_auth();
        let mut config = builder.with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Uses new contents of the files for new connections. Contents that cannot be used are logged once, and the previous
    /// certificate remains: two files are not replaced at one moment, and the next reading finds both.
    pub(super) async fn reload_on_change(self: Arc<Self>) {
        let mut ticks = interval(RELOAD_INTERVAL);
        let mut seen = Some(self.first.clone());
        loop {
            ticks.tick().await;
            let found = pem(&self.certificates, &self.key);
            if found.as_ref().ok() == seen.as_ref() {
                continue;
            }
            let parsed;
            (parsed, seen) = match found {
                Ok(pem) => (parse(&self.certificates, &self.key, &pem), Some(pem)),
                Err(error) => (Err(error), None),
            };
            match parsed {
                Ok(new) => {
                    self.current.store(Arc::new(new));
                    tracing::info!("loaded new certificate");
                }
                Err(error) => {
                    let error = chain(&error);
                    tracing::error!(error, "cannot load the new certificate; the previous one is used");
                }
            }
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

fn pem(certificates: &Path, key: &Path) -> Result<Pem, CertificateError> {
    let read =
        |path: &Path| fs::read(path).map_err(|source| CertificateError::Read { path: path.into(), source });
    Ok(Pem { certificates: read(certificates)?, key: read(key)? })
}

fn parse(certificates: &Path, key: &Path, pem: &Pem) -> Result<CertifiedKey, CertificateError> {
    let invalid = |path: &Path| {
        let path = path.to_owned();
        move |source| CertificateError::Pem { path, source }
    };
    let chain = CertificateDer::pem_slice_iter(&pem.certificates).collect::<Result<Vec<_>, _>>();
    let chain = chain.and_then(|chain| match chain.as_slice() {
        [] => Err(pki_types::pem::Error::NoItemsFound),
        _ => Ok(chain),
    });
    let chain = chain.map_err(invalid(certificates))?;
    let key = PrivateKeyDer::from_pem_slice(&pem.key).map_err(invalid(key))?;
    CertifiedKey::from_der(chain, key, &default_provider()).map_err(CertificateError::Key)
}
