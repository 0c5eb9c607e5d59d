//! The figures, in the text format that Prometheus reads.

use actix_web::{HttpResponse, web::Data};

use crate::problem::Problem;
use crate::state::State;

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
pub(crate) async fn metrics(state: Data<State>) -> Result<HttpResponse, Problem> {
    let text = state.metrics.encode().ok_or_else(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text))
}
