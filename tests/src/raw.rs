//! A connection of a client that does what well-behaved clients do not.

use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// The longest wait for bytes of the service.
const LIMIT: Duration = Duration::from_mins(1);

/// A plain connection.
pub struct RawConnection {
    stream: TcpStream,
    host: String,
    received: Vec<u8>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In order: the service sent all that it wanted to.
    Closed,
    /// With a reset.
    Reset,
}

/// A response as its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawResponse {
    /// The status code.
    pub status: u16,
    /// The header lines, in lower case.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl RawResponse {
    /// Whether it announces the end of the connection.
    #[must_use]
    pub fn announces_end(&self) -> bool {
        self.head.contains("\r\nconnection: close")
    }
}

impl RawConnection {
    /// Connects to host and port.
    ///
    /// # Errors
    /// When nothing listens there.
    pub fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: address.to_owned(), received: Vec::new() })
    }

    /// The text of a request. A body is JSON.
    #[must_use]
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for (name, value) in headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if !body.is_empty() {
            let _ = write!(text, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        text + "\r\n" + body
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Reads the next response, which has a `Content-Length`. None at the end of the connection.
    ///
    /// # Errors
    /// When the connection is reset, or ends within a response.
    pub fn response(&mut self) -> io::Result<Option<RawResponse>> {
        loop {
            if let Some((response, rest)) = parse(&self.received) {
                self.received = rest;
                return Ok(Some(response));
            }
            let mut buffer = [0; 16 * 1024];
            match self.stream.read(&mut buffer)? {
                0 if self.received.is_empty() => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.received.extend(buffer.get(..count).unwrap_or_default()),
            }
        }
    }

    /// Whether bytes, or the end, have come; without waiting.
    ///
    /// # Panics
    /// When the socket cannot be read without waiting.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.stream.set_nonblocking(true).unwrap();
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false).unwrap();
        !matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Reads and discards everything until the end.
    ///
    /// # Panics
    /// When there is none within a minute.
    pub fn end(&mut self) -> End {
        let mut buffer = vec![0; 1 << 20];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return End::Closed,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return End::Reset,
                Err(error) => panic!("the connection does not end: {error}"),
            }
        }
    }
}

fn parse(received: &[u8]) -> Option<(RawResponse, Vec<u8>)> {
    let end = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(received.get(..end)?).to_lowercase();
    let length = head.split_once("\r\ncontent-length: ").and_then(|(_, rest)| rest.split_once('\r'));
    let length = length.map_or(0, |(length, _)| length.parse().expect("a length"));
    let body = received.get(end..end + length)?.to_vec();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Some((RawResponse { status, head, body }, received.get(end + length..)?.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_separated_by_their_lengths() {
        let (first, rest) = parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 ").unwrap();
        assert_eq!(
            (first.status, first.body.as_slice(), rest.as_slice()),
            (200, &b"ok"[..], &b"HTTP/1.1 204 "[..])
        );
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no").is_none());
        let (last, _) = parse(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
        assert!(last.announces_end());
    }
}
