//! The thread that exchanges notifications with other processes.

use std::error::Error;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::{Changes, Notifications};

/// Pauses between attempts to open a session: the first one and the longest one.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Why notifications were not exchanged.
pub(in crate::database) type ExchangeError = Box<dyn Error + Send + Sync>;

/// What an engine learns of other processes.
#[derive(Debug, Default)]
pub(in crate::database) struct Received {
    /// What has changed.
    pub(in crate::database) notifications: Notifications,
    /// How many notifications were sent.
    pub(in crate::database) sent: usize,
    /// Whether something else may have changed.
    pub(in crate::database) poll: bool,
}

/// The notifications between the processes on one database.
pub(in crate::database) trait Exchange: Send {
    /// How long notifications are collected, and how often other processes are listened to.
    fn pause(&self) -> Duration;

    /// Sends notifications and returns what has arrived, if it is to listen. After an error it begins anew.
    fn exchange(&mut self, outgoing: Notifications, listen: bool) -> Result<Received, ExchangeError>;
}

/// Runs until the notifier is dropped.
pub(super) fn run(changes: &Changes, mut exchange: Box<dyn Exchange>) {
    let (mut outage, mut is_listening) = (Outage::default(), false);
    let pause = exchange.pause();
    while let Some(outgoing) = changes.next_exchange(is_listening, pause) {
        // The notifications of an outage are dropped: polling finds what they were about.
        if !outage.may_retry() {
            continue;
        }
        let listen = changes.watched.any();
        let exchanged = catch_unwind(AssertUnwindSafe(|| exchange.exchange(outgoing, listen)));
        match exchanged.unwrap_or_else(|_| Err("a panic".into())) {
            Ok(received) => {
                is_listening = listen;
                if outage.end() {
                    changes.observer.notifications_resumed();
                }
                accept(changes, received);
            }
            Err(error) => {
                is_listening = false;
                outage.failed(&*error);
            }
        }
    }
}

fn accept(changes: &Changes, Received { notifications, sent, poll }: Received) {
    if sent > 0 || !notifications.is_empty() {
        changes.observer.notifications(sent, notifications.len());
    }
    for (owner, at) in notifications {
        changes.watched.notify(&owner, at);
    }
    if poll {
        changes.request_poll();
    }
}

/// While notifications cannot be exchanged.
#[derive(Default)]
struct Outage(Option<Failing>);

struct Failing {
    since: Instant,
    pause: Duration,
    retry_at: Instant,
}

impl Outage {
    fn may_retry(&self) -> bool {
        self.0.as_ref().is_none_or(|failing| failing.retry_at <= Instant::now())
    }

    fn failed(&mut self, error: &(dyn Error + Send + Sync)) {
        let now = Instant::now();
        if let Some(failing) = &mut self.0 {
            failing.pause = (failing.pause * 2).min(RETRY.1);
            failing.retry_at = now + failing.pause;
        } else {
            tracing::warn!(%error, "changes are not exchanged with other processes; polling");
            self.0 = Some(Failing { since: now, pause: RETRY.0, retry_at: now + RETRY.0 });
        }
    }

    /// Returns whether there was one.
    fn end(&mut self) -> bool {
        let Some(failing) = mem::take(&mut self.0) else { return false };
        let duration_ms = u64::try_from(failing.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(duration_ms, "changes are exchanged with other processes again");
        true
    }
}
