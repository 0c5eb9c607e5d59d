//! The subjects that are servers of this program, each in a process of its own, so that time and memory are measured
//! separately. They resemble the service: a worker per core, mimalloc, tokens verified by the auth crate, and all but
//! one are on actix-web.

mod baseline;
mod postgres;
mod sqlite;
mod static_response;
mod store;
mod tokio_postgres;

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use auth::{AuthError, ClaimRules, Secret, SharedSecretVerifier, TokenVerifier, authenticate};

use crate::issuer::SECRET;

/// The text before a server's URL on standard error.
pub(crate) const LISTENING: &str = "listening ";

/// Runs the server that the arguments name, until the process is stopped.
pub(crate) fn run(arguments: &[String]) {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let served = match arguments.as_slice() {
        ["baseline", url] => baseline::serve(url),
        ["tokio-postgres", url] => tokio_postgres::serve(url),
        ["static-response", file] => static_response::serve(file, false),
        ["verified-static-response", file] => static_response::serve(file, true),
        other => panic!("unknown peer: {other:?}"),
    };
    served.expect("the server runs");
}

fn print_address(addresses: &[SocketAddr]) {
    let address = addresses.first().expect("a bound server has an address");
    eprintln!("{LISTENING}http://{address}");
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// The verifier of the service, with its cache.
fn verifier() -> Arc<dyn TokenVerifier> {
    Arc::new(SharedSecretVerifier::new(vec![Secret::new(SECRET)], ClaimRules::new()).unwrap())
}

/// The user of the request's token.
async fn user(request: &HttpRequest, verifier: &dyn TokenVerifier) -> Result<String, AuthError> {
    let values = request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    Ok(authenticate(verifier, values).await?.user_id().to_owned())
}
