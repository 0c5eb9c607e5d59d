//! What the stream of a connection and its requests tell each other.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use memchr::memchr;
use tokio::time::Instant;

use super::Timeouts;
use super::write_deadline::WriteProgress;
use crate::state::UnreadResponse;

/// A connection that is closing ends when it was idle for this long: a client that is using it sends its next request within
/// that time, and would lose it.
const GRACE: Duration = Duration::from_secs(1);

/// A response that had nothing to send for this long does not wait for its client: what the client reads from then on counts
/// anew.
const SILENCE: Duration = Duration::from_secs(1);

/// Bytes that may wait behind a stream, requests and its own headers. actix-http polls without a pause from 128 KiB on.
const MAX_BEHIND_STREAM: usize = 96 * 1024;

/// The end of the headers of a request (RFC 9112 §2.1).
const END_OF_HEADERS: &[u8; 4] = b"\r\n\r\n";

/// How far the end of a connection is, on a request's wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    Requested,
    /// actix-http knows: it starts no further request.
    Begun,
}

/// The state of a connection. All of it belongs to one thread.
#[derive(Debug)]
pub(crate) struct ConnectionState {
    timeouts: Timeouts,
    in_flight: Cell<usize>,
    ending: Cell<Ending>,
    last_active: Cell<Instant>,
    /// Set while request headers are awaited: since the accept, or since bytes came while no request was in flight.
    header_deadline: Cell<Option<Instant>>,
    /// Bytes of a request have arrived whose handler has not started.
    arriving: Cell<bool>,
    /// Ends of headers that were read, whose handlers have not started.
    unstarted: Cell<usize>,
    /// The matching bytes of [`END_OF_HEADERS`] at the end of what was read.
    matched: Cell<usize>,
    writing: Cell<Option<WriteProgress>>,
    /// Since when the kernel has everything that was to be written.
    written_since: Cell<Option<Instant>>,
    /// The last write did not fit into the kernel's buffer.
    blocked: Cell<bool>,
    /// The client sends nothing more.
    client_ended: Cell<bool>,
    /// Bytes that were read since nothing was in flight.
    read_ahead: Cell<usize>,
    unread: UnreadResponse,
}

impl ConnectionState {
    pub(super) fn new(timeouts: Timeouts) -> Self {
        let now = Instant::now();
        Self {
            timeouts,
            in_flight: Cell::new(0),
            ending: Cell::new(Ending::No),
            last_active: Cell::new(now),
            header_deadline: Cell::new(Some(now + timeouts.header)),
            arriving: Cell::new(false),
            unstarted: Cell::new(0),
            matched: Cell::new(0),
            writing: Cell::new(None),
            written_since: Cell::new(None),
            blocked: Cell::new(false),
            client_ended: Cell::new(false),
            read_ahead: Cell::new(0),
            unread: UnreadResponse::default(),
        }
    }

    /// A request's headers are complete; it is in flight until the guard is dropped.
    pub(crate) fn begin_request(self: &Rc<Self>) -> RequestGuard {
        self.in_flight.update(|count| count + 1);
        self.unstarted.update(|count| count.saturating_sub(1));
        self.header_deadline.set(None);
        self.arriving.set(false);
        if !self.blocked.get() {
            self.writing.set(None);
        }
        RequestGuard(Rc::clone(self))
    }

    /// Ends the connection after the response of the current request, and serves nothing after it. Resolves when actix-http
    /// knows, which is before it could start the next request.
    pub(crate) async fn end_after_response(&self) {
        poll_fn(|context| {
            if self.ending.get() == Ending::Begun {
                return Poll::Ready(());
            }
            self.ending.set(Ending::Requested);
            // The task of the connection polls `end_requested` before it polls this again.
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Resolves when a request wishes the end.
    pub(super) async fn end_requested(&self) {
        poll_fn(|_| {
            if self.ending.get() == Ending::No {
                return Poll::Pending;
            }
            self.ending.set(Ending::Begun);
            Poll::Ready(())
        })
        .await;
    }

    /// Whether the client did not read a response in time.
    pub(crate) const fn unread(&self) -> &UnreadResponse {
        &self.unread
    }

    /// Whether a pipelined request has arrived that no handler has started yet.
    pub(crate) fn has_unstarted_requests(&self) -> bool {
        self.unstarted.get() > 0
    }

    /// Bytes were read; none at the end of the stream.
    pub(super) fn read(&self, bytes: &[u8]) {
        // An empty line before a request is ignored (RFC 9112 §2.2).
        self.client_ended.update(|ended| ended || bytes.is_empty());
        let is_between = self.in_flight.get() == 0 && !self.arriving.get();
        if bytes.is_empty() || (is_between && bytes.iter().all(|byte| b"\r\n".contains(byte))) {
            return;
        }
        if self.in_flight.get() == 0 {
            self.idle_bytes();
        }
        self.read_ahead.update(|count| count + bytes.len());
        self.count_headers(bytes);
    }

    fn idle_bytes(&self) {
        // actix-http starts every complete request before it reads again.
        if !self.arriving.replace(true) {
            self.unstarted.set(0);
            self.read_ahead.set(0);
            // The first request's time runs since the accept.
            let deadline = self.header_deadline.get();
            self.header_deadline.set(deadline.or_else(|| Some(Instant::now() + self.timeouts.header)));
        }
    }

    fn count_headers(&self, mut bytes: &[u8]) {
        let mut matched = self.matched.get();
        loop {
            if matched == 0 {
                let Some(begin) = memchr(b'\r', bytes) else { break };
                bytes = bytes.get(begin..).unwrap_or_default();
            }
            let Some((byte, rest)) = bytes.split_first() else { break };
            bytes = rest;
            matched = match (matched, byte) {
                (0 | 2, b'\r') | (1 | 3, b'\n') => matched + 1,
                (_, b'\r') => 1,
                _ => 0,
            };
            if matched == END_OF_HEADERS.len() {
                matched = 0;
                self.unstarted.update(|count| count + 1);
            }
        }
        self.matched.set(matched);
    }

    /// When the connection ends, if nothing more arrives.
    pub(super) fn read_deadline(&self, closing: bool) -> Option<Instant> {
        if self.in_flight.get() > 0 {
            return None;
        }
        if self.arriving.get() {
            return self.header_deadline.get();
        }
        let grace = closing.then(|| self.last_active.get() + GRACE);
        [self.header_deadline.get(), grace].into_iter().flatten().min()
    }

    /// Whether the headers of a request are overdue.
    pub(super) fn header_is_late(&self) -> bool {
        self.header_deadline.get().is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Whether the client keeps a response waiting. Then nothing more is read: the responses of pipelined requests would
    /// fill the memory.
    pub(super) fn is_blocked(&self) -> bool {
        self.blocked.get()
    }

    /// Bytes were written; all that there were, or a part.
    pub(super) fn wrote(&self, bytes: usize, all: bool) {
        self.blocked.set(false);
        if let Some(mut progress) = self.writing.get() {
            let now = Instant::now();
            progress.progressed(bytes, now);
            self.writing.set(Some(progress));
            self.written_since.set(all.then_some(now));
        }
    }

    /// When the connection ends, if the client reads nothing more; it keeps a response waiting now.
    pub(super) fn write_deadline(&self) -> Instant {
        self.blocked.set(true);
        let now = Instant::now();
        let was_silent = self.written_since.take().is_some_and(|since| now - since >= SILENCE);
        let progress =
            self.writing.get().filter(|_| !was_silent).unwrap_or_else(|| WriteProgress::blocked(now));
        self.writing.set(Some(progress));
        progress.deadline(self.timeouts.write)
    }
}

impl RequestGuard {
    /// Whether a response without an end is to end: the client sends nothing more, so it probably has gone, or it sends
    /// requests that wait behind it.
    pub(crate) fn asks_for_end(&self) -> bool {
        self.0.client_ended.get() || self.0.read_ahead.get() > MAX_BEHIND_STREAM
    }
}

/// A request in flight: from its headers to the last byte of its response.
#[derive(Debug)]
pub(crate) struct RequestGuard(Rc<ConnectionState>);

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.0.in_flight.update(|count| count.saturating_sub(1));
        self.0.last_active.set(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn state() -> Rc<ConnectionState> {
        Rc::new(ConnectionState::new(Timeouts { header: 5 * SECOND, write: 30 * SECOND }))
    }

    #[test]
    fn ends_of_headers_are_counted_in_any_pieces() {
        let bytes = b"GET / HTTP/1.1\r\nA: \rb\r\n\r\nGET / HTTP/1.1\r\n\r\r\n\r\n\r\nGET\n\n\r\n\r";
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let state = state();
                for piece in [&bytes[..first], &bytes[first..second], &bytes[second..]] {
                    state.count_headers(piece);
                }
                assert_eq!((state.unstarted.get(), state.matched.get()), (2, 3), "{first} {second}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_does_not_count_as_slow_reading() {
        let state = state();
        let _guard = state.begin_request();
        let begin = Instant::now();
        assert_eq!(state.write_deadline(), begin + 30 * SECOND);
        tokio::time::advance(10 * SECOND).await;
        // A part was read, and the deadline remains.
        state.wrote(4096, false);
        assert_eq!(state.write_deadline(), begin + 31 * SECOND);
        state.wrote(4096, true);
        assert_eq!(state.write_deadline(), begin + 32 * SECOND, "without a silence");
        state.wrote(100, true);
        tokio::time::advance(3600 * SECOND).await;
        let deadline = Instant::now() + 30 * SECOND;
        assert_eq!(state.write_deadline(), deadline);
        tokio::time::advance(29 * SECOND).await;
        assert_eq!(state.write_deadline(), deadline, "the same wait");
    }

    #[test]
    fn streams_end_with_their_clients() {
        let state = state();
        state.read(b"GET / HTTP/1.1\r\n\r\n");
        let guard = state.begin_request();
        assert!(!guard.asks_for_end());
        state.read(&vec![b'x'; MAX_BEHIND_STREAM]);
        assert!(guard.asks_for_end(), "too much waits");
        drop(guard);
        state.read(b"GET / HTTP/1.1\r\n\r\n");
        let guard = state.begin_request();
        assert!(!guard.asks_for_end(), "the next one begins anew");
        state.read(b"");
        assert!(guard.asks_for_end());
    }
}
