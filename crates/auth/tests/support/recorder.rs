//! An observer that records its events.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::await_condition;
use tasknook_auth::{Observer, VerifiedBy, VerifyError};

#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The events since the last call.
    pub(crate) fn events(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// The same, as soon as there is something.
    pub(crate) fn await_events(&self) -> Vec<String> {
        await_condition(|| !self.0.lock().unwrap().is_empty());
        self.events()
    }

    fn write(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl Observer for Recorder {
    fn verified(&self, by: VerifiedBy) {
        self.write(format!("verified by {by:?}"));
    }

    fn rejected(&self, error: &VerifyError) {
        self.write(format!("rejected {}", error.reason()));
    }

    fn keys_fetched(&self, keys: usize, _: Duration) {
        self.write(format!("fetched {keys}"));
    }

    fn fetch_failed(&self, reason: &'static str, _: Duration) {
        self.write(format!("failed {reason}"));
    }
}
