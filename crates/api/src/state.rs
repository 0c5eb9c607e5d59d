//! The state that all handlers share.

mod audit;
mod event_streams;
mod last_check;
mod limits;
mod list_cache;
mod traces;
mod unsent;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use auth::AnyVerifier;
use domain::{KeyLimits, Notifier, Readiness, Tasks};
use persistence::BackgroundJobs;
use tokio::sync::watch;

pub(crate) use event_streams::{EventStreams, StreamSlot, TooManyStreams};
pub(crate) use last_check::LastCheck;
pub(crate) use list_cache::{ListCache, ListKey, SentList};
pub(crate) use unsent::{NoRoom, Reserved, UnsentLists};

use crate::config::TrustedProxies;
use crate::metrics::Metrics;

pub(crate) use audit::{AuditFile, AuditLog};
pub(crate) use limits::{Admission, Client, Exceeded, Limits, Rate};
pub(crate) use traces::{RequestSpan, TraceExporter};

/// One for the process; each worker has a reference.
pub(crate) struct AppState {
    /// The use cases.
    pub tasks: Tasks,
    /// Verifies tokens.
    pub verifier: Arc<AnyVerifier>,
    /// `server.public_url` without a slash at its end; a path of the service after it is a URL for clients.
    pub public_url: String,
    /// The OpenAPI document, once it was requested.
    pub openapi: OnceLock<Bytes>,
    /// Checks the database.
    pub readiness: Arc<dyn Readiness>,
    /// The result of its last check.
    pub last_check: LastCheck,
    /// The limits of request bodies.
    pub body: BodyLimits,
    /// How much is recorded of the requests with a key.
    pub key_limits: KeyLimits,
    /// The memory of lists that wait to be sent.
    pub unsent_lists: Arc<UnsentLists>,
    /// Lists that were sent.
    pub list_cache: ListCache,
    /// Reports changes.
    pub notifier: Arc<dyn Notifier>,
    /// The open event streams.
    pub event_streams: Arc<EventStreams>,
    /// The limits of owners and addresses.
    pub limits: Limits,
    /// The limit of an owner, as the value of `RateLimit-Policy`.
    pub owner_policy: Option<HeaderValue>,
    /// The proxies that name the client of a request.
    pub trusted_proxies: TrustedProxies,
    /// `database.replica_max_age_seconds`: how old lists may be unless the request sets it. `None` without `replica_urls`.
    pub max_age: Option<Duration>,
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

/// Whether a connection was ended because its client did not read a response in time. Clones share it.
#[derive(Debug, Default, Clone)]
pub(crate) struct UnreadResponse(Rc<Cell<bool>>);

impl UnreadResponse {
    /// The connection ends for this reason.
    pub(crate) fn set(&self) {
        self.0.set(true);
    }

    /// Whether it does.
    #[must_use]
    pub(crate) fn is_set(&self) -> bool {
        self.0.get()
    }
}

/// The progress of a shutdown. Clones share it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Draining(Arc<watch::Sender<Phase>>);

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Phase {
    #[default]
    Serving,
    /// `/readyz` fails, everything else is served.
    Announced,
    /// Connections close when they are idle.
    Closing,
}

impl Draining {
    /// Makes `/readyz` fail from now on.
    pub(crate) fn begin(&self) {
        self.0.send_replace(Phase::Announced);
    }

    /// Makes connections close when they are idle, from now on.
    pub(crate) fn close(&self) {
        self.0.send_replace(Phase::Closing);
    }

    /// Resolves when the shutdown has begun.
    pub(crate) async fn begun(&self) {
        // Fails only without a sender, and `self` has one.
        let _ = self.0.subscribe().wait_for(|phase| *phase >= Phase::Announced).await;
    }

    /// Whether the shutdown has begun.
    #[must_use]
    pub(crate) fn has_begun(&self) -> bool {
        *self.0.borrow() >= Phase::Announced
    }

    /// Whether connections close when they are idle.
    #[must_use]
    pub(crate) fn is_closing(&self) -> bool {
        *self.0.borrow() == Phase::Closing
    }

    /// Resolves when connections close when they are idle.
    pub(crate) async fn closing(&self) {
        // Fails only without a sender, and `self` has one.
        let _ = self.0.subscribe().wait_for(|phase| *phase == Phase::Closing).await;
    }
}
