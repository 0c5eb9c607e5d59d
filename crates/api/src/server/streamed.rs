//! A body that has no length: it lasts until it or its client ends.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use tracing::Span;

use super::access_log::AccessLine;
use super::connection::RequestGuard;

/// Such a body. Its request is in flight and within its span until the end, and is logged then.
pub(super) struct Streamed {
    body: BoxBody,
    guard: Option<RequestGuard>,
    line: AccessLine,
    span: Span,
    bytes: u64,
}

impl Streamed {
    /// The body of a request.
    pub(super) const fn new(
        body: BoxBody,
        guard: Option<RequestGuard>,
        line: AccessLine,
        span: Span,
    ) -> Self {
        Self { body, guard, line, span, bytes: 0 }
    }
}

impl MessageBody for Streamed {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        // The end of a client wakes this task, since actix-http reads while it writes.
        if this.guard.as_ref().is_some_and(RequestGuard::asks_for_end) {
            return Poll::Ready(None);
        }
        let _entered = this.span.enter();
        let polled = Pin::new(&mut this.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            this.bytes += bytes.len() as u64;
        }
        polled
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        self.span.in_scope(|| self.line.write(self.bytes));
    }
}
