//! A WebSocket on actix-web, for `new WebSocket("/api/echo", ["bearer", token])`: a browser sets no other header for it.
//!
//! It takes the tokens of the Better Auth at `BETTER_AUTH_URL`, and closes each connection when its token ends.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::{spawn, time::timeout};
use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Closed, Session};
use tasknook_auth::actix::RequireToken;
use tasknook_auth::{AnyVerifier, Clock, Identity, SystemClock, TokenSource, TokenVerifier};

async fn echo(user: Identity, request: HttpRequest, body: Payload) -> actix_web::Result<HttpResponse> {
    // Without a selected protocol a browser closes the connection. Never select the token: it would be in the response.
    let (response, mut session, messages) = actix_ws::handle_with_protocols(&request, body, &["bearer"])?;
    spawn(async move {
        let seconds = user.valid_until_unix() - SystemClock.unix_seconds();
        let left = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let _ = timeout(left, talk(&user, &mut session, messages.aggregate_continuations())).await;
        let _ = session.close(None).await;
    });
    Ok(response)
}

/// Sends each text back, after the name of the user.
async fn talk(
    user: &Identity,
    session: &mut Session,
    mut messages: AggregatedMessageStream,
) -> Result<(), Closed> {
    while let Some(Ok(message)) = messages.recv().await {
        match message {
            AggregatedMessage::Text(text) => session.text(format!("{}: {text}", user.user_id())).await?,
            AggregatedMessage::Ping(bytes) => session.pong(&bytes).await?,
            AggregatedMessage::Close(_) => break,
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn routes(verifier: Arc<dyn TokenVerifier>) -> impl FnOnce(&mut ServiceConfig) {
    let guard = RequireToken::new(verifier).token_source(TokenSource::WebSocketProtocol("bearer".into()));
    |config| {
        config.service(web::scope("/api").wrap(guard).route("/echo", web::get().to(echo)));
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("BETTER_AUTH_URL").map_err(|_| "BETTER_AUTH_URL is not set")?;
    let verifier: Arc<dyn TokenVerifier> = Arc::new(AnyVerifier::for_better_auth(&url)?);
    let app = move || App::new().configure(routes(verifier.clone()));
    let port = env::var("PORT").map_or(Ok(0), |port| port.parse())?;
    let server = HttpServer::new(app).bind(("127.0.0.1", port))?;
    for address in server.addrs() {
        println!("listening http://{address}");
    }
    Ok(server.run().await?)
}
