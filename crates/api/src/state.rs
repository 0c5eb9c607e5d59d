//! What the handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auth::TokenVerifier;
use domain::{Readiness, Tasks};
use persistence::BackgroundJobs;

use crate::metrics::Metrics;

/// Everything that a request may need. One for the process; each worker holds a reference.
pub(crate) struct AppState {
    /// The use cases.
    pub tasks: Tasks,
    /// Who is calling.
    pub verifier: Arc<dyn TokenVerifier>,
    /// Whether the database answers.
    pub readiness: Arc<dyn Readiness>,
    /// What may be sent.
    pub body: BodyLimits,
    /// Whether DELETE answers with a body when nobody asks.
    pub delete_returns_body: bool,
    /// What is counted.
    pub metrics: Metrics,
    /// The background jobs, which run as long as this is kept.
    #[expect(dead_code, reason = "dropping it ends the jobs")]
    pub background_jobs: Option<BackgroundJobs>,
    /// Whether the process is about to end.
    pub draining: Draining,
}

/// How much of a body is taken, and how long it may take to arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// The most bytes, both as sent and after decompression.
    pub max_bytes: usize,
    /// The time until the last byte must be here.
    pub timeout: Duration,
}

/// Set once, when the process is told to end.
#[derive(Debug, Default, Clone)]
pub(crate) struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on this process is not ready.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it has begun.
    #[must_use]
    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
