//! Whether the process lives, and whether it can serve.

use actix_web::http::header;
use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::chain;
use crate::representation::json;
use crate::state::State;

/// What a probe reads.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok` when it can serve, else `unavailable` or `draining`.
    #[schema(example = "ok")]
    status: &'static str,
    /// `ok` when the database answers and its schema is this version's, else `unavailable`.
    #[schema(example = "ok")]
    database: &'static str,
    /// The version of the service.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// The process serves; nothing else is asked.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "probes",
    responses(
        (status = 200, description = "The process serves")
    ),
    security(())
)]
pub(crate) async fn live() -> HttpResponse {
    json(
        HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")),
        &serde_json::json!({"status": "ok"}),
    )
}

/// 200 when a request would be served, 503 while the database is away or the process is ending.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "probes",
    responses(
        (status = 200, description = "The state", body = Health),
        (status = 503, description = "Not ready", body = Health)
    ),
    security(())
)]
pub(crate) async fn ready(state: Data<State>) -> HttpResponse {
    let health = check(&state).await;
    if health.status == "ok" {
        return answer(&mut HttpResponse::Ok(), &health);
    }
    answer(HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "1")), &health)
}

/// The same words as the readiness probe, and always 200.
#[utoipa::path(
    get,
    path = "/health",
    tag = "probes",
    responses(
        (status = 200, description = "The state", body = Health)
    ),
    security(())
)]
pub(crate) async fn health(state: Data<State>) -> HttpResponse {
    answer(&mut HttpResponse::Ok(), &check(&state).await)
}

fn answer(builder: &mut actix_web::HttpResponseBuilder, health: &Health) -> HttpResponse {
    json(builder.insert_header((header::CACHE_CONTROL, "no-store")), health)
}

async fn check(state: &State) -> Health {
    let database = match state.readiness.check().await {
        Ok(()) => "ok",
        Err(error) => {
            tracing::warn!(error = chain(&error), "the database is not ready");
            "unavailable"
        }
    };
    let status = if state.draining.has_begun() { "draining" } else { database };
    Health { status, database, version: env!("CARGO_PKG_VERSION") }
}
