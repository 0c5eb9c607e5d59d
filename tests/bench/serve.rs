//! The contenders that are servers of this program: a process of their own each, so that time and memory can be told
//! apart. Shaped as the service is: actix-web, a worker per core, mimalloc, tokens verified through the auth crate.

mod constant;
mod plain;
mod postgres;
mod sqlite;
mod store;

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use auth::{AuthError, ClaimRules, Secret, SharedSecretVerifier, TokenVerifier, authenticate};

use crate::issuer::SECRET;

/// What a server writes to standard error in front of its URL.
pub(crate) const LISTENING: &str = "listening ";

/// Runs the server that the arguments name until the process is told to end.
pub(crate) fn run(arguments: &[String]) {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let served = match arguments.as_slice() {
        ["plain", url] => plain::serve(url),
        ["constant", file] => constant::serve(file, false),
        ["verifying-constant", file] => constant::serve(file, true),
        other => panic!("nothing is served as {other:?}"),
    };
    served.expect("the server runs");
}

fn say(addresses: &[SocketAddr]) {
    let address = addresses.first().expect("it listens somewhere");
    eprintln!("{LISTENING}http://{address}");
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// The verifier of the service, with its memory.
fn verifier() -> Arc<dyn TokenVerifier> {
    Arc::new(SharedSecretVerifier::new(vec![Secret::new(SECRET)], ClaimRules::new()).unwrap())
}

/// The user that the request's token names.
async fn user(request: &HttpRequest, verifier: &dyn TokenVerifier) -> Result<String, AuthError> {
    let values = request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    Ok(authenticate(verifier, values).await?.user_id().to_owned())
}
