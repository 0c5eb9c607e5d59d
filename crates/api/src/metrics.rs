//! Metrics of the process: requests in flight, tokens and the key set; those of responses are in `responses`, of the database
//! in `database`, of event streams in `events`.

mod database;
mod events;
mod responses;

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use auth::{CredentialsError, Observer, VerifiedBy, VerifyError};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Metric, Registry};

use crate::config::logging;
pub(crate) use database::DatabaseMetrics;
pub(crate) use events::{EventMetrics, StreamEnd};
pub(crate) use responses::{ResponseKind, ResponseMetrics, ResponseMetricsCache};

/// Buckets of durations, in seconds: from a cached read to the deadline of a request.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

/// The metrics of the process. Clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Arc<Registry>,
    responses: ResponseMetrics,
    in_flight: Gauge<i64, AtomicI64>,
    audit_dropped: Counter,
    spans_dropped: Counter,
    limited: Family<ReasonLabels, Counter>,
    lists: ListMetrics,
    events: Arc<EventMetrics>,
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
        let responses = ResponseMetrics::registered(r);
        let in_flight = register(r, "http_requests_in_flight", "Requests in flight", Gauge::default());
        let help = "Records of the audit log that were dropped";
        let audit_dropped = register(r, "audit_dropped_records", help, Counter::default());
        let help = "Spans that were not exported";
        let spans_dropped = register(r, "trace_dropped_spans", help, Counter::default());
        let help = "Lines of the log that were dropped";
        let _ = register(r, "log_dropped_lines", help, logging::dropped_lines());
        let limited =
            register(r, "http_requests_limited", "Requests over a limit (429), by reason", Family::default());
        let lists = ListMetrics::registered(&mut registry);
        let events = Arc::new(EventMetrics::registered(&mut registry));
        let tokens = Arc::new(TokenMetrics::registered(&mut registry));
        let database = Arc::new(DatabaseMetrics::registered(&mut registry));
        Self {
            registry: Arc::new(registry),
            responses,
            in_flight,
            audit_dropped,
            spans_dropped,
            limited,
            lists,
            events,
            tokens,
            database,
        }
    }
}

impl Metrics {
    /// Counts records of the audit log that were dropped.
    #[must_use]
    pub(crate) const fn audit_dropped(&self) -> &Counter {
        &self.audit_dropped
    }

    /// Counts spans that were not exported.
    #[must_use]
    pub(crate) const fn spans_dropped(&self) -> &Counter {
        &self.spans_dropped
    }

    /// The lists that were sent.
    #[must_use]
    pub(crate) const fn lists(&self) -> &ListMetrics {
        &self.lists
    }

    /// The metrics of event streams.
    #[must_use]
    pub(crate) const fn events(&self) -> &Arc<EventMetrics> {
        &self.events
    }

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
    pub(crate) fn in_flight(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    /// The metrics of responses.
    #[must_use]
    pub(crate) const fn responses(&self) -> &ResponseMetrics {
        &self.responses
    }

    /// Counts a request over a limit.
    pub(crate) fn limited(&self, reason: &'static str) {
        self.limited.get_or_create(&ReasonLabels { reason }).inc();
    }

    /// Encodes all metrics as OpenMetrics text.
    #[must_use]
    pub(crate) fn encode(&self) -> Option<String> {
        // Ages grow without an event, so they are computed when they are read.
        self.tokens.refresh_age();
        let mut text = String::new();
        encode(&mut text, &self.registry).ok()?;
        Some(text)
    }
}

/// Counts a request as in flight.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Gauge<i64, AtomicI64>);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SourceLabels {
    source: &'static str,
}

/// The lists of tasks that were sent, by where they are from.
#[derive(Clone)]
pub(crate) struct ListMetrics {
    pub from_database: Counter,
    pub from_cache: Counter,
}

impl ListMetrics {
    fn registered(registry: &mut Registry) -> Self {
        let help = "Lists of tasks that were sent, by source";
        let sent: Family<SourceLabels, Counter> = register(registry, "lists_sent", help, Family::default());
        let of = |source| sent.get_or_create_owned(&SourceLabels { source });
        Self { from_database: of("database"), from_cache: of("cache") }
    }
}

/// The metrics of tokens and of the key set.
pub(crate) struct TokenMetrics {
    by_signature: Counter,
    by_cache: Counter,
    rejected: Family<ReasonLabels, Counter>,
    fetches: Counter,
    failures: Family<ReasonLabels, Counter>,
    keys: Gauge,
    /// NaN until the first fetch.
    age: Gauge<f64, AtomicU64>,
    fetched_at: Mutex<Option<Instant>>,
}

impl TokenMetrics {
    fn registered(registry: &mut Registry) -> Self {
        let help = "Accepted tokens, by signature check or cache";
        let verified: Family<SourceLabels, Counter> =
            register(registry, "tokens_verified", help, Family::default());
        let rejected = "Requests with a missing, rejected or unverifiable token, by reason";
        let metrics = Self {
            by_signature: verified.get_or_create_owned(&SourceLabels { source: "signature" }),
            by_cache: verified.get_or_create_owned(&SourceLabels { source: "cache" }),
            rejected: register(registry, "tokens_rejected", rejected, Family::default()),
            fetches: register(
                registry,
                "jwks_fetches",
                "Successful fetches of the key set",
                Counter::default(),
            ),
            failures: register(
                registry,
                "jwks_fetch_failures",
                "Failed fetches of the key set, by reason",
                Family::default(),
            ),
            keys: register(registry, "jwks_keys", "Usable keys of the key set in use", Gauge::default()),
            age: register(registry, "jwks_age_seconds", "Age of the key set in use", Gauge::default()),
            fetched_at: Mutex::new(None),
        };
        metrics.age.set(f64::NAN);
        metrics
    }

    /// Counts a request without a usable token.
    pub(crate) fn no_token(&self, error: CredentialsError) {
        self.rejected.get_or_create(&ReasonLabels { reason: error.reason() }).inc();
    }

    /// Updates the age.
    fn refresh_age(&self) {
        if let Some(fetched_at) = *self.fetched_at.lock().unwrap_or_else(PoisonError::into_inner) {
            self.age.set(fetched_at.elapsed().as_secs_f64());
        }
    }
}

impl Observer for TokenMetrics {
    fn verified(&self, by: VerifiedBy) {
        match by {
            VerifiedBy::Signature => self.by_signature.inc(),
            VerifiedBy::Cache => self.by_cache.inc(),
        };
    }

    fn rejected(&self, error: &VerifyError) {
        self.rejected.get_or_create(&ReasonLabels { reason: error.reason() }).inc();
    }

    fn keys_fetched(&self, keys: usize, _: Duration) {
        self.fetches.inc();
        self.keys.set(i64::try_from(keys).unwrap_or(i64::MAX));
        *self.fetched_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn fetch_failed(&self, reason: &'static str, _: Duration) {
        self.failures.get_or_create(&ReasonLabels { reason }).inc();
    }
}
