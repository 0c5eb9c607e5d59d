//! Rule 7 over HTTP: an issuer that is slow, down, huge, wrong, redirecting, rotating or overloaded, and how
//! many requests each of them gets.

mod answers;
mod redirects;
mod slow;
mod urls;
mod verifier;

use crate::HttpJwksSource;
use crate::testing::Issuer;

/// Another place than the issuer of the tokens: in a network of containers they differ.
const PATH: &str = "/api/auth/jwks";

fn source(issuer: &Issuer) -> HttpJwksSource {
    HttpJwksSource::new(&issuer.url(PATH), false).unwrap()
}
