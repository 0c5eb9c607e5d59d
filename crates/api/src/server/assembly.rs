//! The composition root: names the adapter of every port.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use auth::VerifierOptions;
use domain::{Clock, Ids, TaskId, Tasks, TextLimits, Timestamp, TrashCapacity};
use persistence::{Database, JobOptions};
use time::OffsetDateTime;
use uuid::Uuid;

use super::StartError;
use super::audit::audit_file;
use super::database::{check_schema, lock_for_service, migrate, open};
use super::verifier::verifier;
use crate::config::{self, Settings, TrustedProxies};
use crate::http::idempotency::key_limits;
use crate::http::limits::owner_policy;
use crate::metrics::Metrics;
use crate::state::{
    AppState, AuditLog, BodyLimits, Draining, EventStreams, LastCheck, Limits, ListCache, TraceExporter,
    UnsentLists,
};

/// Opens the database, runs migrations, and connects use cases with their adapters.
pub(crate) fn assemble(settings: &Settings) -> Result<(AppState, Database), StartError> {
    let metrics = Metrics::default();
    let dropped = metrics.audit_dropped();
    let audit = audit_file(settings, |file| AuditLog::open(file, dropped.clone()))?;
    let traces = traces(settings, &metrics)?;
    let options = VerifierOptions::new().observer(Arc::clone(metrics.tokens()) as _);
    let verifier = Arc::new(verifier(settings, options)?);
    for trust_anchor in verifier.trust_anchors() {
        tracing::info!(trust_anchor, "accepting tokens");
    }
    let mut database = open(settings, Arc::clone(metrics.database()) as _)?;
    lock_for_service(&mut database)?;
    let read_only = settings.database.read_only;
    if read_only {
        check_schema(&database)?;
    } else if settings.database.migrate_on_start {
        for name in migrate(&database)? {
            tracing::info!(name, "applied migration");
        }
    }
    let (key_limits, trash) = (key_limits(&settings.limits), trash(settings));
    let limits = Limits::new(&settings.limits);
    let keep_trashed = days(settings.tasks.trash_days);
    let options = JobOptions::new(days(settings.tasks.changes_days), Arc::new(SystemClock));
    let options = JobOptions { keep_trashed, trash, keep_keys: key_limits.keep, ..options };
    let jobs = (!read_only).then(|| database.start_jobs(options)).transpose();
    let jobs = jobs.map_err(|error| StartError::failed("the background jobs cannot be started", error))?;
    let text_limits =
        TextLimits { title_max: settings.tasks.title_max, description_max: settings.tasks.description_max };
    let state = AppState {
        tasks: Tasks::new(database.tasks(), Arc::new(SystemClock), Arc::new(TimeOrderedIds), text_limits)
            .with_trash(trash),
        verifier,
        public_url: settings.server.public_url.trim_end_matches('/').to_owned(),
        openapi: OnceLock::new(),
        readiness: database.readiness(),
        last_check: LastCheck::default(),
        body: BodyLimits {
            max_bytes: settings.limits.max_body_bytes,
            timeout: Duration::from_secs(settings.limits.body_timeout_seconds),
        },
        key_limits,
        unsent_lists: UnsentLists::new(settings.limits.max_unsent_bytes),
        list_cache: ListCache::new(settings.tasks.list_cache_bytes),
        notifier: database.notifier(),
        event_streams: EventStreams::new(&settings.events),
        owner_policy: owner_policy(&limits),
        limits,
        trusted_proxies: TrustedProxies::new(&settings.server)?,
        max_age: settings.database.max_age(),
        delete_returns_body: settings.tasks.delete_returns_body,
        metrics,
        log_requests: settings.log.requests,
        audit,
        traces,
        background_jobs: jobs,
        draining: Draining::default(),
    };
    Ok((state, database))
}

const fn days(days: u64) -> Duration {
    Duration::from_secs(days.saturating_mul(24 * 60 * 60))
}

/// The trash as configured: it holds as many tasks as an owner may have live ones.
pub(crate) const fn trash(settings: &Settings) -> TrashCapacity {
    match (settings.tasks.trash_days, settings.limits.tasks_per_owner) {
        (0, _) => TrashCapacity::NONE,
        (_, 0) => TrashCapacity::UNLIMITED,
        (_, quota) => TrashCapacity::tasks(quota),
    }
}

fn traces(settings: &Settings, metrics: &Metrics) -> Result<Option<TraceExporter>, StartError> {
    let config::Tracing { otlp_endpoint, sample_percent } = &settings.tracing;
    if otlp_endpoint.is_empty() {
        return Ok(None);
    }
    let exporter = TraceExporter::start(otlp_endpoint, *sample_percent, metrics.spans_dropped().clone());
    exporter.map(Some).map_err(|error| StartError::failed("the export of traces cannot be started", error))
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's adapter")]
    fn now(&self) -> Timestamp {
        Timestamp::new(OffsetDateTime::now_utc())
    }
}

/// UUIDs of version 7 (RFC 9562 §5.7): they sort by time, so new rows share index pages.
pub(crate) struct TimeOrderedIds;

impl Ids for TimeOrderedIds {
    #[expect(clippy::disallowed_methods, reason = "this is the port's adapter")]
    fn next(&self) -> TaskId {
        TaskId::new(Uuid::now_v7())
    }
}
