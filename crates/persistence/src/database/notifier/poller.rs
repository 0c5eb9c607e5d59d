//! The thread that compares the revisions of watched owners.

use std::sync::Weak;
use std::time::{Duration, Instant};

use super::Changes;
use crate::database::repository::WorkerTasks;

/// Owners per statement: about a millisecond of a worker for single rows.
const OWNERS: usize = 500;

/// How much longer than a requested poll the pause after it is. On SQLite every commit requests one, of this process too.
const PAUSE_FACTOR: u32 = 20;

/// Runs until the notifier is dropped.
pub(super) fn run(changes: &Changes, tasks: &Weak<WorkerTasks>, every: Duration) {
    let mut earliest = Instant::now();
    let mut latest = earliest;
    while changes.next_poll(earliest, latest) {
        let begun = Instant::now();
        latest = begun + every;
        let mut missed = 0;
        let Some(by_server) = tasks.upgrade().map(|tasks| tasks.by_server(changes.watched.known())) else {
            return;
        };
        for (queues, known) in by_server {
            for known in known.chunks(OWNERS) {
                let owners = known.iter().map(|(owner, _)| owner.clone()).collect();
                // While the server does not serve, the next poll is the retry. Callers report the outage.
                let Some(found) = queues.revisions(owners) else { break };
                missed += changes.watched.compare(known, &found);
            }
        }
        if missed > 0 {
            changes.observer.notifications_missed(missed);
        }
        let now = Instant::now();
        earliest = now + (now - begun) * PAUSE_FACTOR;
    }
}
