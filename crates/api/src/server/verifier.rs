//! The configured token verifiers.

use std::sync::Arc;
use std::time::Duration;

use auth::{
    AnyVerifier, CacheOptions, ClaimRules, HttpJwksSource, HttpOptions, JwksOptions, JwksVerifier, Secret,
    SharedSecretVerifier, VerifierOptions,
};
use secrecy::ExposeSecret;

use super::StartError;
use crate::config::{ConfigError, Settings};

/// Builds the verifiers of the configured trust anchors, with the configured cache.
pub(crate) fn verifier(settings: &Settings, options: VerifierOptions) -> Result<AnyVerifier, StartError> {
    let options = options.cache(cache(settings));
    let shared = shared_secret(settings, options.clone())?;
    let key_set = key_set(settings, options)?;
    Ok(AnyVerifier::new(shared, key_set).map_err(|error| config_error(error, "auth"))?)
}

fn cache(settings: &Settings) -> CacheOptions {
    let max_age = Duration::from_secs(settings.auth.cache_seconds);
    CacheOptions::new().max_bytes(settings.auth.cache_bytes).max_age(max_age)
}

/// Builds the verifier of the configured secrets; rejects secrets that are too short or publicly known.
pub(crate) fn shared_secret(
    settings: &Settings,
    options: VerifierOptions,
) -> Result<Option<SharedSecretVerifier>, StartError> {
    let development = settings.auth.development_secret()?;
    let texts = settings.auth.secrets.iter().chain(&development).map(ExposeSecret::expose_secret);
    let secrets: Vec<Secret> = texts.map(Secret::new).collect();
    if secrets.is_empty() {
        return Ok(None);
    }
    let verifier = SharedSecretVerifier::with_options(secrets, rules(settings, ClaimRules::new()), options);
    Ok(Some(verifier.map_err(|error| config_error(error, "auth.secrets (BETTER_AUTH_SECRET)"))?))
}

fn key_set(settings: &Settings, options: VerifierOptions) -> Result<Option<JwksVerifier>, StartError> {
    let auth = &settings.auth;
    if auth.jwks_url.is_empty() && auth.better_auth_url.is_empty() {
        return Ok(None);
    }
    let better_auth_error = |error| config_error(error, "auth.better_auth_url (BETTER_AUTH_URL)");
    let base = match auth.better_auth_url.as_str() {
        "" => ClaimRules::new(),
        url => ClaimRules::for_better_auth(url).map_err(better_auth_error)?,
    };
    let key_set_error = |error| config_error(error, "auth.jwks_url");
    let mut http = HttpOptions::new().allow_http(auth.jwks_allow_http);
    if !auth.jwks_proxy.is_empty() {
        http = http.proxy(&auth.jwks_proxy);
    }
    let source = match auth.jwks_url.as_str() {
        "" => HttpJwksSource::for_better_auth_with_options(&auth.better_auth_url, http)
            .map_err(better_auth_error)?,
        url => HttpJwksSource::with_options(url, http).map_err(key_set_error)?,
    };
    let timing = JwksOptions::new()
        .max_age(Duration::from_secs(auth.jwks_max_age_seconds))
        .cooldown(Duration::from_secs(auth.jwks_cooldown_seconds))
        .stale(Duration::from_secs(auth.jwks_stale_seconds));
    let rules = rules(settings, base);
    Ok(Some(JwksVerifier::with_options(Arc::new(source), timing, rules, options).map_err(key_set_error)?))
}

/// Adds the configured rules to the defaults of a trust anchor.
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
        .max_lifetime_seconds(auth.max_token_lifetime_seconds)
        .max_token_bytes(settings.limits.max_token_bytes)
}

/// Names the setting that a verifier rejected.
fn config_error(error: auth::ConfigError, key: &str) -> ConfigError {
    let key = match error {
        auth::ConfigError::OutOfRange { setting: "max_token_bytes", .. } => "limits.max_token_bytes",
        auth::ConfigError::OutOfRange { setting: "max_age", .. } => "auth.jwks_max_age_seconds",
        auth::ConfigError::OutOfRange { setting: "cooldown", .. } => "auth.jwks_cooldown_seconds",
        auth::ConfigError::OutOfRange { setting: "proxy", .. } => "auth.jwks_proxy",
        auth::ConfigError::OutOfRange { setting: "stale", .. } => "auth.jwks_stale_seconds",
        auth::ConfigError::OutOfRange { setting: "cache.max_bytes", .. } => "auth.cache_bytes",
        auth::ConfigError::OutOfRange { setting: "cache.max_age", .. } => "auth.cache_seconds",
        auth::ConfigError::OutOfRange { setting: "issuers", .. } => "auth.issuers",
        auth::ConfigError::OutOfRange { setting: "audiences", .. } => "auth.audiences",
        auth::ConfigError::InsecureUrl => {
            let remedy = "if you trust the network, set auth.jwks_allow_http = true (TASKNOOK_AUTH__JWKS_ALLOW_HTTP=true)";
            return ConfigError::new(key, format!("{error}; {remedy}"));
        }
        _ => key,
    };
    ConfigError::new(key, error)
}
