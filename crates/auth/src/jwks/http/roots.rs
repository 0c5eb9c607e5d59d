//! The root certificates that an issuer's certificate is verified with.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::ConfigError;

/// The operating system's verifier, or its certificates and these; the client cannot add certificates to the former.
pub(super) fn trusted(pems: &[Vec<u8>]) -> Result<RootCerts, ConfigError> {
    if pems.is_empty() {
        return Ok(RootCerts::PlatformVerifier);
    }
    let mut certificates = Vec::new();
    for pem in pems {
        certificates.extend(parse(pem)?);
    }
    let native = rustls_native_certs::load_native_certs();
    if let Some(error) = native.errors.first() {
        tracing::warn!(%error, "not every root certificate of the operating system can be read");
    }
    certificates.extend(native.certs.iter().map(|native| Certificate::from_der(native).to_owned()));
    Ok(certificates.into())
}

/// At least one certificate, and nothing else: a private key in the file would be a mistake.
fn parse(pem: &[u8]) -> Result<Vec<Certificate<'static>>, ConfigError> {
    let error = || ConfigError::OutOfRange {
        setting: "root_certificates",
        expected: "must be certificates in PEM, and nothing else",
    };
    let certificates: Result<Vec<_>, _> = parse_pem(pem)
        .map(|item| match item {
            Ok(PemItem::Certificate(certificate)) if is_root(&certificate) => Ok(certificate),
            _ => Err(error()),
        })
        .collect();
    certificates.and_then(|all| if all.is_empty() { Err(error()) } else { Ok(all) })
}

/// Whether it can be parsed; the client would ignore one that cannot.
fn is_root(certificate: &Certificate<'_>) -> bool {
    RootCertStore::empty().add(CertificateDer::from(certificate.der())).is_ok()
}
