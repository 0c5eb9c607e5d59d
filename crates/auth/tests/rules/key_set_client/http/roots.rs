//! Rule 7 over HTTP: an issuer with a certificate of a private authority.

use super::{PATH, assert_fetches};
use crate::support::TlsIssuer;
use tasknook_auth::{ConfigError, FetchError, HttpJwksSource, HttpOptions, JwksSource};

fn trusting(issuer: &TlsIssuer, pems: &[&str]) -> Result<HttpJwksSource, ConfigError> {
    let options = pems.iter().fold(HttpOptions::new(), |options, pem| options.root_certificates(*pem));
    HttpJwksSource::with_options(&issuer.url(PATH), options)
}

#[test]
fn a_private_authority_is_trusted_once_it_is_added() {
    let (issuer, other) = (TlsIssuer::answering("{}"), TlsIssuer::answering("{}"));
    assert_fetches(&trusting(&issuer, &[issuer.authority()]).unwrap(), "{}");
    assert_fetches(&trusting(&issuer, &[other.authority(), issuer.authority()]).unwrap(), "{}");
    let both = format!("{}{}", other.authority(), issuer.authority());
    assert_fetches(&trusting(&issuer, &[&both]).unwrap(), "{}");
    for untrusting in [&[][..], &[other.authority()]] {
        let fetched = trusting(&issuer, untrusting).unwrap().fetch();
        assert!(matches!(fetched, Err(FetchError::Unreachable(_))), "{fetched:?}");
    }
}

#[test]
fn root_certificates_are_pem_certificates_and_nothing_else() {
    let issuer = TlsIssuer::answering("{}");
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let with_key = format!("{}{key}", issuer.authority());
    let broken = issuer.authority().replacen("MII", "AAA", 1);
    let cut = &issuer.authority()[..200];
    for pem in ["", "no certificate", &key, &with_key, &broken, cut] {
        let source = trusting(&issuer, &[pem]);
        assert!(matches!(source, Err(ConfigError::OutOfRange { setting: "root_certificates", .. })), "{pem}");
    }
}
