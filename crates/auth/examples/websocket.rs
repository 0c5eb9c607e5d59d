//! A WebSocket on axum, for `new WebSocket("/api/echo", ["bearer", token])`: a browser sets no other header for it.
//!
//! It takes the tokens of the Better Auth at `BETTER_AUTH_URL`, and closes each connection when its token ends.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::{Router, routing::get};
use tasknook_auth::axum::RequireToken;
use tasknook_auth::{AnyVerifier, Clock, Identity, SystemClock, TokenSource, TokenVerifier};
use tokio::net::TcpListener;
use tokio::time::timeout;

async fn echo(user: Identity, upgrade: WebSocketUpgrade) -> Response {
    // Without a selected protocol a browser closes the connection. Never select the token: it would be in the response.
    upgrade.protocols(["bearer"]).on_upgrade(async move |mut socket| {
        let seconds = user.valid_until_unix() - SystemClock.unix_seconds();
        let left = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let _ = timeout(left, talk(&user, &mut socket)).await;
        let _ = socket.send(Message::Close(None)).await;
    })
}

/// Sends each text back, after the name of the user.
async fn talk(user: &Identity, socket: &mut WebSocket) -> Result<(), axum::Error> {
    while let Some(message) = socket.recv().await {
        if let Message::Text(text) = message? {
            socket.send(Message::text(format!("{}: {text}", user.user_id()))).await?;
        }
    }
    Ok(())
}

pub(crate) fn app(verifier: Arc<dyn TokenVerifier>) -> Router {
    let guard = RequireToken::new(verifier).token_source(TokenSource::WebSocketProtocol("bearer".into()));
    Router::new().route("/api/echo", get(echo)).layer(guard)
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
