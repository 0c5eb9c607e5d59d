//! Calls the source on threads of their own, so that one that never returns cannot hold the requests that wait.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::fetch_loop::RefreshError;
use crate::{FetchError, FetchedKeys, JwksSource};

/// The most calls that have not returned although their deadline is over. Each holds a thread, so with that many no
/// further one is made until one returns.
const MAX_ABANDONED: usize = 4;

pub(super) struct SourceCaller {
    source: Arc<dyn JwksSource>,
    abandoned: Vec<JoinHandle<()>>,
    location: Arc<Location>,
}

/// What the source states as its location. It is read by the calls too: it could block, as a fetch can.
#[derive(Default)]
struct Location(Mutex<Option<String>>);

impl Location {
    fn update(&self, source: &dyn JwksSource) {
        let location = catch_unwind(AssertUnwindSafe(|| source.location())).ok().flatten();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = location;
    }
}

impl SourceCaller {
    pub(super) fn new(source: Arc<dyn JwksSource>) -> Self {
        Self { source, abandoned: Vec::new(), location: Arc::default() }
    }

    /// Waits up to the deadline; a later result is dropped.
    pub(super) fn fetch(&mut self, is_anew: bool) -> Result<FetchedKeys, RefreshError> {
        self.abandoned.retain(|thread| !thread.is_finished());
        if self.abandoned.len() >= MAX_ABANDONED {
            return Err(RefreshError::Stuck);
        }
        let deadline = self.source.deadline();
        let (sender, receiver) = sync_channel(1);
        let (source, location) = (Arc::clone(&self.source), Arc::clone(&self.location));
        let call = move || {
            location.update(&*source);
            let result = if is_anew { source.fetch_anew() } else { source.fetch() };
            // It can have been redirected.
            location.update(&*source);
            // Fails when the deadline is over.
            let _ = sender.send(result);
        };
        let thread =
            thread::Builder::new().name("jwks-fetch".to_owned()).spawn(call).map_err(RefreshError::Thread)?;
        match receiver.recv_timeout(deadline) {
            Ok(result) => Ok(result?),
            Err(RecvTimeoutError::Timeout) => {
                self.abandoned.push(thread);
                Err(FetchError::Timeout.into())
            }
            Err(RecvTimeoutError::Disconnected) => Err(RefreshError::Panic),
        }
    }

    pub(super) fn fallback(&self) -> Option<FetchedKeys> {
        self.source.fallback()
    }

    /// Where the last call looked for the set, for the log.
    pub(super) fn location(&self) -> Option<String> {
        self.location.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
