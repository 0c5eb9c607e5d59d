//! Reports the writes of all owners.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::Watch;

/// Counts the writes and wakes who waits for the next one.
#[derive(Debug, Default)]
pub(super) struct Notifications {
    writes: Arc<Mutex<Writes>>,
}

#[derive(Debug, Default)]
struct Writes {
    number: u64,
    waiting: Vec<Waker>,
}

/// A watch that has seen this number of writes.
struct Watching {
    seen: u64,
    writes: Arc<Mutex<Writes>>,
}

fn lock(writes: &Mutex<Writes>) -> MutexGuard<'_, Writes> {
    writes.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Notifications {
    pub(super) fn notify(&self) {
        let mut writes = lock(&self.writes);
        writes.number += 1;
        let waiting = std::mem::take(&mut writes.waiting);
        drop(writes);
        waiting.into_iter().for_each(Waker::wake);
    }

    pub(super) fn watch(&self) -> impl Watch + use<> {
        Watching { seen: lock(&self.writes).number, writes: Arc::clone(&self.writes) }
    }
}

#[async_trait::async_trait]
impl Watch for Watching {
    async fn changed(&mut self) {
        poll_fn(|context| {
            let mut writes = lock(&self.writes);
            if writes.number > self.seen {
                self.seen = writes.number;
                return Poll::Ready(());
            }
            writes.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
