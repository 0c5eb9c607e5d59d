//! Checks of values that need no file, database or network.

use super::logging;
use super::{ConfigError, OriginPattern, Settings, TrustedProxies};

/// A bucket counts the nanoseconds until it is full in 64 bits.
const RATE_MAX: u64 = 1_000_000;

/// The database counts the tasks of an owner in 32 bits.
const TASKS_MAX: u64 = 1_000_000_000;

impl Settings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.check_cors()?;
        self.check_public_url()?;
        self.check_tls()?;
        self.check_ranges()?;
        self.check_text()?;
        TrustedProxies::new(&self.server)?;
        self.check_trust_anchors()
    }

    fn check_cors(&self) -> Result<(), ConfigError> {
        let reject = |why: &str| Err(ConfigError::new("cors.origins", why));
        if self.cors.origins.iter().any(|origin| origin == "*") {
            if self.cors.credentials {
                return reject(
                    "\"*\" cannot be combined with credentials: list the origins, or set cors.credentials = false",
                );
            }
            return if self.cors.origins.len() == 1 {
                Ok(())
            } else {
                reject("\"*\" cannot be combined with other origins")
            };
        }
        for origin in &self.cors.origins {
            OriginPattern::parse(origin)?;
        }
        Ok(())
    }

    fn check_public_url(&self) -> Result<(), ConfigError> {
        let text = self.server.public_url.as_str();
        let plain = |url: &url::Url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        // The text itself is used, so it must be what the parser would write.
        let exact = |url: &url::Url| url.as_str().trim_end_matches('/') == text.trim_end_matches('/');
        if text.is_empty() || url::Url::parse(text).is_ok_and(|url| plain(&url) && exact(&url)) {
            return Ok(());
        }
        let why = format!("{text:?} is not valid; write scheme, host and path: https://example.com/backend");
        Err(ConfigError::new("server.public_url", why))
    }

    fn check_tls(&self) -> Result<(), ConfigError> {
        let missing = match (self.tls.certificate_file.is_empty(), self.tls.key_file.is_empty()) {
            (true, false) => "tls.certificate_file",
            (false, true) => "tls.key_file",
            _ => return Ok(()),
        };
        Err(ConfigError::new(missing, "must be set, too: TLS needs a certificate and its key"))
    }

    fn check_ranges(&self) -> Result<(), ConfigError> {
        let positive = [
            ("server.max_connections", self.server.max_connections as u64),
            ("server.header_timeout_seconds", self.server.header_timeout_seconds),
            ("server.write_timeout_seconds", self.server.write_timeout_seconds),
            ("database.max_connections", u64::from(self.database.max_connections)),
            ("tasks.title_max", self.tasks.title_max as u64),
            ("tasks.description_max", self.tasks.description_max as u64),
            ("tasks.changes_days", self.tasks.changes_days),
            ("limits.max_body_bytes", self.limits.max_body_bytes as u64),
            ("limits.body_timeout_seconds", self.limits.body_timeout_seconds),
            ("limits.max_token_bytes", self.limits.max_token_bytes as u64),
            ("limits.max_unsent_bytes", self.limits.max_unsent_bytes as u64),
            ("limits.burst", self.limits.burst),
            ("limits.address_burst", self.limits.address_burst),
            ("limits.failed_authentications_burst", self.limits.failed_authentications_burst),
            ("limits.idempotency_hours", self.limits.idempotency_hours),
            ("limits.idempotency_keys", u64::from(self.limits.idempotency_keys)),
            ("events.heartbeat_seconds", self.events.heartbeat_seconds),
            ("events.max_streams_per_owner", u64::from(self.events.max_streams_per_owner)),
            ("events.max_streams", u64::from(self.events.max_streams)),
            ("events.poll_seconds", self.events.poll_seconds),
            ("auth.jwks_max_age_seconds", self.auth.jwks_max_age_seconds),
            ("auth.max_token_lifetime_seconds", self.auth.max_token_lifetime_seconds),
        ];
        for (key, value) in positive {
            if value == 0 {
                return Err(ConfigError::new(key, "must be at least 1"));
            }
        }
        // Cursors, which are sent in headers, contain a title. A body must time out before its request, which ends after 15 s.
        let bounded = [
            ("server.header_timeout_seconds", self.server.header_timeout_seconds, 3600),
            ("server.write_timeout_seconds", self.server.write_timeout_seconds, 3600),
            ("server.drain_delay_seconds", self.server.drain_delay_seconds, 3600),
            ("auth.leeway_seconds", self.auth.leeway_seconds, 300),
            ("tasks.title_max", self.tasks.title_max as u64, 1000),
            ("tasks.changes_days", self.tasks.changes_days, 36_500),
            ("tasks.trash_days", self.tasks.trash_days, 36_500),
            ("tasks.list_cache_bytes", self.tasks.list_cache_bytes, 1 << 30),
            ("limits.body_timeout_seconds", self.limits.body_timeout_seconds, 14),
            ("database.startup_timeout_seconds", self.database.startup_timeout_seconds, 3600),
            ("database.replica_max_age_seconds", self.database.replica_max_age_seconds, 60),
            ("events.poll_seconds", self.events.poll_seconds, 60),
            ("limits.tasks_per_owner", self.limits.tasks_per_owner, TASKS_MAX),
            ("tracing.sample_percent", self.tracing.sample_percent, 100),
            ("limits.requests_per_second", self.limits.requests_per_second, RATE_MAX),
            ("limits.burst", self.limits.burst, RATE_MAX),
            ("limits.address_requests_per_second", self.limits.address_requests_per_second, RATE_MAX),
            ("limits.address_burst", self.limits.address_burst, RATE_MAX),
            (
                "limits.failed_authentications_per_second",
                self.limits.failed_authentications_per_second,
                RATE_MAX,
            ),
            ("limits.failed_authentications_burst", self.limits.failed_authentications_burst, RATE_MAX),
            ("events.heartbeat_seconds", self.events.heartbeat_seconds, 300),
            ("limits.idempotency_hours", self.limits.idempotency_hours, 8760),
            ("limits.idempotency_keys", u64::from(self.limits.idempotency_keys), 1_000_000),
        ];
        for (key, value, most) in bounded {
            if value > most {
                return Err(ConfigError::new(key, format!("must be at most {most}")));
            }
        }
        Ok(())
    }

    fn check_text(&self) -> Result<(), ConfigError> {
        let claim = self.auth.user_id_claim.as_str();
        if claim.is_empty() || ["iss", "aud", "exp", "nbf", "iat", "jti"].contains(&claim) {
            return Err(ConfigError::new(
                "auth.user_id_claim",
                "must name a claim that contains the user's id",
            ));
        }
        logging::filter(&self.log.level).map_err(|why| ConfigError::new("log.level", why))?;
        let collector = self.tracing.otlp_endpoint.as_str();
        if !collector.is_empty() && !url::Url::parse(collector).is_ok_and(|url| url.scheme() == "http") {
            let why = "must be the http URL of a collector, as in http://127.0.0.1:4318";
            return Err(ConfigError::new("tracing.otlp_endpoint", why));
        }
        let address = self.metrics.address.as_str();
        let is_valid = address
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if !address.is_empty() && !is_valid {
            return Err(ConfigError::new("metrics.address", "must be host:port, as in 127.0.0.1:9100"));
        }
        Ok(())
    }

    fn check_trust_anchors(&self) -> Result<(), ConfigError> {
        let auth = &self.auth;
        if !cfg!(debug_assertions) && !auth.development_secret_file.is_empty() {
            return Err(ConfigError::new(
                "auth.development_secret_file",
                "is available in debug builds only",
            ));
        }
        let none = auth.secrets.is_empty()
            && auth.better_auth_url.is_empty()
            && auth.jwks_url.is_empty()
            && auth.development_secret_file.is_empty();
        if none {
            let why = "no trust anchor: set BETTER_AUTH_URL (key set) or BETTER_AUTH_SECRET (shared secret), \
                       or both, so that tokens can be verified";
            let why =
                self.warnings.iter().fold(why.to_owned(), |why, warning| format!("{why}. Note: {warning}"));
            return Err(ConfigError::new("auth.better_auth_url, auth.jwks_url, auth.secrets", why));
        }
        Ok(())
    }
}
