//! The thread that tells callers when their time is up.

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

/// Something with callers who wait.
pub(crate) trait Watched: Send + Sync {
    /// Tells those whose time is up.
    fn sweep(&self, now: Instant);
}

/// Keeps the watch going; it ends when this is dropped.
pub(crate) struct Watch {
    _until_dropped: Sender<()>,
}

impl Watch {
    /// Sweeps everything often enough that nobody waits a twentieth longer than their patience.
    pub(crate) fn start(watched: Vec<Arc<dyn Watched>>, patience: Duration) -> io::Result<Self> {
        let (sender, until_dropped) = bounded::<()>(0);
        let pause = (patience / 20).clamp(Duration::from_millis(5), Duration::from_millis(100));
        thread::Builder::new().name("db-watch".into()).spawn(move || {
            while until_dropped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let now = Instant::now();
                for one in &watched {
                    one.sweep(now);
                }
            }
        })?;
        Ok(Self { _until_dropped: sender })
    }
}
