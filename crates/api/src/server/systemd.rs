//! The notifications of a unit with `Type=notify` (`sd_notify(3)`). Without `NOTIFY_SOCKET` nothing is sent.

use std::convert::Infallible;

use sd_notify::NotifyState;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{MissedTickBehavior, interval};

/// Reaches every worker: each receives a copy of a ping, and answers by dropping it.
#[derive(Clone)]
pub(super) struct WorkerPings(broadcast::Sender<mpsc::Sender<Infallible>>);

impl WorkerPings {
    pub(super) fn new() -> Self {
        Self(broadcast::channel(1).0)
    }

    /// Answers pings on the runtime of this thread until the runtime ends.
    pub(super) fn answer(&self) {
        let mut pings = self.0.subscribe();
        actix_web::rt::spawn(async move { while !matches!(pings.recv().await, Err(RecvError::Closed)) {} });
    }

    /// Returns when every worker has answered a new ping; never while one of them is blocked.
    pub(super) async fn answered(&self) {
        let (ping, mut copies) = mpsc::channel(1);
        if self.0.send(ping).is_ok() {
            // Nothing is sent: it ends when the last copy is dropped.
            let _ = copies.recv().await;
        }
    }
}

/// The service accepts requests.
pub(super) fn ready() {
    notify(NotifyState::Ready);
}

/// The shutdown has begun.
pub(super) fn stopping() {
    notify(NotifyState::Stopping);
}

/// Notifies the watchdog (`WatchdogSec=`) three times in its period, as long as all workers answer.
pub(super) async fn keep_watchdog_quiet(workers: WorkerPings) {
    let Some(period) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = interval(period / 3);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        workers.answered().await;
        notify(NotifyState::Watchdog);
    }
}

fn notify(state: NotifyState<'_>) {
    let what = state.to_string();
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, state = what, "cannot notify systemd");
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::mpsc::{Sender, channel};
    use std::task::{Context, Waker};
    use std::thread;

    use actix_web::rt::System;

    use super::*;

    /// A worker that subscribes, then blocks its thread until the sender is dropped.
    fn worker(pings: &WorkerPings) -> Sender<()> {
        let (pings, (release, blocked), (subscribed, ready)) = (pings.clone(), channel(), channel());
        thread::spawn(move || {
            System::new().block_on(async move {
                pings.answer();
                subscribed.send(()).unwrap();
                let _ = blocked.recv();
                std::future::pending::<()>().await;
            });
        });
        ready.recv().unwrap();
        release
    }

    #[test]
    fn ping_is_not_answered_while_one_worker_is_blocked() {
        let pings = WorkerPings::new();
        drop(worker(&pings));
        let blocked = worker(&pings);
        System::new().block_on(async {
            let mut answered = pin!(pings.answered());
            let mut context = Context::from_waker(Waker::noop());
            assert!(answered.as_mut().poll(&mut context).is_pending());
            drop(blocked);
            answered.await;
        });
    }
}
