use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use ureq::Agent;
use ureq::tls::TlsConfig;

use crate::config::{Overrides, Settings};
use crate::server::StartError;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Requests `/readyz` from the configured address.
pub(super) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::read(overrides)?;
    let (host, port) = (settings.server.host.as_str(), settings.server.port);
    let unreachable = |error| StartError::failed(format!("no response from {host}:{port}"), error);
    let address = (host, port).to_socket_addrs().map_err(unreachable)?.next();
    let address = address.ok_or_else(|| unreachable(io::ErrorKind::AddrNotAvailable.into()))?;
    // Without a proxy, whatever the environment: the service is on this host.
    let agent = Agent::config_builder().timeout_global(Some(TIMEOUT)).proxy(None).http_status_as_error(false);
    // The certificate is for the name that clients use, not for this address, and nothing is sent that is secret.
    let tls = TlsConfig::builder()
        .disable_verification(true)
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()));
    let scheme = if settings.tls.certificate_file.is_empty() { "http" } else { "https" };
    let agent = agent.tls_config(tls.build()).build().new_agent();
    let response = agent.get(format!("{scheme}://{}/readyz", reachable(address))).call();
    let status = response.map_err(|error| unreachable(error.into_io()))?.status();
    if status.is_success() {
        return Ok(());
    }
    Err(StartError::failed("the service is not ready", io::Error::other(status.to_string())))
}

/// A service that listens on all addresses is reachable on the loopback address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
