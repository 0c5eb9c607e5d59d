//! A service on actix-web that returns the id of the user.
//!
//! It takes the tokens that the Better Auth at `BETTER_AUTH_URL` signs with the keys it publishes, and those that it
//! signs with `BETTER_AUTH_SECRET`, if that is set; it listens on `PORT`, or on any port.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::env;
use std::error::Error;
use std::sync::Arc;

use actix_web::{App, HttpServer, web};
use tasknook_auth::actix::RequireToken;
use tasknook_auth::{AnyVerifier, Identity};

async fn me(caller: Identity) -> String {
    caller.user_id().to_owned()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("BETTER_AUTH_URL").map_err(|_| "BETTER_AUTH_URL is not set")?;
    let secrets = env::var("BETTER_AUTH_SECRET").into_iter().map(Into::into).collect();
    let verifier = Arc::new(AnyVerifier::for_better_auth_with_secrets(&url, secrets)?);
    let server = HttpServer::new(move || {
        let api = web::scope("/api").wrap(RequireToken::new(verifier.clone()));
        App::new().service(api.route("/me", web::get().to(me)))
    });
    let port = env::var("PORT").map_or(Ok(0), |port| port.parse())?;
    let server = server.bind(("127.0.0.1", port))?;
    for address in server.addrs() {
        println!("listening http://{address}");
    }
    Ok(server.run().await?)
}
