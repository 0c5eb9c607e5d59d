//! A source of key sets with scripted responses and a fetch count.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::Value;

use super::{Log, TIMEOUT, key_set};
use tasknook_auth::{FetchError, FetchedKeys, JwksSource};

type Answer = Box<dyn Fn() -> Result<FetchedKeys, FetchError> + Send + Sync>;

pub(crate) struct ScriptedSource {
    answer: Mutex<Arc<Answer>>,
    progress: Mutex<Progress>,
    changed: Condvar,
    deadline: Mutex<Duration>,
    /// For the thread of the verifier.
    log: Mutex<Option<Log>>,
}

#[derive(Default)]
struct Progress {
    started: usize,
    ended: usize,
    is_blocked: bool,
}

impl ScriptedSource {
    pub(crate) fn new(
        answer: impl Fn() -> Result<FetchedKeys, FetchError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let answer: Answer = Box::new(answer);
        let progress = Mutex::new(Progress::default());
        Arc::new(Self {
            answer: Mutex::new(Arc::new(answer)),
            progress,
            changed: Condvar::new(),
            deadline: Mutex::new(TIMEOUT),
            log: Mutex::default(),
        })
    }

    pub(crate) fn with_keys(entries: &[Value]) -> Arc<Self> {
        Self::with_body(key_set(entries))
    }

    pub(crate) fn with_body(body: impl Into<Vec<u8>>) -> Arc<Self> {
        let source = Self::down();
        source.set_body(body);
        source
    }

    pub(crate) fn down() -> Arc<Self> {
        Self::new(|| Err(FetchError::Timeout))
    }

    pub(crate) fn set(&self, answer: impl Fn() -> Result<FetchedKeys, FetchError> + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(Box::new(answer));
    }

    pub(crate) fn set_body(&self, body: impl Into<Vec<u8>>) {
        let keys = FetchedKeys::new(body);
        self.set(move || Ok(keys.clone()));
    }

    pub(crate) fn set_keys(&self, entries: &[Value]) {
        self.set_body(key_set(entries));
    }

    /// Sets the time after which a fetch is abandoned.
    pub(crate) fn set_deadline(&self, deadline: Duration) {
        *self.deadline.lock().unwrap() = deadline;
    }

    /// Makes the thread of a verifier that starts from now on log to `log`.
    pub(crate) fn log_to(&self, log: &Log) {
        *self.log.lock().unwrap() = Some(log.clone());
    }

    /// Blocks fetches after their start, or releases them.
    pub(crate) fn block(&self, is_blocked: bool) {
        self.progress.lock().unwrap().is_blocked = is_blocked;
        self.changed.notify_all();
    }

    /// How many fetches have started.
    pub(crate) fn fetches(&self) -> usize {
        self.progress.lock().unwrap().started
    }

    pub(crate) fn await_fetches(&self, count: usize) {
        let progress = self.progress.lock().unwrap();
        let wait = self.changed.wait_timeout_while(progress, TIMEOUT, |progress| progress.started < count);
        assert!(!wait.unwrap().1.timed_out(), "fewer than {count} fetches");
    }

    /// Waits until that many fetches have ended, without those that panicked.
    pub(crate) fn await_ends(&self, count: usize) {
        let progress = self.progress.lock().unwrap();
        let wait = self.changed.wait_timeout_while(progress, TIMEOUT, |progress| progress.ended < count);
        assert!(!wait.unwrap().1.timed_out(), "fewer than {count} fetches have ended");
    }
}

impl JwksSource for ScriptedSource {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let mut progress = self.progress.lock().unwrap();
        progress.started += 1;
        self.changed.notify_all();
        let wait = self.changed.wait_timeout_while(progress, TIMEOUT, |progress| progress.is_blocked);
        let (progress, wait) = wait.unwrap();
        drop(progress);
        assert!(!wait.timed_out(), "a fetch was blocked and never released");
        let answer = Arc::clone(&self.answer.lock().unwrap());
        let answer = answer();
        self.progress.lock().unwrap().ended += 1;
        self.changed.notify_all();
        answer
    }

    fn deadline(&self) -> Duration {
        if let Some(log) = self.log.lock().unwrap().take() {
            log.listen_to_this_thread();
        }
        *self.deadline.lock().unwrap()
    }
}
