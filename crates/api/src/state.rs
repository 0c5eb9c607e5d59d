//! The state that all handlers share.

mod audit;
mod traces;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auth::TokenVerifier;
use domain::{Readiness, Tasks};
use persistence::BackgroundJobs;

use crate::metrics::Metrics;

pub(crate) use audit::AuditLog;
pub(crate) use traces::{RequestSpan, TraceExporter};

/// One for the process; each worker has a reference.
pub(crate) struct AppState {
    /// The use cases.
    pub tasks: Tasks,
    /// Verifies tokens.
    pub verifier: Arc<dyn TokenVerifier>,
    /// Checks the database.
    pub readiness: Arc<dyn Readiness>,
    /// The limits of request bodies.
    pub body: BodyLimits,
    /// `tasks.delete_returns_body`
    pub delete_returns_body: bool,
    /// The metrics of the process.
    pub metrics: Metrics,
    /// `log.requests`
    pub log_requests: bool,
    /// The audit log, if it is turned on.
    pub audit: Option<AuditLog>,
    /// Exports traces, if that is turned on.
    pub traces: Option<TraceExporter>,
    /// The background jobs.
    #[expect(dead_code, reason = "the jobs stop when it is dropped")]
    pub background_jobs: Option<BackgroundJobs>,
    /// Whether the process is shutting down.
    pub draining: Draining,
}

/// The limits of request bodies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// The maximum size, both as sent and after decompression.
    pub max_bytes: usize,
    /// The timeout for receiving the last byte.
    pub timeout: Duration,
}

/// Set once, when the shutdown begins.
#[derive(Debug, Default, Clone)]
pub(crate) struct Draining(Arc<AtomicBool>);

impl Draining {
    /// Makes `/readyz` fail from now on.
    pub(crate) fn begin(&self) {
        // Relaxed: no other data is published with it.
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the shutdown has begun.
    #[must_use]
    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
