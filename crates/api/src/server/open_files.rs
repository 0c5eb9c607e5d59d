//! Fits the service into the limit of open files: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::listener::Capacity;
use crate::config::Settings;

/// Open files of a worker thread: its event queue, its wake-up, its signals.
const PER_WORKER: usize = 5;

/// Open files of a database connection: SQLite has the database and its log open, and PostgreSQL can have twice as many
/// connections for a short time.
const PER_DATABASE_CONNECTION: usize = 2;

/// Other open files: standard streams, listeners, the key set, background jobs, metrics.
const OTHERS: usize = 24;

/// The most workers that the server library accepts.
const MAX_WORKERS: usize = 512;

/// Raises the soft limit of open files to the hard limit, and reduces what does not fit with a warning. Without the
/// reduction a thread could not start, or accepting would pause at every connection above the limit.
pub(super) fn capacity(settings: &Settings) -> Capacity {
    let configured = Capacity {
        workers: if settings.server.workers == 0 { cores() } else { settings.server.workers },
        connections: settings.server.max_connections,
    };
    let files = raise_limit();
    let capacity = fit(configured, settings.database.max_connections as usize, files);
    if capacity != configured {
        tracing::warn!(
            open_files = files,
            workers = capacity.workers,
            max_connections = capacity.connections,
            "reduced server.workers or server.max_connections to the limit of open files"
        );
    }
    capacity
}

fn fit(configured: Capacity, database_connections: usize, files: usize) -> Capacity {
    let available = files.saturating_sub(OTHERS + database_connections * PER_DATABASE_CONNECTION);
    // Half of the files at most, so that there is something to do for the workers.
    let workers = configured.workers.min(MAX_WORKERS).min(available / 2 / PER_WORKER).max(1);
    let connections = available.saturating_sub(workers * PER_WORKER);
    // Each worker takes the same part, rounded up.
    let per_worker = (connections / workers).max(1);
    Capacity { workers, connections: configured.connections.min(per_worker * workers) }
}

/// The limit of open files, after raising it. Only the hard limit needs a privilege.
fn raise_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    // A hardened unit forbids the system call.
    if limit.current == limit.maximum {
        return files(limit.current);
    }
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let effective = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(error) => {
            tracing::warn!(%error, "cannot raise the limit of open files");
            limit.current
        }
    };
    files(effective)
}

/// None is no limit.
fn files(limit: Option<u64>) -> usize {
    limit.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_settings_fit() {
        let configured = Capacity { workers: 8, connections: 20_000 };
        assert_eq!(fit(configured, 10, 524_288), configured);
        assert_eq!(fit(configured, 10, usize::MAX), configured);
    }

    #[test]
    fn what_does_not_fit_is_reduced() {
        for (workers, files) in [(256, 1024), (2, 64), (1, 16), (1000, 1 << 20), (3, 256)] {
            let capacity = fit(Capacity { workers, connections: 20_000 }, 10, files);
            assert!((1..=512).contains(&capacity.workers), "{capacity:?} of {files}");
            assert!(capacity.connections >= capacity.workers, "{capacity:?} of {files}");
            let per_worker = capacity.connections.div_ceil(capacity.workers);
            let needed = 44 + capacity.workers * (PER_WORKER + per_worker);
            assert!(needed <= files.max(44 + PER_WORKER + 1), "{capacity:?} needs {needed} of {files}");
        }
    }
}
