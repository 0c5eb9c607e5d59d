//! The configuration: its sources, checks and masked output, the log, and the development secret.
//! `config/default.toml` documents every key.

mod checks;
mod development_secret;
mod dotenv;
pub(crate) mod logging;
mod masked;
mod origins;
mod proxies;
mod sources;
mod well_known;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

pub(crate) use development_secret::DevelopmentSecretError;
pub(crate) use masked::masked;
pub(crate) use origins::OriginPattern;
pub(crate) use proxies::{ForwardingHeader, TrustedProxies};
#[cfg(test)]
pub(crate) use sources::DEFAULTS;

/// Why a configuration is rejected: the key and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {why}")]
pub(crate) struct ConfigError {
    key: String,
    why: String,
}

impl ConfigError {
    /// Rejects the value of a key.
    pub(crate) fn new(key: impl Into<String>, why: impl fmt::Display) -> Self {
        Self { key: key.into(), why: why.to_string() }
    }
}

/// The configuration options of the command line.
#[derive(Debug, Default, Clone)]
pub(crate) struct Overrides {
    /// A file that overrides the defaults.
    pub file: Option<PathBuf>,
    /// `section.key` and value; they override every other source.
    pub set: Vec<(String, String)>,
}

/// All settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub server: Server,
    pub tls: Tls,
    pub auth: Auth,
    pub database: Database,
    pub tasks: Tasks,
    pub limits: Limits,
    pub events: Events,
    pub cors: Cors,
    pub metrics: Metrics,
    pub log: Log,
    pub tracing: Tracing,
    /// What was ignored or looks like a mistake; without values, which may be secrets.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

macro_rules! section {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $key:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name { $($(#[$field_meta])* pub $key: $type),* }
    };
}

section!(Server {
    host: String,
    port: u16,
    #[serde(serialize_with = "masked::url")]
    public_url: String,
    workers: usize,
    max_connections: usize,
    header_timeout_seconds: u64,
    write_timeout_seconds: u64,
    drain_delay_seconds: u64,
    shutdown_timeout_seconds: u64,
    trusted_proxies: Vec<String>,
    client_address_header: ForwardingHeader,
});

section!(Tls { certificate_file: String, key_file: String });

section!(Auth {
    #[serde(serialize_with = "masked::url")]
    better_auth_url: String,
    #[serde(serialize_with = "masked::secrets")]
    secrets: Vec<SecretString>,
    issuers: Vec<String>,
    audiences: Vec<String>,
    #[serde(serialize_with = "masked::url")]
    jwks_url: String,
    jwks_allow_http: bool,
    #[serde(serialize_with = "masked::url")]
    jwks_proxy: String,
    user_id_claim: String,
    leeway_seconds: u64,
    max_age_seconds: u64,
    max_token_lifetime_seconds: u64,
    cache_bytes: u64,
    cache_seconds: u64,
    jwks_max_age_seconds: u64,
    jwks_cooldown_seconds: u64,
    jwks_stale_seconds: u64,
    development_secret_file: String,
});

section!(Database {
    #[serde(serialize_with = "masked::url")]
    url: String,
    max_connections: u32,
    migrate_on_start: bool,
    read_only: bool,
    startup_timeout_seconds: u64,
    transaction_pooler: bool,
    distributed: bool,
    connect_to_workers: bool,
    #[serde(serialize_with = "masked::url")]
    listen_url: String,
    #[serde(serialize_with = "masked::urls")]
    replica_urls: Vec<String>,
    replica_max_age_seconds: u64,
    slow_statement_ms: u64,
});

section!(Tasks {
    title_max: usize,
    description_max: usize,
    delete_returns_body: bool,
    trash_days: u64,
    changes_days: u64,
    list_cache_bytes: u64,
});

section!(Limits {
    max_body_bytes: usize,
    body_timeout_seconds: u64,
    max_token_bytes: usize,
    max_unsent_bytes: usize,
    tasks_per_owner: u64,
    requests_per_second: u64,
    burst: u64,
    concurrent_requests_per_owner: u32,
    address_requests_per_second: u64,
    address_burst: u64,
    failed_authentications_per_second: u64,
    failed_authentications_burst: u64,
    idempotency_hours: u64,
    idempotency_keys: u32,
});

section!(Events { heartbeat_seconds: u64, max_streams_per_owner: u32, max_streams: u32, poll_seconds: u64 });

section!(Cors { origins: Vec<String>, credentials: bool });

section!(Metrics { address: String });

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// One object per line.
    Json,
    /// For a terminal.
    Text,
}

section!(Tracing {
    #[serde(serialize_with = "masked::url")]
    otlp_endpoint: String,
    sample_percent: u64,
});

section!(Log { level: String, format: LogFormat, requests: bool, audit_file: String });

impl Database {
    /// How old lists may be unless the request sets it; `None` without replicas, where it has no effect.
    pub(crate) fn max_age(&self) -> Option<Duration> {
        (!self.replica_urls.is_empty()).then(|| Duration::from_secs(self.replica_max_age_seconds))
    }
}

impl Log {
    /// The log of a command that serves no requests, as text.
    pub(crate) fn of_command(level: &str) -> Self {
        Self { level: level.to_owned(), format: LogFormat::Text, requests: false, audit_file: String::new() }
    }
}

impl Settings {
    /// Reads all sources in their order, and checks the values.
    pub(crate) fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        let settings = Self::read(overrides)?;
        settings.check()?;
        Ok(settings)
    }

    /// Reads all sources without the checks, for commands that verify no tokens and so need no trust anchor.
    pub(crate) fn read(overrides: &Overrides) -> Result<Self, ConfigError> {
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let mut settings = sources::read(overrides, environment)?;
        if let Ok(text) = std::fs::read_to_string(".env") {
            settings.warnings.extend(dotenv::warning(&text, |name| std::env::var_os(name).is_some()));
        }
        Ok(settings)
    }

    /// With the secrets without quotes and white space around them; none if there are not any.
    pub(crate) fn with_bare_secrets(mut self) -> Option<Self> {
        let bare: Vec<_> =
            self.auth.secrets.iter().map(|secret| well_known::bare(secret.expose_secret())).collect();
        if self.auth.secrets.iter().zip(&bare).all(|(secret, bare)| secret.expose_secret() == *bare) {
            return None;
        }
        self.auth.secrets = bare.into_iter().map(SecretString::from).collect();
        Some(self)
    }

    /// Logs the warnings.
    pub(crate) fn log_warnings(&self) {
        for warning in &self.warnings {
            tracing::warn!("{warning}");
        }
    }
}

#[cfg(test)]
mod tests;
