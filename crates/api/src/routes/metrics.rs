//! The figures, in the text format that Prometheus reads.

use actix_web::{HttpResponse, web::Data};

use crate::problem::Problem;
use crate::state::State;

/// All of them.
pub(crate) async fn metrics(state: Data<State>) -> Result<HttpResponse, Problem> {
    let text = state.metrics.encode().ok_or_else(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text))
}
