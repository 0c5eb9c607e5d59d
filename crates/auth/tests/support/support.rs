//! What the tests of this crate share: keys of an issuer, tokens, a manual clock, sources of key sets. The unit tests
//! use it too, so it names the crate from outside.
#![allow(dead_code, unused_imports, reason = "each test program, and each feature, uses a part of it")]

#[cfg(feature = "jwks")]
mod issuer;
mod log;
mod recorder;
#[cfg(any(feature = "actix", feature = "tower"))]
mod rejection;
mod scripted_source;
mod signing_key;
#[cfg(feature = "jwks")]
mod tls_issuer;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use tasknook_auth::{
    ClaimRules, Clock, Identity, JwksOptions, JwksVerifier, SharedSecretVerifier, TokenVerifier,
    VerifierOptions, VerifyError,
};

#[cfg(feature = "jwks")]
pub(crate) use issuer::{Issuer, respond};
pub(crate) use log::{Log, logged};
pub(crate) use recorder::Recorder;
#[cfg(any(feature = "actix", feature = "axum"))]
pub(crate) use rejection::assert_missing_guard;
#[cfg(any(feature = "actix", feature = "tower"))]
pub(crate) use rejection::{credentials_of, guard, rejections};
pub(crate) use scripted_source::ScriptedSource;
pub(crate) use signing_key::{SigningKey, key_set};
#[cfg(feature = "jwks")]
pub(crate) use tls_issuer::TlsIssuer;

/// The time of the clock in the tests.
pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) const ORIGIN: &str = "https://auth.example.test";

pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// How long a test waits for what has to happen before it fails.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// A clock that a test moves.
pub(crate) struct ManualClock {
    unix_seconds: AtomicI64,
    monotonic_ms: AtomicU64,
}

impl ManualClock {
    pub(crate) fn at(unix_seconds: i64) -> Arc<Self> {
        Arc::new(Self { unix_seconds: AtomicI64::new(unix_seconds), monotonic_ms: AtomicU64::new(1_000_000) })
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.unix_seconds.fetch_add(i64::try_from(by.as_secs()).unwrap(), Ordering::SeqCst);
        self.advance_monotonic(by);
    }

    /// Lets time pass without moving the calendar.
    pub(crate) fn advance_monotonic(&self, by: Duration) {
        self.monotonic_ms.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Sets the calendar forward, as when the machine was asleep.
    pub(crate) fn set_forward(&self, by: Duration) {
        self.unix_seconds.fetch_add(i64::try_from(by.as_secs()).unwrap(), Ordering::SeqCst);
    }

    /// Sets the calendar back.
    pub(crate) fn set_back(&self, by: Duration) {
        self.unix_seconds.fetch_sub(i64::try_from(by.as_secs()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn unix_seconds(&self) -> i64 {
        self.unix_seconds.load(Ordering::SeqCst)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.monotonic_ms.load(Ordering::SeqCst))
    }
}

/// The calendar of the tests over the machine's monotonic clock.
pub(crate) struct FixedCalendar;

impl Clock for FixedCalendar {
    fn unix_seconds(&self) -> i64 {
        NOW
    }
}

/// The default options on a clock.
pub(crate) fn options_on(clock: Arc<impl Clock + 'static>) -> VerifierOptions {
    VerifierOptions::new().clock(clock)
}

/// The rules of a well configured service.
pub(crate) fn rules() -> ClaimRules {
    ClaimRules::new().issuers([ORIGIN]).audiences([ORIGIN])
}

/// The claims of a good token.
pub(crate) fn claims() -> Value {
    json!({ "sub": "user-a", "iss": ORIGIN, "aud": ORIGIN, "iat": NOW, "exp": NOW + 600 })
}

/// The claims of a good token with one of them changed; none removes it.
pub(crate) fn claims_with(name: &str, value: Option<Value>) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    claims
}

/// A token of these claims under the shared secret.
pub(crate) fn hs256(claims: &Value) -> String {
    SigningKey::hs256(SECRET).token("any", claims)
}

pub(crate) fn shared_secret() -> SharedSecretVerifier {
    shared_secret_by(rules(), NOW)
}

/// A verifier of the shared secret by other rules, on a clock at `now`.
pub(crate) fn shared_secret_by(rules: ClaimRules, now: i64) -> SharedSecretVerifier {
    SharedSecretVerifier::with_options(vec![SECRET.into()], rules, options_on(ManualClock::at(now))).unwrap()
}

/// The verdict of such a verifier on a token of these claims.
pub(crate) fn verdict_by(rules: &ClaimRules, claims: &Value, now: i64) -> &'static str {
    verdict(&shared_secret_by(rules.clone(), now), &hs256(claims))
}

/// A verifier over a source, on a manual clock.
pub(crate) fn jwks(source: &Arc<ScriptedSource>) -> JwksVerifier {
    jwks_on(source, ManualClock::at(NOW))
}

/// A failed fetch is not retried within a test, so that only tokens cause fetches, which can then be counted.
pub(crate) fn jwks_on(source: &Arc<ScriptedSource>, clock: Arc<ManualClock>) -> JwksVerifier {
    let hour = Duration::from_secs(3600);
    let options = JwksOptions::new().retry(hour, hour);
    JwksVerifier::with_options(Arc::clone(source) as _, options, rules(), options_on(clock)).unwrap()
}

/// Waits until another thread has made the condition true.
pub(crate) fn await_condition(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < TIMEOUT, "the condition did not become true");
        std::thread::yield_now();
    }
}

pub(crate) fn verify(verifier: &dyn TokenVerifier, token: &str) -> Result<Identity, VerifyError> {
    pollster::block_on(verifier.verify(token))
}

/// The label of the rejection, or `accepted`.
pub(crate) fn verdict(verifier: &dyn TokenVerifier, token: &str) -> &'static str {
    verify(verifier, token).map_or_else(|error| error.reason(), |_| "accepted")
}
