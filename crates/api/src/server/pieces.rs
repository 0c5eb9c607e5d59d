//! Passes large bodies to actix-http in pieces, as the client reads them. It would copy the whole into its write buffer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::connection::RequestGuard;

/// The size of a piece; smaller bodies remain as they are. The write buffer takes pieces up to about this size.
pub(super) const PIECE_BYTES: usize = 32 * 1024;

/// Pieces that are passed on before other requests of the thread run.
const PIECES_AT_ONCE: usize = 4;

/// A body in pieces. Its request is in flight until the last one.
pub(super) fn pieces(body: BoxBody, guard: Option<RequestGuard>) -> BoxBody {
    if matches!(body.size(), BodySize::None | BodySize::Sized(0)) {
        return body;
    }
    match body.try_into_bytes() {
        Ok(rest) if rest.len() > PIECE_BYTES => {
            BoxBody::new(Pieces { length: rest.len() as u64, rest, turn: 0, _guard: guard })
        }
        Ok(small) => BoxBody::new(small),
        Err(body) => body,
    }
}

struct Pieces {
    rest: Bytes,
    length: u64,
    turn: usize,
    _guard: Option<RequestGuard>,
}

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        if this.rest.is_empty() {
            return Poll::Ready(None);
        }
        // A client that reads fast would otherwise keep the thread until the last piece.
        this.turn = (this.turn + 1) % (PIECES_AT_ONCE + 1);
        if this.turn == 0 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE_BYTES));
        Poll::Ready(Some(Ok(piece)))
    }
}
