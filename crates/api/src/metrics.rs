//! What is counted: requests by method, route and status, how long they took, how many are under way; and tokens.

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
use prometheus_client::registry::Registry;

pub(crate) use database::DatabaseMetrics;
pub(crate) use tokens::TokenFigures;

/// Upper bounds of the buckets of durations, in seconds: from a cached read to the request deadline.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: String,
    route: String,
}

/// The figures of the process. Clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Arc<Registry>,
    answers: Family<Answer, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    under_way: Gauge<i64, AtomicI64>,
    tokens: Arc<TokenFigures>,
    database: Arc<DatabaseMetrics>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tasknook");
        let answers = Family::default();
        let durations: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let under_way = Gauge::default();
        registry.register("http_requests", "Requests answered", answers.clone());
        registry.register("http_request_duration_seconds", "Time to answer", durations.clone());
        registry.register("http_requests_in_flight", "Requests under way", under_way.clone());
        let tokens = Arc::new(TokenFigures::registered(&mut registry));
        let database = Arc::new(DatabaseMetrics::registered(&mut registry));
        Self { registry: Arc::new(registry), answers, durations, under_way, tokens, database }
    }
}

impl Metrics {
    /// What becomes of tokens.
    #[must_use]
    pub(crate) fn tokens(&self) -> &Arc<TokenFigures> {
        &self.tokens
    }

    /// What the workers of the database report.
    #[must_use]
    pub(crate) const fn database(&self) -> &Arc<DatabaseMetrics> {
        &self.database
    }

    /// Counts one request as under way until the value is dropped.
    #[must_use]
    pub(crate) fn in_flight(&self) -> InFlight {
        self.under_way.inc();
        InFlight(self.under_way.clone())
    }

    /// Counts one answer. The route is a pattern, never a path, so that the number of series stays bounded; so are
    /// methods, which callers may make up.
    pub(crate) fn observe(&self, method: &str, route: &str, status: u16, elapsed: Duration) {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&method);
        let method = if known { method } else { "other" }.to_owned();
        let labels = Answer { method: method.clone(), route: route.to_owned(), status };
        self.answers.get_or_create(&labels).inc();
        let labels = Route { method, route: route.to_owned() };
        self.durations.get_or_create(&labels).observe(elapsed.as_secs_f64());
    }

    /// Writes all figures as OpenMetrics text.
    #[must_use]
    pub(crate) fn encode(&self) -> Option<String> {
        self.tokens.refresh();
        let mut text = String::new();
        encode(&mut text, &self.registry).ok()?;
        Some(text)
    }
}

/// Counts one request as under way.
#[derive(Debug)]
pub(crate) struct InFlight(Gauge<i64, AtomicI64>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use persistence::{CallFailure, DatabaseObserver, JobsReport, WorkKind};

    use super::*;

    #[test]
    fn every_metric_is_documented() {
        let metrics = Metrics::default();
        // A family shows when it has a series.
        metrics.observe("GET", "/livez", 200, Duration::ZERO);
        let (database, kind): (&dyn DatabaseObserver, _) = (&**metrics.database(), WorkKind::Write);
        database.queue_length(kind, 0);
        database.queue_wait(kind, Duration::ZERO);
        database.statement(kind, 1, Duration::ZERO);
        database.connections(1, 1);
        database.call_failed(kind, CallFailure::TimedOut);
        database.retried(kind);
        database.jobs_run(Some(JobsReport::default()), Duration::ZERO);
        database.worker_replaced(kind);
        let text = metrics.encode().unwrap();
        let names = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
        let documents = include_str!("../../../docs/operations/monitoring.md");
        let mut count = 0;
        for name in names {
            count += 1;
            let row = [format!("| `{name}` |"), format!("| `{name}_total` |")];
            assert!(
                row.iter().any(|row| documents.contains(row)),
                "{name} is not in docs/operations/monitoring.md"
            );
        }
        assert!(count >= 18, "{text}");
    }
}
