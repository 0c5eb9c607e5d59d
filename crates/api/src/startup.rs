//! The composition root: the only file that names every adapter.

mod database;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use auth::{
    AnyVerifier, CacheOptions, ClaimRules, ConfigError, HttpJwksSource, JwksOptions, JwksVerifier, Secret,
    SharedSecretVerifier, VerifierOptions,
};
use domain::{Clock, Ids, TaskId, Tasks, TextLimits, Timestamp};
use persistence::JobOptions;
use secrecy::ExposeSecret;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::body::BodyLimits;
use crate::development;
use crate::metrics::Metrics;
use crate::settings::{Refusal, Settings};
use crate::state::{Draining, State};

pub(crate) use database::{back_up, check_database, doctor, migrate, not_checked, open};

/// Why the program did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The configuration is wrong: exit code 2.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database could not be checked, which says nothing about it: exit code 3.
    #[error("the database was not checked completely")]
    NotChecked {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Something else went wrong: exit code 1.
    #[error("{what}")]
    Failed {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StartError {
    /// The answer of a command cannot be written.
    pub(crate) fn unwritten(error: std::io::Error) -> Self {
        Self::failed("the answer cannot be written", error)
    }

    /// Something that was tried and went wrong.
    pub(crate) fn failed(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { what: what.into(), source: source.into() }
    }
}

/// Opens everything and puts it together.
pub(crate) fn assemble(settings: &Settings) -> Result<State, StartError> {
    let metrics = Metrics::default();
    let options = VerifierOptions::new().observer(Arc::clone(metrics.tokens()) as _);
    let verifier = Arc::new(verifier(settings, options)?);
    let database = open(settings, Arc::clone(metrics.database()) as _)?;
    if settings.database.migrate_on_start {
        for name in migrate(&database)? {
            tracing::info!(name, "migration ran");
        }
    }
    let keep_tombstones = Duration::from_secs(settings.tasks.changes_days.saturating_mul(24 * 60 * 60));
    let jobs = database
        .start_jobs(JobOptions { keep_tombstones, clock: Arc::new(SystemClock) })
        .map_err(|error| StartError::failed("the background jobs cannot be started", error))?;
    let limits =
        TextLimits { title_max: settings.tasks.title_max, description_max: settings.tasks.description_max };
    Ok(State {
        tasks: Tasks::new(database.tasks(), Arc::new(SystemClock), Arc::new(TimeOrderedIds), limits),
        verifier,
        readiness: database.readiness(),
        body: BodyLimits {
            bytes: settings.limits.body_bytes,
            time: Duration::from_secs(settings.limits.body_seconds),
        },
        delete_returns_body: settings.tasks.delete_returns_body,
        metrics,
        background_jobs: Some(jobs),
        draining: Draining::default(),
    })
}

/// Builds the verifiers of the configured trust anchors, with the configured cache.
pub(crate) fn verifier(settings: &Settings, options: VerifierOptions) -> Result<AnyVerifier, StartError> {
    let options = options.cache(cache(settings));
    let shared = shared_secret(settings, options.clone())?;
    let key_set = key_set(settings, options)?;
    Ok(AnyVerifier::new(shared, key_set).map_err(|error| refused(error, "auth"))?)
}

fn cache(settings: &Settings) -> CacheOptions {
    let max_age = Duration::from_secs(settings.auth.cache_seconds);
    CacheOptions::new().max_bytes(settings.auth.cache_bytes).max_age(max_age)
}

/// Builds the verifier of the configured secrets, which refuses those that are too short or known.
pub(crate) fn shared_secret(
    settings: &Settings,
    options: VerifierOptions,
) -> Result<Option<SharedSecretVerifier>, StartError> {
    let made = development::trusted_secret(settings)?;
    let texts = settings.auth.secrets.iter().chain(&made).map(ExposeSecret::expose_secret);
    let secrets: Vec<Secret> = texts.map(Secret::new).collect();
    if secrets.is_empty() {
        return Ok(None);
    }
    let verifier = SharedSecretVerifier::with_options(secrets, rules(settings, ClaimRules::new()), options);
    Ok(Some(verifier.map_err(|error| refused(error, "auth.secrets (BETTER_AUTH_SECRET)"))?))
}

fn key_set(settings: &Settings, options: VerifierOptions) -> Result<Option<JwksVerifier>, StartError> {
    let auth = &settings.auth;
    if auth.jwks_url.is_empty() && auth.better_auth_url.is_empty() {
        return Ok(None);
    }
    let of_better_auth = |error| refused(error, "auth.better_auth_url (BETTER_AUTH_URL)");
    let base = match auth.better_auth_url.as_str() {
        "" => ClaimRules::new(),
        url => ClaimRules::for_better_auth(url).map_err(of_better_auth)?,
    };
    let of_keys = |error| refused(error, "auth.jwks_url");
    let source = match auth.jwks_url.as_str() {
        "" => HttpJwksSource::for_better_auth(&auth.better_auth_url, auth.jwks_allow_http)
            .map_err(of_better_auth)?,
        url => HttpJwksSource::new(url, auth.jwks_allow_http).map_err(of_keys)?,
    };
    let timing = JwksOptions::new()
        .max_age(Duration::from_secs(auth.jwks_max_age_seconds))
        .cooldown(Duration::from_secs(auth.jwks_cooldown_seconds))
        .stale(Duration::from_secs(auth.jwks_stale_seconds));
    let rules = rules(settings, base);
    Ok(Some(JwksVerifier::with_options(Arc::new(source), timing, rules, options).map_err(of_keys)?))
}

/// Adds what is configured to the defaults of a trust anchor.
fn rules(settings: &Settings, mut rules: ClaimRules) -> ClaimRules {
    let auth = &settings.auth;
    if !auth.issuers.is_empty() {
        rules = rules.issuers(&auth.issuers);
    }
    if !auth.audiences.is_empty() {
        rules = rules.audiences(&auth.audiences);
    }
    rules
        .user_id_claim(&auth.user_id_claim)
        .leeway_seconds(auth.leeway_seconds)
        .max_age_seconds(Some(auth.max_age_seconds).filter(|seconds| *seconds > 0))
        .max_token_bytes(settings.limits.token_bytes)
}

/// Names the key whose value a verifier refused.
fn refused(error: ConfigError, key: &str) -> Refusal {
    let key = match error {
        ConfigError::OutOfRange { setting: "max_token_bytes", .. } => "limits.token_bytes",
        ConfigError::OutOfRange { setting: "max_age", .. } => "auth.jwks_max_age_seconds",
        ConfigError::OutOfRange { setting: "cooldown", .. } => "auth.jwks_cooldown_seconds",
        ConfigError::OutOfRange { setting: "stale", .. } => "auth.jwks_stale_seconds",
        ConfigError::OutOfRange { setting: "cache.max_bytes", .. } => "auth.cache_bytes",
        ConfigError::OutOfRange { setting: "cache.max_age", .. } => "auth.cache_seconds",
        ConfigError::OutOfRange { setting: "issuers", .. } => "auth.issuers",
        ConfigError::OutOfRange { setting: "audiences", .. } => "auth.audiences",
        _ => key,
    };
    Refusal::new(key, error)
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's adapter")]
    fn now(&self) -> Timestamp {
        Timestamp::new(OffsetDateTime::now_utc())
    }
}

/// UUIDs of version 7 (RFC 9562 §5.7): they sort by time, so new rows lie together.
struct TimeOrderedIds;

impl Ids for TimeOrderedIds {
    #[expect(clippy::disallowed_methods, reason = "this is the port's adapter")]
    fn next(&self) -> TaskId {
        TaskId::new(Uuid::now_v7())
    }
}
