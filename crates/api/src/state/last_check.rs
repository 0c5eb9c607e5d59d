//! The result of the last check of the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The result of the last check, for responses that must not wait for the database. Clones share it.
// Relaxed: no other data is published with these values.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastCheck(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    failed: AtomicBool,
    running: AtomicBool,
}

impl LastCheck {
    /// Whether the database was ready. It was when the service started.
    pub(crate) fn is_ready(&self) -> bool {
        !self.0.failed.load(Ordering::Relaxed)
    }

    /// Stores the result of a check.
    pub(crate) fn record(&self, ready: bool) {
        self.0.failed.store(!ready, Ordering::Relaxed);
    }

    /// Permission for a check in the background, until the value is dropped; none while another runs.
    pub(crate) fn begin(&self) -> Option<RunningCheck> {
        (!self.0.running.swap(true, Ordering::Relaxed)).then(|| RunningCheck(Arc::clone(&self.0)))
    }
}

/// A check in the background.
#[derive(Debug)]
pub(crate) struct RunningCheck(Arc<Flags>);

impl Drop for RunningCheck {
    fn drop(&mut self) {
        self.0.running.store(false, Ordering::Relaxed);
    }
}
