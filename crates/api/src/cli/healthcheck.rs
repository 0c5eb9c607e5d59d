use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::config::{Overrides, Settings};
use crate::server::StartError;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks `/readyz` at the configured address.
pub(super) fn run(overrides: &Overrides) -> Result<(), StartError> {
    let settings = Settings::read(overrides)?;
    let place = (settings.server.host.as_str(), settings.server.port);
    let failed = |error| StartError::failed(format!("no answer from {}:{}", place.0, place.1), error);
    let address = place.to_socket_addrs().map_err(failed)?.next();
    let address = address.ok_or_else(|| failed(std::io::ErrorKind::AddrNotAvailable.into()))?;
    let head = ask(reachable(address)).map_err(failed)?;
    if head.starts_with("HTTP/1.1 200") {
        return Ok(());
    }
    let line = head.lines().next().unwrap_or_default().to_owned();
    Err(StartError::failed("the service is not ready", std::io::Error::other(line)))
}

/// A service that listens on every address is asked on this host's own.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
