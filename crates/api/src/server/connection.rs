//! A client's connection: the stream that actix-http reads and writes, with the deadlines and the orderly end that it does
//! not have itself. The stream sees bytes, `request_context` sees requests; both share a [`ConnectionState`].

mod state;
mod stream;
mod write_deadline;

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

pub(crate) use state::{ConnectionState, RequestGuard};
pub(crate) use stream::Stream;

use crate::state::Draining;

/// How long the end of a connection waits for the client's own end. Closing with unread bytes would reset the connection,
/// and the client could lose the response (RFC 9112 §9.6).
const LINGER: Duration = Duration::from_secs(1);

/// Bytes that the kernel keeps beyond those in flight to the client.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 64 * 1024;

/// What a client gets when its request headers are not complete in time.
const REQUEST_TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// The deadlines of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// From the first byte of the request headers, or from the accept, to their last byte.
    pub header: Duration,
    /// Without progress while a response is written.
    pub write: Duration,
}

/// The stream of a connection.
pub(crate) struct Connection {
    stream: Stream,
    state: Rc<ConnectionState>,
    draining: Draining,
    reading: Timer,
    writing: Timer,
    /// Since when the end of the connection waits for the client.
    lingering: Option<Instant>,
}

impl Connection {
    /// An accepted connection.
    pub(crate) fn new(stream: Stream, timeouts: Timeouts, draining: Draining) -> Self {
        limit_kernel_buffers(stream.tcp(), timeouts.write);
        let state = Rc::new(ConnectionState::new(timeouts));
        let (reading, writing) = (Timer::default(), Timer::default());
        Self { stream, state, draining, reading, writing, lingering: None }
    }

    /// What it shares with its requests.
    pub(crate) fn state(&self) -> &Rc<ConnectionState> {
        &self.state
    }

    /// Resolves when actix-http is to end the connection after the current response.
    pub(crate) fn ending(&self) -> impl Future<Output = ()> + use<> {
        let (state, draining) = (Rc::clone(&self.state), self.draining.clone());
        async move {
            tokio::select! {
                biased;
                () = state.end_requested() => return,
                // Wakes the task of the connection, whose next read then decides.
                () = draining.closing() => {}
            }
            state.end_requested().await;
        }
    }

    /// Whether nothing has arrived that was not read. Asks the kernel, since the runtime may not have seen it yet.
    fn nothing_arrived(&self) -> bool {
        let peeked = SockRef::from(self.stream.tcp()).peek(&mut [MaybeUninit::uninit()]);
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Decides what follows when there is nothing to read: the end of the stream when a deadline has passed.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(deadline) = self.state.read_deadline(self.draining.is_closing()) else {
            return Poll::Pending;
        };
        ready!(self.reading.poll(context, deadline));
        if !self.nothing_arrived() {
            return Poll::Pending;
        }
        if self.state.header_is_late() {
            tracing::debug!("the request headers were not received in time");
            // The connection ends in any case.
            let _ = Pin::new(&mut self.stream).poll_write(context, REQUEST_TIMEOUT);
            let _ = Pin::new(&mut self.stream).poll_flush(context);
        }
        Poll::Ready(Ok(()))
    }
}

/// The kernel would keep megabytes for a client that reads slowly, and wait 15 minutes for one that is gone.
#[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "these options are Linux's"))]
fn limit_kernel_buffers(stream: &tokio::net::TcpStream, timeout: Duration) {
    #[cfg(target_os = "linux")]
    {
        let socket = SockRef::from(stream);
        // Both fail only for a socket that is closed already.
        let _ = socket.set_tcp_notsent_lowat(UNSENT_BYTES);
        let _ = socket.set_tcp_user_timeout(Some(timeout));
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.state.is_blocked() {
            // Writing wakes the task.
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => {
                this.state.read(buffer.filled().get(before..).unwrap_or_default());
                Poll::Ready(Ok(()))
            }
            Poll::Pending => this.poll_idle(context),
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(context, bytes) {
            Poll::Ready(Ok(count)) => {
                this.state.wrote(count, count == bytes.len());
                Poll::Ready(Ok(count))
            }
            Poll::Pending => {
                ready!(this.writing.poll(context, this.state.write_deadline()));
                tracing::debug!("the response was not read in time");
                this.state.unread().set();
                // Reset, so that the kernel does not keep what the client does not read.
                let _ = SockRef::from(this.stream.tcp()).set_linger(Some(Duration::ZERO));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let since = if let Some(since) = this.lingering {
            since
        } else {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            *this.lingering.insert(Instant::now())
        };
        let mut discarded = [MaybeUninit::uninit(); 4096];
        loop {
            let mut buffer = ReadBuf::uninit(&mut discarded);
            match Pin::new(&mut this.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    ready!(this.reading.poll(context, since + LINGER));
                    return Poll::Ready(Ok(()));
                }
            }
            if since.elapsed() >= LINGER {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

/// A timer for a deadline that moves with every request. It stays set for an earlier one, because resetting it takes
/// longer than waking once too early.
#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Resolves when the deadline has passed.
    fn poll(&mut self, context: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if deadline <= Instant::now() {
            return Poll::Ready(());
        }
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        while sleep.as_mut().poll(context).is_ready() {
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}
