//! The log: one line per event, on standard error.

mod buffer;
mod json;

use std::fs::File;
use std::io::{self, stderr};
use std::os::fd::AsFd;
use std::panic::{PanicHookInfo, set_hook};
use std::sync::{Arc, LazyLock, OnceLock};
use std::thread;

use prometheus_client::metrics::counter::Counter;
use tracing::dispatcher::{set_global_default, with_default};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Level};
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt::{MakeWriter, layer};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::config::{ConfigError, Log, LogFormat};
use buffer::LogBuffer;
use json::{JsonLine, SpanFields};

static BUFFER: LazyLock<LogBuffer> = LazyLock::new(LogBuffer::default);
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Starts the log of the process, which includes panics. Nothing waits for a line to be written: lines that cannot be
/// written in time, or at all, are dropped and counted.
pub(crate) fn start(log: &Log) -> Result<(), ConfigError> {
    let filter = || filter(&log.level).map_err(|why| ConfigError::new("log.level", why));
    let unusable = |error: io::Error| ConfigError::new("log", error);
    // Not the handle of the standard library, which is locked while a write is stuck.
    let sink = Arc::new(File::from(stderr().as_fd().try_clone_to_owned().map_err(unusable)?));
    let direct = subscriber(filter()?, log.format, Arc::clone(&sink));
    let report = move |lines| {
        with_default(&direct, || tracing::warn!(lines, "log lines were dropped"));
    };
    let write = move || BUFFER.write_to(&*sink, report);
    thread::Builder::new().name("log".into()).spawn(write).map_err(unusable)?;
    set_global_default(subscriber(filter()?, log.format, &*BUFFER))
        .map_err(|error| ConfigError::new("log", error))?;
    set_hook(Box::new(log_panic));
    // The log was started for the first time.
    let _ = FORMAT.set(log.format);
    Ok(())
}

/// Whether errors are events of a log in JSON. Before the log is started, and at the level `off`, they are not.
pub(crate) fn is_json() -> bool {
    FORMAT.get() == Some(&LogFormat::Json) && tracing::enabled!(Level::ERROR)
}

/// Waits until the log is written, unless standard error is not read.
pub(crate) fn flush() {
    BUFFER.flush();
}

/// Counts the dropped lines.
pub(crate) fn dropped_lines() -> Counter {
    BUFFER.dropped().clone()
}

fn subscriber<W>(filter: Targets, format: LogFormat, writer: W) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // Internal errors are failed writes, which would be reported on standard error.
    let lines = layer().with_writer(writer).log_internal_errors(false);
    let events = registry().with(filter);
    match format {
        LogFormat::Json => events.with(lines.fmt_fields(SpanFields).event_format(JsonLine)).into(),
        LogFormat::Text => events.with(lines.with_target(false)).into(),
    }
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    tracing::error!(location, error = panic.payload_as_str(), "a thread panicked");
}

/// The server library logs every malformed request of a stranger as an error. A directive for it overrides this.
const QUIET: &str = "actix_http=off";

/// Reads a level, or directives such as `info,tasknook=debug`. A single word must be a level: the library would read any
/// other word as the name of a module, and log nothing. It would also accept names that no module can have.
pub(crate) fn filter(level: &str) -> Result<Targets, String> {
    let mut directives = vec![QUIET];
    for directive in level.split(',').map(str::trim).filter(|directive| !directive.is_empty()) {
        let (module, level) =
            directive.split_once('=').map_or((None, directive), |(module, level)| (Some(module), level));
        let is_name =
            |module: &str| module.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:-".contains(&byte));
        if module.is_some_and(|module| module.is_empty() || !is_name(module)) {
            return Err(format!("{directive:?} names no module; use a directive such as tasknook=debug"));
        }
        if level.is_empty() || level.parse::<LevelFilter>().is_err() {
            let levels = "error, warn, info, debug, trace or off";
            return Err(format!("{level:?} is not a log level; use {levels}"));
        }
        directives.push(directive);
    }
    if directives.len() == 1 {
        return Err("is empty; use a level, such as info".to_owned());
    }
    directives.join(",").parse().map_err(|error: ParseError| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs::read_to_string;

    use domain::Timestamp;
    use serde_json::{Value, json};
    use tracing::field::Empty;
    use tracing::{Level, error_span};

    use super::*;

    #[test]
    fn a_directive_for_tasknook_selects_every_crate_of_it() {
        assert!(module_path!().starts_with("tasknook::"));
        with_default(&subscriber(filter("warn,, tasknook=debug,").unwrap(), LogFormat::Text, stderr), || {
            assert!(tracing::enabled!(target: "tasknook::server", Level::DEBUG));
            assert!(tracing::enabled!(target: "tasknook_auth::jwks", Level::DEBUG));
            assert!(tracing::enabled!(target: "tasknook_persistence::pool", Level::DEBUG));
            assert!(!tracing::enabled!(target: "actix_server::builder", Level::DEBUG));
            assert!(!tracing::enabled!(target: "actix_http::h1::dispatcher", Level::ERROR));
        });
    }

    #[test]
    fn a_directive_for_the_server_library_is_followed() {
        with_default(&subscriber(filter("off,actix_http=error").unwrap(), LogFormat::Text, stderr), || {
            assert!(tracing::enabled!(target: "actix_http::h1::dispatcher", Level::ERROR));
        });
    }

    #[test]
    fn events_are_objects_with_their_fields_and_span() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let log = subscriber(filter("info").unwrap(), LogFormat::Json, Arc::new(file.reopen().unwrap()));
        with_default(&log, || {
            let text = "a \"quoted\"\nline";
            let span =
                error_span!("request", text, number = 7_u64, share = 0.5, debug = ?Some(1), later = Empty);
            span.record("later", true);
            span.in_scope(|| tracing::info!(text, number = -7, none = None::<&str>, "first {}", "\"event\""));
            let empty = error_span!("empty");
            // As the worker that executes several calls together.
            span.in_scope(|| tracing::warn!(target: "other", parent: &empty, "second"));
            tracing::error!("third");
        });
        let lines = read_to_string(&file).unwrap();
        let mut events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for event in &mut events {
            let time = event.as_object_mut().unwrap().remove("timestamp").unwrap();
            assert!(Timestamp::parse(time.as_str().unwrap()).is_some(), "{time}");
        }
        let text = "a \"quoted\"\nline";
        let span = json!({"name": "request", "text": text, "number": 7, "share": 0.5, "debug": "Some(1)", "later": true});
        let target = module_path!();
        let first = json!({
            "level": "INFO", "message": "first \"event\"", "text": text, "number": -7, "target": target, "span": span
        });
        let second =
            json!({"level": "WARN", "message": "second", "target": "other", "span": {"name": "empty"}});
        assert_eq!(events, [first, second, json!({"level": "ERROR", "message": "third", "target": target})]);
    }
}
