//! What the code under test logs.

use std::fmt::{Debug, Write};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// While there is only one subscriber, tracing asks that of the current thread whether an event is of interest, and
/// keeps the answer for all threads: a test without a subscriber would turn off the events of one that has one.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Log::default()));

/// Runs `code` and returns the lines that this thread logged meanwhile, each as its level and its fields.
pub(crate) fn logged(code: impl FnOnce()) -> Vec<String> {
    let log = Log::default();
    LazyLock::force(&SECOND);
    tracing::subscriber::with_default(log.clone(), code);
    log.lines()
}

/// A log of threads that outlive a call.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// From here on, until this thread ends.
    pub(crate) fn listen_to_this_thread(&self) {
        LazyLock::force(&SECOND);
        std::mem::forget(tracing::subscriber::set_default(self.clone()));
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tasknook_auth")
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }
}
