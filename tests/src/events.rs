//! A client of an event stream.

use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// The longest wait for an event.
const LIMIT: Duration = Duration::from_mins(1);

/// An open stream, whose response is in chunks.
pub struct EventStream {
    stream: TcpStream,
    /// The header lines, in lower case.
    pub head: String,
    /// What is received and in a chunk that is not complete.
    encoded: Vec<u8>,
    /// What is decoded and not an event yet.
    decoded: Vec<u8>,
    ended: bool,
}

/// An event, or the time until the next connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `change`, `ready`, …, or `retry`.
    pub name: String,
    /// The position after it.
    pub id: Option<String>,
    /// Its data; of `retry` the milliseconds.
    pub data: Value,
}

impl EventStream {
    /// Requests a stream from host and port.
    ///
    /// # Errors
    /// When the connection ends before the headers, or with the whole head and a body when the status is not 200.
    pub fn open(address: &str, path: &str, headers: &[(&str, &str)]) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(LIMIT))?;
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n");
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        stream.write_all((request + "\r\n").as_bytes())?;
        let mut open =
            Self { stream, head: String::new(), encoded: Vec::new(), decoded: Vec::new(), ended: false };
        let end = loop {
            if let Some(at) = open.encoded.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            open.receive()?;
        };
        let rest = open.encoded.split_off(end);
        let head = std::mem::replace(&mut open.encoded, rest);
        open.head = String::from_utf8_lossy(&head).to_lowercase();
        if !open.head.starts_with("http/1.1 200 ") {
            let _ = open.receive();
            let body = String::from_utf8_lossy(&open.encoded).into_owned();
            return Err(io::Error::other(open.head + &body));
        }
        Ok(open)
    }

    /// The next event; comments are skipped. None at the end of the response.
    ///
    /// # Errors
    /// When the connection ends before the response, and when nothing comes within a minute.
    ///
    /// # Panics
    /// When it is not one of a stream.
    pub fn event(&mut self) -> io::Result<Option<Event>> {
        loop {
            match self.event_or_comment()? {
                None => return Ok(None),
                Some(None) => {}
                Some(event) => return Ok(event),
            }
        }
    }

    /// The same; a comment is no event.
    ///
    /// # Errors
    /// As [`EventStream::event`].
    ///
    /// # Panics
    /// As [`EventStream::event`].
    pub fn event_or_comment(&mut self) -> io::Result<Option<Option<Event>>> {
        Ok(self.lines()?.map(|lines| parse(&lines)))
    }

    /// The lines until the next empty one, comments included.
    ///
    /// # Errors
    /// As [`EventStream::event`].
    ///
    /// # Panics
    /// When the response is not made of chunks of UTF-8.
    pub fn lines(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = self.decoded.windows(2).position(|two| two == b"\n\n") {
                let rest = self.decoded.split_off(end + 2);
                let lines = std::mem::replace(&mut self.decoded, rest);
                return Ok(Some(String::from_utf8(lines).expect("UTF-8").trim_end().to_owned()));
            }
            if self.ended {
                return Ok(None);
            }
            if !self.decode() {
                self.receive()?;
            }
        }
    }

    /// The number of bytes that come after the response, until the service closes the connection.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub fn rest(&mut self) -> io::Result<usize> {
        self.stream.read_to_end(&mut Vec::new())
    }

    /// Closes the sending half.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn close_half(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Sends bytes on the connection.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Reads one byte of the connection, which is none of the stream afterwards. None at its end.
    ///
    /// # Errors
    /// When the connection is reset.
    pub fn byte(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        Ok((self.stream.read(&mut byte)? == 1).then_some(byte[0]))
    }

    fn receive(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.encoded.extend(buffer.get(..count).unwrap_or_default());
                Ok(())
            }
        }
    }

    /// Decodes the next chunk, if it is complete.
    fn decode(&mut self) -> bool {
        let Some(line) = self.encoded.windows(2).position(|two| two == b"\r\n") else { return false };
        let length = String::from_utf8_lossy(self.encoded.get(..line).unwrap_or_default()).into_owned();
        let length = usize::from_str_radix(length.trim(), 16).expect("the length of a chunk");
        let (begin, end) = (line + 2, line + 2 + length);
        let Some(chunk) = self.encoded.get(begin..end).filter(|_| self.encoded.len() >= end + 2) else {
            return false;
        };
        self.decoded.extend_from_slice(chunk);
        self.ended = length == 0;
        self.encoded.drain(..end + 2);
        true
    }
}

/// None for a comment.
fn parse(lines: &str) -> Option<Event> {
    let value = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    if let Some(retry) = value("retry: ") {
        return Some(Event { name: "retry".to_owned(), id: None, data: retry.parse::<u64>().ok()?.into() });
    }
    let data = serde_json::from_str(&value("data: ")?).expect("JSON");
    Some(Event { name: value("event: ")?, id: value("id: "), data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_parsed() {
        let event = parse("id: a\nevent: ready\ndata: {}").unwrap();
        assert_eq!((event.name.as_str(), event.id.as_deref()), ("ready", Some("a")));
        assert_eq!(parse("retry: 1500").unwrap().data, 1500);
        assert_eq!(parse(":"), None);
    }
}
