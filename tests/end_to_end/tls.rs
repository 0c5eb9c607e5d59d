//! TLS without a proxy, with an authority of the tests' own.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tasknook_tests::{Environment, Service, eventually};
use time::OffsetDateTime;

use crate::database::Database;

const LIMIT: Duration = Duration::from_secs(30);
const NAME: &str = "tasks.example";

type Connection = StreamOwned<ClientConnection, TcpStream>;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes a certificate for [`NAME`] and its key to the files.
    fn issue(&self, files: &Files, end: OffsetDateTime) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
        params.not_before = OffsetDateTime::UNIX_EPOCH;
        params.not_after = end;
        let certificate = params.signed_by(&key, &self.0).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
        fs::write(&files.certificate, certificate.pem()).unwrap();
    }

    /// Connects as a client that trusts this authority alone.
    fn connect(&self, service: &Service) -> std::io::Result<Connection> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let config = builder.with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from(NAME).unwrap();
        let session = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut connection = StreamOwned::new(session, plain(service));
        connection.conn.complete_io(&mut connection.sock)?;
        Ok(connection)
    }
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn of(environment: &Environment) -> Self {
        let file = |name| environment.folder().join(name);
        Self { certificate: file("certificate.pem"), key: file("key.pem") }
    }
}

fn never() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(4_000_000_000).unwrap()
}

fn with_certificate(authority: &Authority, end: OffsetDateTime) -> (Environment, Files) {
    let environment = Database::Sqlite.with_secret();
    let files = Files::of(&environment);
    authority.issue(&files, end);
    let environment = environment
        .set("TASKNOOK_TLS__CERTIFICATE_FILE", "certificate.pem")
        .set("TASKNOOK_TLS__KEY_FILE", "key.pem");
    (environment, files)
}

fn address(service: &Service) -> &str {
    service.url().strip_prefix("https://").unwrap_or_else(|| panic!("{} is not https", service.url()))
}

fn plain(service: &Service) -> TcpStream {
    let stream = TcpStream::connect(address(service)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

/// Sends a request and reads the head of its response.
fn request(connection: &mut (impl Read + Write), path: &str) -> String {
    write!(connection, "GET {path} HTTP/1.1\r\nHost: {NAME}\r\n\r\n").unwrap();
    let mut response = [0; 2048];
    let length = connection.read(&mut response).unwrap();
    String::from_utf8_lossy(&response[..length]).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn https_is_served_and_http_is_not() {
    let authority = Authority::new();
    let (environment, _files) = with_certificate(&authority, never());
    let service = environment.serve();
    let mut connection = authority.connect(&service).unwrap();
    for _ in 0..2 {
        assert_eq!(request(&mut connection, "/livez"), "HTTP/1.1 200 OK");
    }
    assert!(Authority::new().connect(&service).is_err(), "an unknown authority is trusted");

    let mut response = Vec::new();
    let mut http = plain(&service);
    http.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    // The connection may be reset, since the service does not read what follows an invalid handshake.
    let _ = http.read_to_end(&mut response);
    assert!(!response.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&response));

    let port = address(&service).rsplit(':').next().unwrap();
    let _ = environment.clone().set("TASKNOOK_SERVER__PORT", port).run(&["healthcheck"]).success();
    service.stop();
}

#[test]
fn rotated_certificate_is_used_without_a_restart() {
    let authority = Authority::new();
    let (environment, files) = with_certificate(&authority, OffsetDateTime::UNIX_EPOCH + time::Duration::DAY);
    let service = environment.serve();
    let expired = authority.connect(&service).unwrap_err();
    assert!(expired.to_string().contains("expired"), "{expired}");

    authority.issue(&files, never());
    let connected = eventually(LIMIT, || authority.connect(&service).ok());
    let Some(mut open) = connected else { panic!("the new certificate is not used\n{}", service.log()) };
    assert_eq!(request(&mut open, "/livez"), "HTTP/1.1 200 OK");

    // Of another authority: connections that are open remain.
    let other = Authority::new();
    other.issue(&files, never());
    let mut new = eventually(LIMIT, || other.connect(&service).ok()).unwrap();
    assert_eq!(request(&mut new, "/livez"), "HTTP/1.1 200 OK");
    assert_eq!(request(&mut open, "/livez"), "HTTP/1.1 200 OK");
    service.stop();
}

#[test]
fn invalid_new_certificate_does_not_replace_the_old_one() {
    let authority = Authority::new();
    let (environment, files) = with_certificate(&authority, never());
    let service = environment.serve();
    fs::write(&files.certificate, "-----BEGIN CERTIFICATE-----\n").unwrap();
    let reported = |line: &str| line.contains("cannot load the new certificate").then_some(());
    assert!(service.log().wait_for(LIMIT, reported).is_ok(), "{}", service.log());
    let mut connection = authority.connect(&service).unwrap();
    assert_eq!(request(&mut connection, "/livez"), "HTTP/1.1 200 OK");
    service.stop();
}

#[test]
fn unusable_certificates_are_rejected_at_start() {
    let authority = Authority::new();
    let (environment, files) = with_certificate(&authority, never());
    let _ = environment.run(&["check-config"]).success();
    let key = fs::read_to_string(&files.key).unwrap();
    let other = KeyPair::generate().unwrap().serialize_pem();
    for (content, why) in [(other.as_str(), "usable key"), ("", "no valid PEM")] {
        fs::write(&files.key, content).unwrap();
        for command in ["check-config", "serve"] {
            let exit = environment.run(&[command]);
            assert_eq!(exit.code, Some(2), "{}", exit.stderr);
            assert!(exit.stderr.contains(why) && exit.stderr.contains("tls."), "{}", exit.stderr);
            assert!(!exit.stderr.contains(key.lines().nth(1).unwrap()));
        }
    }
    fs::remove_file(&files.key).unwrap();
    assert!(environment.run(&["serve"]).stderr.contains("key.pem cannot be read"));
}

#[test]
fn handshake_that_does_not_end_is_closed() {
    let authority = Authority::new();
    let (environment, _files) = with_certificate(&authority, never());
    let service = environment.set("TASKNOOK_SERVER__HEADER_TIMEOUT_SECONDS", "1").serve();
    let mut silent = plain(&service);
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0, "the service responds to nothing");
    service.stop();
}
