//! Metrics of the database workers. Every label has a fixed set of values.

use std::sync::atomic::AtomicI64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use persistence::{CallFailure, DatabaseObserver, JobsReport, WorkKind};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::register;

/// Buckets of durations, in seconds: from a read by key to the longest statement.
const SECONDS: [f64; 12] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Buckets of batches, in calls.
const CALLS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WorkLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    kind: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionLabels {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    /// Not `job`, which Prometheus sets.
    background_job: &'static str,
}

type Gauges<L> = Family<L, Gauge<i64, AtomicI64>>;

/// One metric for each kind of work. They are counted for every request, so they are not looked up by label.
struct PerKind<M>([M; WorkKind::ALL.len()]);

impl<M: Clone> PerKind<M> {
    fn of<C: MetricConstructor<M>>(family: &Family<WorkLabels, M, C>) -> Self {
        Self(WorkKind::ALL.map(|kind| family.get_or_create(&WorkLabels { kind: kind.as_str() }).clone()))
    }

    fn of_kind(&self, kind: WorkKind) -> Option<&M> {
        self.0.get(kind as usize)
    }
}

/// The metrics of the database.
pub(crate) struct DatabaseMetrics {
    queue_length: PerKind<Gauge<i64, AtomicI64>>,
    queue_wait: PerKind<Histogram>,
    batch_size: PerKind<Histogram>,
    statements: PerKind<Histogram>,
    connections: Gauges<ConnectionLabels>,
    failed_calls: Family<FailureLabels, Counter>,
    retries: PerKind<Counter>,
    lost_races: Counter,
    replaced_workers: PerKind<Counter>,
    notifications_sent: Counter,
    notifications_received: Counter,
    notifications_missed: Counter,
    notification_reconnects: Counter,
    job_changes: Family<JobLabels, Counter>,
    job_failures: Counter,
    job_last_run: Gauge<i64, AtomicI64>,
    job_duration: Histogram,
}

impl DatabaseMetrics {
    /// Registers all, with the unit in each name.
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let calls: fn() -> Histogram = || Histogram::new(CALLS);
        let r = registry;
        Self {
            queue_length: PerKind::of(&register(
                r,
                "db_queue_length",
                "Calls waiting for a worker",
                Family::default(),
            )),
            queue_wait: PerKind::of(&register(
                r,
                "db_queue_wait_seconds",
                "Time that calls waited for a worker",
                Family::new_with_constructor(seconds),
            )),
            batch_size: PerKind::of(&register(
                r,
                "db_batch_calls",
                "Calls in a batch",
                Family::new_with_constructor(calls),
            )),
            statements: PerKind::of(&register(
                r,
                "db_statement_duration_seconds",
                "Duration of the statements of a batch",
                Family::new_with_constructor(seconds),
            )),
            connections: register(r, "db_connections", "Connections, open and in use", Family::default()),
            failed_calls: register(
                r,
                "db_failed_calls",
                "Calls without a result from the database",
                Family::default(),
            ),
            retries: PerKind::of(&register(r, "db_retries", "Retried batches", Family::default())),
            lost_races: register(
                r,
                "db_lost_races",
                "Writes that lost against another process",
                Counter::default(),
            ),
            replaced_workers: PerKind::of(&register(
                r,
                "db_replaced_workers",
                "Workers replaced because a call did not return",
                Family::default(),
            )),
            notifications_sent: register(
                r,
                "db_notifications_sent",
                "Notifications of changes sent to other processes",
                Counter::default(),
            ),
            notifications_received: register(
                r,
                "db_notifications_received",
                "Notifications of changes received from other processes",
                Counter::default(),
            ),
            notifications_missed: register(
                r,
                "db_notifications_missed",
                "Changes of users with an event stream that polling found before a notification",
                Counter::default(),
            ),
            notification_reconnects: register(
                r,
                "db_notification_reconnects",
                "Interruptions of the session for notifications that have ended",
                Counter::default(),
            ),
            job_changes: register(r, "db_job_changes", "Rows changed by background jobs", Family::default()),
            job_failures: register(
                r,
                "db_job_failures",
                "Failed runs of the background jobs",
                Counter::default(),
            ),
            job_last_run: register(
                r,
                "db_job_last_success_timestamp_seconds",
                "Time of the last completed run of the background jobs",
                Gauge::default(),
            ),
            job_duration: register(
                r,
                "db_job_duration_seconds",
                "Duration of a run of the background jobs",
                Histogram::new(SECONDS),
            ),
        }
    }
}

impl DatabaseObserver for DatabaseMetrics {
    fn queue_changed(&self, of: WorkKind, by: i64) {
        if let Some(gauge) = self.queue_length.of_kind(of) {
            gauge.inc_by(by);
        }
    }

    fn queue_wait(&self, of: WorkKind, waited: Duration) {
        if let Some(histogram) = self.queue_wait.of_kind(of) {
            histogram.observe(waited.as_secs_f64());
        }
    }

    fn statement(&self, of: WorkKind, calls: usize, elapsed: Duration) {
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        if let (Some(sizes), Some(durations)) = (self.batch_size.of_kind(of), self.statements.of_kind(of)) {
            sizes.observe(f64::from(calls));
            durations.observe(elapsed.as_secs_f64());
        }
    }

    fn connections(&self, open: u32, in_use: u32) {
        for (state, count) in [("open", open), ("in_use", in_use)] {
            self.connections.get_or_create(&ConnectionLabels { state }).set(count.into());
        }
    }

    fn call_failed(&self, of: WorkKind, failure: CallFailure) {
        let reason = match failure {
            CallFailure::Overloaded => "overloaded",
            CallFailure::TooManyScans => "too_many_scans",
            CallFailure::TimedOut => "timed_out",
            CallFailure::Cancelled => "cancelled",
        };
        self.failed_calls.get_or_create(&FailureLabels { kind: of.as_str(), reason }).inc();
    }

    fn retried(&self, of: WorkKind) {
        if let Some(counter) = self.retries.of_kind(of) {
            counter.inc();
        }
    }

    fn lost_race(&self) {
        self.lost_races.inc();
    }

    fn jobs_run(&self, report: JobsReport, elapsed: Duration) {
        self.job_duration.observe(elapsed.as_secs_f64());
        self.job_changes
            .get_or_create(&JobLabels { background_job: "move_deleted_rows" })
            .inc_by(report.moved);
        self.job_changes.get_or_create(&JobLabels { background_job: "purge_trash" }).inc_by(report.purged);
        self.job_changes
            .get_or_create(&JobLabels { background_job: "prune_tombstones" })
            .inc_by(report.pruned);
        self.job_changes
            .get_or_create(&JobLabels { background_job: "delete_expired_keys" })
            .inc_by(report.expired);
        self.job_changes
            .get_or_create(&JobLabels { background_job: "rewrite_search_texts" })
            .inc_by(report.rewritten);
        self.job_changes
            .get_or_create(&JobLabels { background_job: "store_positions" })
            .inc_by(report.positioned);
        if report.has_failed() {
            self.job_failures.inc();
        } else if report.is_completed() {
            // Alerts compare this with the current time, so it stays behind when runs do not complete.
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            self.job_last_run.set(i64::try_from(now).unwrap_or(i64::MAX));
        }
    }

    fn notifications(&self, sent: usize, received: usize) {
        self.notifications_sent.inc_by(sent as u64);
        self.notifications_received.inc_by(received as u64);
    }

    fn notifications_missed(&self, changes: usize) {
        self.notifications_missed.inc_by(changes as u64);
    }

    fn notifications_resumed(&self) {
        self.notification_reconnects.inc();
    }

    fn worker_replaced(&self, of: WorkKind) {
        if let Some(counter) = self.replaced_workers.of_kind(of) {
            counter.inc();
        }
    }
}
