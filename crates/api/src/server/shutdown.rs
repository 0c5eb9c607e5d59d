//! Signals, and the steps of a graceful shutdown.

use std::future::pending;
use std::io;
use std::time::Duration;

use actix_server::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{sleep, timeout};

use super::listener::Listener;
use super::systemd::{self, WorkerPings};
use crate::config::logging;
use crate::state::Draining;

/// Time for connections whose handshake has begun: a round trip, and the accept.
const HANDSHAKES: Duration = Duration::from_millis(500);

/// How long established connections may wait for their workers.
const ACCEPT_LIMIT: Duration = Duration::from_secs(5);

/// How often the queue of connections is looked at.
const ACCEPT_CHECK: Duration = Duration::from_millis(20);

/// The signals that stop the service.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// None for a process that `nohup` started.
    hangup: Option<Signal>,
}

impl Signals {
    /// SIGTERM and SIGINT; SIGHUP, when the terminal closes, unless the process was started to outlive it.
    pub(super) fn new() -> io::Result<Self> {
        let hangup = (!ignores_hangup()).then(|| signal(SignalKind::hangup())).transpose()?;
        let [terminate, interrupt] = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
        Ok(Self { terminate: terminate?, interrupt: interrupt?, hangup })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Whether the process ignores SIGHUP, number 1, from its start (`proc(5)`). Elsewhere than on Linux, this is not known.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// What a shutdown ends.
pub(super) struct Shutdown {
    pub listener: Listener,
    pub server: ServerHandle,
    pub draining: Draining,
    pub workers: WorkerPings,
    /// `server.drain_delay_seconds`
    pub delay: Duration,
}

/// The first signal shuts down gracefully. `/readyz` gives 503 at once, and everything is served for the delay. Then the
/// listener closes, idle connections close, and requests that were received are completed; the last response of a
/// connection announces its end. What is left after the timeout is cut off. A second signal exits at once.
pub(super) async fn stop_on_signal(mut signals: Signals, shutdown: Shutdown) {
    signals.next().await;
    shutdown.draining.begin();
    systemd::stopping();
    tracing::info!("shutting down");
    // Not awaited: the second signal must work in the meantime.
    actix_web::rt::spawn(shutdown.run());
    signals.next().await;
    tracing::warn!("forced shutdown");
    logging::flush();
    std::process::exit(1);
}

impl Shutdown {
    async fn run(self) {
        sleep(self.delay).await;
        self.listener.accept_no_more();
        self.draining.close();
        sleep(HANDSHAKES).await;
        // What is not accepted by then is cut off.
        let _ = timeout(ACCEPT_LIMIT, self.accepted()).await;
        drop(self.listener);
        self.server.stop(true).await;
    }

    /// Returns when every established connection has reached its worker. actix-server drops those that are on their way when
    /// it stops.
    async fn accepted(&self) {
        loop {
            while self.listener.has_waiting() {
                sleep(ACCEPT_CHECK).await;
            }
            // Between the accept and the worker's queue.
            sleep(ACCEPT_CHECK).await;
            if !self.listener.has_waiting() {
                break;
            }
        }
        // A worker takes connections in its turn; when it answers the second ping it has had one since the first.
        self.workers.answered().await;
        self.workers.answered().await;
    }
}
