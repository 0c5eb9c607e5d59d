//! For orchestrators and monitoring: liveness, readiness and metrics. No token is needed.

use actix_web::http::header;
use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::http::problem::{Problem, chain};
use crate::http::representation::json;
use crate::state::AppState;

/// The body of `/readyz` and `/health`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(schema_with = states)]
    status: &'static str,
    #[schema(schema_with = database_states)]
    database: &'static str,
    #[schema(schema_with = token_states)]
    tokens: &'static str,
    /// The version of the service.
    version: &'static str,
}

impl Health {
    /// The health of a process, by the state of its parts and of its shutdown.
    pub(crate) fn new(database_ok: bool, tokens_ok: bool, draining: bool) -> Self {
        let state = |ok| if ok { OK } else { UNAVAILABLE };
        let status = if draining { DRAINING } else { state(database_ok && tokens_ok) };
        let (database, tokens) = (state(database_ok), state(tokens_ok));
        Self { status, database, tokens, version: env!("CARGO_PKG_VERSION") }
    }
}

/// The body of `/livez`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Liveness {
    #[schema(schema_with = only_ok)]
    status: &'static str,
}

impl Liveness {
    /// The process is running.
    pub(crate) const OK: Self = Self { status: OK };
}

const OK: &str = "ok";
const UNAVAILABLE: &str = "unavailable";
const DRAINING: &str = "draining";

fn states() -> Object {
    enumeration("`ok` when the service is ready.", &[OK, UNAVAILABLE, DRAINING])
}

fn database_states() -> Object {
    let description = "`ok` when the database responds, has the schema of this version, and can be read and, unless the service is read-only, written.";
    enumeration(description, &[OK, UNAVAILABLE])
}

fn token_states() -> Object {
    let description =
        "`ok` when tokens can be verified: a shared secret is configured, or a key set was fetched.";
    enumeration(description, &[OK, UNAVAILABLE])
}

fn only_ok() -> Object {
    enumeration("Always `ok`.", &[OK])
}

fn enumeration(description: &str, values: &[&str]) -> Object {
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values.iter().copied()));
    schema.description(Some(description)).build()
}

/// Checks liveness
///
/// Does not check the database.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "service",
    operation_id = "get_livez",
    responses((status = 200, description = "The process is running.", body = Liveness))
)]
pub(crate) async fn live() -> HttpResponse {
    respond(&mut HttpResponse::Ok(), &Liveness::OK)
}

/// Checks readiness
///
/// 503 while the database cannot be read and written, no token can be verified, or the process is shutting down. The body
/// names the part that fails.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    operation_id = "get_readyz",
    responses(
        (status = 200, description = "The service is ready.", body = Health),
        (status = 503, description = "The service is not ready.", body = Health, headers(
            ("Retry-After" = u32, description = "Seconds after which to retry.")
        ))
    )
)]
pub(crate) async fn ready(state: Data<AppState>) -> HttpResponse {
    let health = health_of(&state, check(&state).await);
    if health.status == OK {
        return respond(&mut HttpResponse::Ok(), &health);
    }
    respond(HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "1")), &health)
}

/// Reads the health of the service
///
/// The same body as `/readyz`, always with 200 and at once: `database` is the result of the last check, and the request
/// starts the next one.
#[utoipa::path(
    get,
    path = "/health",
    tag = "service",
    operation_id = "get_health",
    responses((status = 200, description = "The health of the service.", body = Health))
)]
pub(crate) async fn health(state: Data<AppState>) -> HttpResponse {
    let health = health_of(&state, state.last_check.is_ready());
    if let Some(running) = state.last_check.begin() {
        // Not awaited: a database that hangs must not delay the response.
        actix_web::rt::spawn(async move {
            let _running = running;
            check(&state).await;
        });
    }
    respond(&mut HttpResponse::Ok(), &health)
}

fn respond(builder: &mut actix_web::HttpResponseBuilder, health: &impl Serialize) -> HttpResponse {
    json(builder.insert_header((header::CACHE_CONTROL, "no-store")), health)
}

/// Whether the database is ready. The repository logs when it stops and begins to be.
async fn check(state: &AppState) -> bool {
    let ready = state.readiness.check().await;
    if let Err(error) = &ready {
        tracing::debug!(error = chain(error), "the database is not ready");
    }
    state.last_check.record(ready.is_ok());
    ready.is_ok()
}

fn health_of(state: &AppState, database_ok: bool) -> Health {
    Health::new(database_ok, state.verifier.is_any_ready(), state.draining.has_begun())
}

/// Reads the metrics
///
/// OpenMetrics text, for Prometheus. `metrics.address` moves this route to a separate listener.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    operation_id = "get_metrics",
    responses((
        status = 200,
        description = "All metrics.",
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
