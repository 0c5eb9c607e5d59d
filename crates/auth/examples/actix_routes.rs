//! Routes with different needs on actix-web: for every user, for scopes and roles, with an optional token, and open; with
//! the CORS middleware in its place.
//!
//! It takes the tokens of the Better Auth at `BETTER_AUTH_URL`, and requests of browsers from `ORIGIN`.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a whole program in one file")]

use std::env;
use std::error::Error;
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, ServiceConfig, get};
use actix_web::{App, HttpServer};
use tasknook_auth::actix::RequireToken;
use tasknook_auth::{AccessDenied, AnyVerifier, Identity, MaybeIdentity, TokenVerifier};

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

pub(crate) fn routes(verifier: Arc<dyn TokenVerifier>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let guard = || RequireToken::new(verifier.clone());
        // The guard of a scope can decide for all of its routes.
        let admins = web::scope("/admin").wrap(guard().require_role("admin"));
        let api = web::scope("/api")
            .service(admins.route("/users", get().to(async || "users")))
            .service(web::resource("/me").wrap(guard()).route(get().to(me)))
            .service(web::resource("/report").wrap(guard()).route(get().to(report)))
            .service(web::resource("/greeting").wrap(guard().optional()).route(get().to(greeting)))
            .route("/health", get().to(async || "ok"));
        config.service(api);
    }
}

/// Around the guards: a preflight request has no token, and rejections need the headers too.
pub(crate) fn cors(origin: &str) -> Cors {
    Cors::default().allowed_origin(origin).allowed_methods(["GET"]).allowed_header(AUTHORIZATION)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("BETTER_AUTH_URL").map_err(|_| "BETTER_AUTH_URL is not set")?;
    let origin = env::var("ORIGIN").unwrap_or_else(|_| url.clone());
    let verifier: Arc<dyn TokenVerifier> = Arc::new(AnyVerifier::for_better_auth(&url)?);
    let app = move || App::new().configure(routes(verifier.clone())).wrap(cors(&origin));
    let port = env::var("PORT").map_or(Ok(0), |port| port.parse())?;
    let server = HttpServer::new(app).bind(("127.0.0.1", port))?;
    for address in server.addrs() {
        println!("listening http://{address}");
    }
    Ok(server.run().await?)
}
