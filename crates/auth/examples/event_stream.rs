//! An event stream on axum, for `new EventSource("/api/events?access_token=…")`: a browser sets no headers for it.
//!
//! It takes the tokens of the Better Auth at `BETTER_AUTH_URL`, in that parameter or in the header, and ends each stream with
//! its token.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, Sse};
use axum::{Router, routing::get};
use futures_util::stream::{self, Stream};
use tasknook_auth::axum::RequireToken;
use tasknook_auth::{AnyVerifier, Clock, Identity, SystemClock, TokenSource, TokenVerifier};
use tokio::net::TcpListener;
use tokio::time::interval;

/// One event a second. The guard verifies a token once, so the stream itself must end when the token does.
async fn events(user: Identity) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let seconds = interval(Duration::from_secs(1));
    Sse::new(stream::unfold((user, seconds), async |(user, mut seconds)| {
        seconds.tick().await;
        let is_valid = SystemClock.unix_seconds() < user.valid_until_unix();
        is_valid.then(|| (Ok(Event::default().data(user.user_id())), (user, seconds)))
    }))
}

pub(crate) fn app(verifier: Arc<dyn TokenVerifier>) -> Router {
    // For this route only: URLs are in logs.
    let guard = RequireToken::new(verifier)
        .token_source(TokenSource::AuthorizationHeader)
        .token_source(TokenSource::Query("access_token".into()));
    Router::new().route("/api/events", get(events)).layer(guard)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("BETTER_AUTH_URL").map_err(|_| "BETTER_AUTH_URL is not set")?;
    let verifier = Arc::new(AnyVerifier::for_better_auth(&url)?);
    let port = env::var("PORT").map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(verifier)).await?)
}
