//! The upper bound for a service on this HTTP library: the same bytes in each response.

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use auth::TokenVerifier;

/// Serves the file's bytes as JSON on every path; with `verifies`, only for a valid token.
#[actix_web::main]
pub(super) async fn serve(file: &str, verifies: bool) -> std::io::Result<()> {
    let body = Bytes::from(std::fs::read(file)?);
    let verifier: Data<dyn TokenVerifier> = Data::from(super::verifier());
    let server = HttpServer::new(move || {
        let app = App::new().app_data(Data::new(body.clone())).app_data(Data::clone(&verifier));
        app.default_service(if verifies { web::to(verified) } else { web::to(bare) })
    });
    let server = server.workers(super::workers()).bind("127.0.0.1:0")?;
    super::print_address(&server.addrs());
    server.run().await
}

async fn bare(body: Data<Bytes>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(Bytes::clone(&body))
}

async fn verified(
    request: HttpRequest,
    body: Data<Bytes>,
    verifier: Data<dyn TokenVerifier>,
) -> HttpResponse {
    match super::user(&request, &**verifier).await {
        Ok(_) => bare(body).await,
        Err(_) => HttpResponse::Unauthorized().finish(),
    }
}
