//! Metrics of the process: HTTP requests, tokens and the key set, the database.

mod database;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

pub(crate) use database::DatabaseMetrics;
pub(crate) use tokens::TokenMetrics;

/// Buckets of durations, in seconds: from a cached read to the deadline of a request.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResponseLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: String,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

/// The metrics of the process. Clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Arc<Registry>,
    responses: Family<ResponseLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge<i64, AtomicI64>,
    limited: Family<ReasonLabels, Counter>,
    tokens: Arc<TokenMetrics>,
    database: Arc<DatabaseMetrics>,
}

/// Adds a metric to the registry.
fn register<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tasknook");
        let r = &mut registry;
        let responses = register(r, "http_requests", "Completed requests", Family::default());
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let histograms = Family::new_with_constructor(histogram);
        let durations = register(r, "http_request_duration_seconds", "Duration of requests", histograms);
        let in_flight = register(r, "http_requests_in_flight", "Requests in flight", Gauge::default());
        let limited =
            register(r, "http_requests_limited", "Requests over a limit (429), by reason", Family::default());
        let tokens = Arc::new(TokenMetrics::registered(&mut registry));
        let database = Arc::new(DatabaseMetrics::registered(&mut registry));
        Self { registry: Arc::new(registry), responses, durations, in_flight, limited, tokens, database }
    }
}

impl Metrics {
    /// The metrics of tokens.
    #[must_use]
    pub(crate) fn tokens(&self) -> &Arc<TokenMetrics> {
        &self.tokens
    }

    /// The metrics of the database.
    #[must_use]
    pub(crate) const fn database(&self) -> &Arc<DatabaseMetrics> {
        &self.database
    }

    /// Counts a request as in flight until the value is dropped.
    #[must_use]
    pub(crate) fn in_flight(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts a response. The number of series must be bounded: the route is a pattern, not a path, and clients can send any
    /// method.
    pub(crate) fn observe(&self, method: &str, route: &str, status: u16, elapsed: Duration) {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&method);
        let method = if known { method } else { "other" }.to_owned();
        let labels = ResponseLabels { method: method.clone(), route: route.to_owned(), status };
        self.responses.get_or_create(&labels).inc();
        let labels = RouteLabels { method, route: route.to_owned() };
        self.durations.get_or_create(&labels).observe(elapsed.as_secs_f64());
    }

    /// Counts a request over a limit.
    pub(crate) fn limited(&self, reason: &'static str) {
        self.limited.get_or_create(&ReasonLabels { reason }).inc();
    }

    /// Encodes all metrics as OpenMetrics text.
    #[must_use]
    pub(crate) fn encode(&self) -> Option<String> {
        // Ages grow without an event, so they are computed when they are read.
        self.tokens.refresh();
        let mut text = String::new();
        encode(&mut text, &self.registry).ok()?;
        Some(text)
    }
}

/// Counts a request as in flight.
#[derive(Debug)]
pub(crate) struct InFlight(Gauge<i64, AtomicI64>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
