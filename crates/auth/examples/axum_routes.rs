//! Routes with different needs on axum: for every user, for scopes and roles, with an optional token, and open; with the
//! CORS layer in its place.
//!
//! It takes the tokens of the Better Auth at `BETTER_AUTH_URL`, and requests of browsers from `ORIGIN`.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, HeaderValue};
use axum::{Router, routing::get};
use tasknook_auth::axum::RequireToken;
use tasknook_auth::{AccessDenied, AnyVerifier, Identity, MaybeIdentity, TokenVerifier};
use tokio::net::TcpListener;
use tower_http::cors::CorsLayer;

async fn me(user: Identity) -> String {
    user.user_id().to_owned()
}

/// For users with this scope: the handler decides.
async fn report(user: Identity) -> Result<&'static str, AccessDenied> {
    user.require_scope("reports:read")?;
    Ok("report")
}

async fn greeting(MaybeIdentity(user): MaybeIdentity) -> String {
    format!("hello, {}", user.as_ref().map_or("stranger", Identity::user_id))
}

pub(crate) fn app<V: TokenVerifier + 'static>(verifier: &Arc<V>, origin: HeaderValue) -> Router {
    let guard = || RequireToken::new(verifier.clone());
    let users = Router::new().route("/me", get(me)).route("/report", get(report)).layer(guard());
    // The guard of a router can decide for all of its routes.
    let admins = Router::new().route("/users", get(async || "users")).layer(guard().require_role("admin"));
    let anyone = Router::new().route("/greeting", get(greeting)).layer(guard().optional());
    let open = Router::new().route("/health", get(async || "ok"));
    let api = users.nest("/admin", admins).merge(anyone).merge(open);
    // Last, so around the guards: a preflight request has no token, and rejections need the headers too.
    let cors = CorsLayer::new().allow_origin(origin).allow_headers([AUTHORIZATION]);
    Router::new().nest("/api", api).layer(cors)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("BETTER_AUTH_URL").map_err(|_| "BETTER_AUTH_URL is not set")?;
    let origin = env::var("ORIGIN").unwrap_or_else(|_| url.clone()).parse()?;
    let verifier = Arc::new(AnyVerifier::for_better_auth(&url)?);
    let port = env::var("PORT").map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(&verifier, origin)).await?)
}
