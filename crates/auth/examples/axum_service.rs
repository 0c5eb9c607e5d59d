//! A service on axum that returns the id of the user.
//!
//! It takes the tokens that the Better Auth at `BETTER_AUTH_URL` signs with the keys it publishes, and those that it
//! signs with `BETTER_AUTH_SECRET`, if that is set; it listens on `PORT`, or on any port.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::{Router, routing::get};
use tasknook_auth::axum::RequireToken;
use tasknook_auth::{AnyVerifier, Identity};
use tokio::net::TcpListener;

async fn me(caller: Identity) -> String {
    caller.user_id().to_owned()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("BETTER_AUTH_URL").map_err(|_| "BETTER_AUTH_URL is not set")?;
    let secrets = env::var("BETTER_AUTH_SECRET").into_iter().map(Into::into).collect();
    let verifier = Arc::new(AnyVerifier::for_better_auth_with_secrets(&url, secrets)?);
    let api = Router::new().route("/me", get(me)).layer(RequireToken::new(verifier));
    let app = Router::new().nest("/api", api);
    let port = env::var("PORT").map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
