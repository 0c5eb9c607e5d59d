//! Rule 7 over HTTP: an issuer that is slow, down, huge, wrong, redirecting, rotating or overloaded, and how
//! many requests each of them gets.

mod oidc;
mod options;
mod proxy;
mod redirects;
mod response_cache;
mod responses;
mod roots;
mod slow;
mod urls;
mod verifier;

use crate::support::Issuer;
use tasknook_auth::{HttpJwksSource, JwksSource};

/// Another place than the issuer of the tokens: in a network of containers they differ.
const PATH: &str = "/api/auth/jwks";

fn source(issuer: &Issuer) -> HttpJwksSource {
    HttpJwksSource::new(&issuer.url(PATH)).unwrap()
}

#[track_caller]
fn assert_fetches(source: &HttpJwksSource, body: &str) {
    assert_eq!(source.fetch().unwrap().body(), body.as_bytes());
}
