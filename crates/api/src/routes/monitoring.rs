//! For orchestrators and monitoring: liveness, readiness and metrics. No token is needed.

use actix_web::http::header;
use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::http::problem::{Problem, chain};
use crate::http::representation::json;
use crate::state::AppState;

/// What a probe reads.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(schema_with = statuses)]
    status: &'static str,
    #[schema(schema_with = answers)]
    database: &'static str,
    /// The version of the service.
    version: &'static str,
}

impl Health {
    /// That of a process whose database answers, or does not, and that may be about to end.
    pub(crate) fn new(database_answers: bool, draining: bool) -> Self {
        let database = if database_answers { OK } else { UNAVAILABLE };
        let status = if draining { DRAINING } else { database };
        Self { status, database, version: env!("CARGO_PKG_VERSION") }
    }
}

/// What is said of a process that serves.
#[derive(Serialize, ToSchema)]
pub(crate) struct Liveness {
    #[schema(schema_with = yes)]
    status: &'static str,
}

impl Liveness {
    /// It serves.
    pub(crate) const OK: Self = Self { status: OK };
}

const OK: &str = "ok";
const UNAVAILABLE: &str = "unavailable";
const DRAINING: &str = "draining";

fn statuses() -> Object {
    words("`ok` when it can serve.", &[OK, UNAVAILABLE, DRAINING])
}

fn answers() -> Object {
    words("`ok` when the database answers and its schema is this version's.", &[OK, UNAVAILABLE])
}

fn yes() -> Object {
    words("There is nothing else to say.", &[OK])
}

fn words(description: &str, words: &[&str]) -> Object {
    let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()));
    words.description(Some(description)).build()
}

/// Says that the process serves
///
/// Nothing else is asked, of the database in particular.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "service",
    operation_id = "get_livez",
    responses((status = 200, description = "The process serves.", body = Liveness))
)]
pub(crate) async fn live() -> HttpResponse {
    answer(&mut HttpResponse::Ok(), &Liveness::OK)
}

/// Says whether a request would be served
///
/// 503 while the database is away or the process is ending.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    operation_id = "get_readyz",
    responses(
        (status = 200, description = "A request would be served.", body = Health),
        (status = 503, description = "A request would not be served.", body = Health, headers(
            ("Retry-After" = u32, description = "Seconds after which to ask again.")
        ))
    )
)]
pub(crate) async fn ready(state: Data<AppState>) -> HttpResponse {
    let health = check(&state).await;
    if health.status == OK {
        return answer(&mut HttpResponse::Ok(), &health);
    }
    answer(HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "1")), &health)
}

/// Says how the service is
///
/// The same body as `/readyz`, and always 200 while the process serves.
#[utoipa::path(
    get,
    path = "/health",
    tag = "service",
    operation_id = "get_health",
    responses((status = 200, description = "How it is.", body = Health))
)]
pub(crate) async fn health(state: Data<AppState>) -> HttpResponse {
    answer(&mut HttpResponse::Ok(), &check(&state).await)
}

fn answer(builder: &mut actix_web::HttpResponseBuilder, health: &impl Serialize) -> HttpResponse {
    json(builder.insert_header((header::CACHE_CONTROL, "no-store")), health)
}

async fn check(state: &AppState) -> Health {
    let ready = state.readiness.check().await;
    if let Err(error) = &ready {
        tracing::warn!(error = chain(error), "the database is not ready");
    }
    Health::new(ready.is_ok(), state.draining.has_begun())
}

/// Reads the figures
///
/// OpenMetrics text, as Prometheus scrapes it. `metrics.address` moves this route to a listener of its own.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    operation_id = "get_metrics",
    responses((
        status = 200,
        description = "All figures.",
        body = String,
        content_type = "application/openmetrics-text"
    ))
)]
pub(crate) async fn metrics(state: Data<AppState>) -> Result<HttpResponse, Problem> {
    let text = state.metrics.encode().ok_or_else(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text))
}
