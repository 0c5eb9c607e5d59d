//! The metrics of responses.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{BUCKETS, register};

/// A kind of response. There must be few: the route is a pattern, not a path, and the method is one of a fixed set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResponseKind {
    pub method: &'static str,
    pub route: Rc<str>,
    pub status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResponseLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

/// How many responses there were, and how long they took.
#[derive(Clone)]
pub(crate) struct ResponseMetrics {
    responses: Family<ResponseLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
}

/// The metrics of the responses that a worker has sent: looking them up takes locks that the workers share.
#[derive(Default)]
pub(crate) struct ResponseMetricsCache(RefCell<HashMap<ResponseKind, (Counter, Histogram)>>);

impl ResponseMetrics {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let responses = register(registry, "http_requests", "Completed requests", Family::default());
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let histograms = Family::new_with_constructor(histogram);
        let help = "Duration of requests";
        let durations = register(registry, "http_request_duration_seconds", help, histograms);
        Self { responses, durations }
    }

    /// Counts a response, with the cache of its worker.
    pub(crate) fn observe(&self, cache: &ResponseMetricsCache, kind: ResponseKind, elapsed: Duration) {
        let mut cache = cache.0.borrow_mut();
        let (count, duration) = cache.entry(kind).or_insert_with_key(|kind| self.find(kind));
        count.inc();
        duration.observe(elapsed.as_secs_f64());
    }

    fn find(&self, ResponseKind { method, route, status }: &ResponseKind) -> (Counter, Histogram) {
        let (method, status, route) = (*method, *status, route.to_string());
        let of_route = RouteLabels { method, route: route.clone() };
        let count = self.responses.get_or_create_owned(&ResponseLabels { method, route, status });
        (count, self.durations.get_or_create_owned(&of_route))
    }
}
