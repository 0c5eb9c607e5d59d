//! The log: one line per event, on standard error.

use std::io::stderr;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, Log, LogFormat};

/// Starts the log of the process. Errors of writing to it are ignored.
pub(crate) fn start(log: &Log) -> Result<(), ConfigError> {
    let filter = filter(&log.level).map_err(|why| ConfigError::new("log.level", why))?;
    // Internal errors are failed writes to standard error, which would be reported on standard error.
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).log_internal_errors(false);
    let started = match log.format {
        LogFormat::Json => {
            builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
        LogFormat::Text => builder.with_target(false).try_init(),
    };
    started.map_err(|error| ConfigError::new("log", error))
}

/// The server library logs every malformed request of a stranger as an error. A directive for it overrides this.
const QUIET: &str = "actix_http=off";

/// Reads a level, or directives such as `info,tasknook=debug`. A single word must be a level: the library would read any
/// other word as the name of a module, and log nothing.
pub(crate) fn filter(level: &str) -> Result<EnvFilter, String> {
    let word = level
        .split(',')
        .map(str::trim)
        .find(|directive| !directive.contains(['=', '[']) && directive.parse::<LevelFilter>().is_err());
    if let Some(word) = word {
        return Err(format!("{word:?} is not a log level; use error, warn, info, debug, trace or off"));
    }
    EnvFilter::builder().parse(format!("{QUIET},{level}")).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_directive_for_tasknook_selects_every_crate_of_it() {
        assert!(module_path!().starts_with("tasknook::"));
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter("warn,tasknook=debug").unwrap());
        tracing::subscriber::with_default(subscriber.finish(), || {
            assert!(tracing::enabled!(target: "tasknook::server", Level::DEBUG));
            assert!(tracing::enabled!(target: "tasknook_auth::jwks", Level::DEBUG));
            assert!(tracing::enabled!(target: "tasknook_persistence::pool", Level::DEBUG));
            assert!(!tracing::enabled!(target: "actix_server::builder", Level::DEBUG));
            assert!(!tracing::enabled!(target: "actix_http::h1::dispatcher", Level::ERROR));
        });
    }

    #[test]
    fn a_directive_for_the_server_library_is_followed() {
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter("off,actix_http=error").unwrap());
        tracing::subscriber::with_default(subscriber.finish(), || {
            assert!(tracing::enabled!(target: "actix_http::h1::dispatcher", Level::ERROR));
        });
    }
}
