//! Metrics of tokens and of the key set, from the observer of the auth crate.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use auth::{CredentialsError, Observer, VerifiedBy, VerifyError};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{ReasonLabels, register};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SourceLabels {
    source: &'static str,
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
    pub(super) fn registered(registry: &mut Registry) -> Self {
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
    pub(super) fn refresh(&self) {
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
