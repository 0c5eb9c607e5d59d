//! The composition root: the only file that names every adapter.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use auth::{
    AnyVerifier, ClaimRules, ConfigError, HttpJwksSource, JwksOptions, JwksVerifier, Secret,
    SharedSecretVerifier, TokenVerifier,
};
use domain::{Clock, Ids, TaskId, Tasks, TextLimits, Timestamp};
use persistence::{Database, DatabaseOptions, OpenError};
use secrecy::ExposeSecret;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::body::BodyLimits;
use crate::development;
use crate::metrics::Metrics;
use crate::settings::{Refusal, Settings};
use crate::state::{Draining, State};

/// Why the program did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The configuration is wrong: exit code 2.
    #[error(transparent)]
    Refused(#[from] Refusal),
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
    let verifier = verifier(settings)?;
    let database = open(settings)?;
    if settings.database.migrate_on_start {
        for name in migrate(&database)? {
            tracing::info!(name, "migration ran");
        }
    }
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
        metrics: Metrics::default(),
        draining: Draining::default(),
    })
}

/// Opens the configured database.
pub(crate) fn open(settings: &Settings) -> Result<Database, StartError> {
    Ok(Database::open(&options(settings)).map_err(|error| refused_database(&error))?)
}

fn options(settings: &Settings) -> DatabaseOptions {
    DatabaseOptions {
        url: settings.database.url.clone(),
        max_connections: settings.database.max_connections,
        ..DatabaseOptions::default()
    }
}

fn refused_database(error: &OpenError) -> Refusal {
    Refusal::new("database.url (DATABASE_URL)", crate::problem::chain(error))
}

/// Brings the schema up to date; gives the names of the migrations that ran.
pub(crate) fn migrate(database: &Database) -> Result<Vec<String>, StartError> {
    database
        .migrate()
        .map_err(|error| StartError::failed("the database's schema cannot be brought up to date", error))
}

/// Looks at the configured database without making a file that is not there.
pub(crate) fn check_database(settings: &Settings) -> Result<(), StartError> {
    Ok(Database::check(&options(settings)).map_err(|error| refused_database(&error))?)
}

/// Builds the verifiers of the configured trust roots.
pub(crate) fn verifier(settings: &Settings) -> Result<Arc<dyn TokenVerifier>, StartError> {
    let shared = shared_secret(settings)?;
    let key_set = key_set(settings)?;
    Ok(Arc::new(AnyVerifier::new(shared, key_set).map_err(|error| refused(error, "auth"))?))
}

/// Builds the verifier of the configured secrets, which refuses those that are too short or known.
pub(crate) fn shared_secret(settings: &Settings) -> Result<Option<SharedSecretVerifier>, StartError> {
    let made = development::trusted_secret(settings)?;
    let texts = settings.auth.secrets.iter().chain(&made).map(ExposeSecret::expose_secret);
    let secrets: Vec<Secret> = texts.map(Secret::new).collect();
    if secrets.is_empty() {
        return Ok(None);
    }
    let rules = rules(settings, ClaimRules::new());
    let verifier = SharedSecretVerifier::new(secrets, rules);
    Ok(Some(verifier.map_err(|error| refused(error, "auth.secrets (BETTER_AUTH_SECRET)"))?))
}

fn key_set(settings: &Settings) -> Result<Option<JwksVerifier>, StartError> {
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
    let options = JwksOptions {
        max_age: Duration::from_secs(auth.jwks_max_age_seconds),
        cooldown: Duration::from_secs(auth.jwks_cooldown_seconds),
        stale: Duration::from_secs(auth.jwks_stale_seconds),
        ..JwksOptions::default()
    };
    Ok(Some(JwksVerifier::new(Arc::new(source), options, rules(settings, base)).map_err(of_keys)?))
}

/// Adds what is configured to what the trust root brings.
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
        .max_token_bytes(settings.limits.token_bytes)
}

/// Names the key whose value a verifier refused.
fn refused(error: ConfigError, key: &str) -> Refusal {
    let key = match error {
        ConfigError::OutOfRange { setting: "max_token_bytes", .. } => "limits.token_bytes",
        ConfigError::OutOfRange { setting: "max_age", .. } => "auth.jwks_max_age_seconds",
        ConfigError::OutOfRange { setting: "cooldown", .. } => "auth.jwks_cooldown_seconds",
        ConfigError::OutOfRange { setting: "stale", .. } => "auth.jwks_stale_seconds",
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
