mod stream;

use actix_web::body::{self, BodyStream};
use actix_web::http::{Method, Version, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::http::authentication::AuthenticatedStream;
use crate::http::events::{Begin, EVENT_STREAM};
use crate::http::limits;
use crate::http::problem::{Problem, ProblemKind};
use crate::openapi::parameters::{EventsParameters, OwnerPath};
use crate::openapi::responses::StreamOfEvents;
use crate::state::{AppState, Exceeded, TooManyStreams, UnreadResponse};
use stream::EventStream;

/// `no-transform`: a proxy that compressed the stream would keep events until it has enough of them (RFC 9111 §5.2.2.6).
const CACHE_CONTROL: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store, no-transform");

/// nginx does not buffer a response with `X-Accel-Buffering: no`.
const ACCEL_BUFFERING: (&str, &str) = ("x-accel-buffering", "no");

/// `Retry-After` when the process has all the streams that it can have, in seconds: they end slowly.
const RETRY_AFTER: u64 = 10;

/// Streams what changes
///
/// Events as in HTML (`text/event-stream`), for clients that send the token with `fetch`. Each `change` is an entry of
/// `…/tasks/changes`, and its `id` is the position after it. Without a position the stream begins with what changes from now on; with
/// one, in `Last-Event-ID` or `since`, with what changed since. `ready` follows when everything until now was sent. `resync` and
/// `expired` are the last event: begin again with a snapshot, or connect again with a new token.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks/events",
    tag = "tasks",
    operation_id = "stream_events",
    params(OwnerPath, EventsParameters),
    responses(StreamOfEvents)
)]
pub(crate) async fn events(
    AuthenticatedStream { owner, token }: AuthenticatedStream,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let begin = Begin::of(&request, &owner)?;
    let slot = match state.event_streams.take(&owner) {
        _ if state.draining.has_begun() => return Err(shutting_down()),
        Ok(slot) => slot,
        Err(TooManyStreams::OfOwner(most)) => {
            return Err(limits::rejection(&state, Exceeded::OwnerStreams(most)));
        }
        Err(TooManyStreams::OfProcess) => return Err(too_many()),
    };
    let mut response = HttpResponse::Ok();
    response.content_type(EVENT_STREAM).insert_header(CACHE_CONTROL).insert_header(ACCEL_BUFFERING);
    let unread = request.conn_data::<UnreadResponse>().cloned().unwrap_or_default();
    let stream = EventStream::open(state, (owner, token), slot, begin, unread).await?;
    if request.method() == Method::HEAD {
        return Ok(response.body(body::None::new()));
    }
    // Else an idle connection is left over, which a shutdown waits for.
    response.force_close();
    let mut response = response.body(BodyStream::new(stream.into_stream()));
    response.head_mut().no_chunking(!understands_chunks(&request));
    Ok(response)
}

/// Whether the response can be in chunks (RFC 9112 §6.1). The encoder of actix-http writes none to a client that asks for an
/// upgrade, but announces them.
fn understands_chunks(request: &HttpRequest) -> bool {
    request.version() >= Version::HTTP_11 && !request.head().upgrade()
}

fn shutting_down() -> Problem {
    let detail = "The service is shutting down; connect again after the given delay.";
    Problem::retryable(ProblemKind::Overloaded, detail, None)
}

fn too_many() -> Problem {
    let detail = "The service has as many event streams as it can; retry after the given delay.";
    Problem::retryable(ProblemKind::Overloaded, detail, Some(RETRY_AFTER))
}
