//! The thread that replies to calls after their deadline.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

/// Something with calls that have deadlines.
pub(crate) trait Expire: Send + Sync {
    /// Replies to the calls whose deadline has passed.
    fn expire_overdue(&self, now: Instant);
}

/// Runs until it is dropped.
pub(crate) struct DeadlineTimer {
    _until_dropped: Sender<()>,
}

impl DeadlineTimer {
    /// Checks often enough that no caller waits more than a twentieth longer than the timeout. Each check also reports the
    /// usage of the pool.
    pub(crate) fn start(
        expiring: Vec<Arc<dyn Expire>>,
        usage: impl Fn() + Send + 'static,
        timeout: Duration,
    ) -> io::Result<Self> {
        let (sender, until_dropped) = bounded::<()>(0);
        let pause = (timeout / 20).clamp(Duration::from_millis(5), Duration::from_millis(100));
        thread::Builder::new().name("db-timer".into()).spawn(move || {
            while until_dropped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let now = Instant::now();
                for one in &expiring {
                    // A new pool starts threads, and panics if it cannot. Without this thread no call would expire.
                    if catch_unwind(AssertUnwindSafe(|| one.expire_overdue(now))).is_err() {
                        tracing::error!("the deadline timer panicked");
                    }
                }
                usage();
            }
        })?;
        Ok(Self { _until_dropped: sender })
    }
}
