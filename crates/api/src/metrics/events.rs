//! Metrics of event streams.

use std::sync::atomic::AtomicI64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{BUCKETS, ReasonLabels, register};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventLabels {
    event: &'static str,
}

/// Why a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamEnd {
    /// The client left.
    Closed,
    /// The client did not read what was sent.
    Unread,
    /// What follows its position is not known.
    Resync,
    /// Its token is no longer accepted.
    Expired,
    /// The process is shutting down.
    Shutdown,
    /// The changes cannot be read, or the token cannot be verified.
    Failed,
}

impl StreamEnd {
    const fn reason(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Unread => "unread",
            Self::Resync => "resync",
            Self::Expired => "expired",
            Self::Shutdown => "shutdown",
            Self::Failed => "failed",
        }
    }
}

/// The metrics of event streams.
pub(crate) struct EventMetrics {
    open: Gauge<i64, AtomicI64>,
    delivered: Family<EventLabels, Counter>,
    ended: Family<ReasonLabels, Counter>,
    delay: Histogram,
}

impl EventMetrics {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let r = registry;
        let ended = "Event streams that ended, by reason";
        let delay = "Time from the notification of a change to the first event that it caused";
        Self {
            open: register(r, "event_streams", "Open event streams", Gauge::default()),
            delivered: register(
                r,
                "events_delivered",
                "Events that were written to streams",
                Family::default(),
            ),
            ended: register(r, "event_streams_ended", ended, Family::default()),
            delay: register(r, "event_delay_seconds", delay, Histogram::new(BUCKETS)),
        }
    }

    /// A stream is open.
    pub(crate) fn opened(&self) {
        self.open.inc();
    }

    /// It ended.
    pub(crate) fn ended(&self, end: StreamEnd) {
        self.open.dec();
        self.ended.get_or_create(&ReasonLabels { reason: end.reason() }).inc();
    }

    /// Events of a name were written.
    pub(crate) fn delivered(&self, event: &'static str, number: u64) {
        self.delivered.get_or_create(&EventLabels { event }).inc_by(number);
    }

    /// A change is written this long after its notification.
    pub(crate) fn delayed(&self, delay: Duration) {
        self.delay.observe(delay.as_secs_f64());
    }
}
