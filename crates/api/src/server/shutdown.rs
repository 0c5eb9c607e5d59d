//! Signals, and the steps of a graceful shutdown.

use std::io;
use std::time::Duration;

use actix_server::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::listener::Listener;
use super::systemd;
use crate::config::logging;
use crate::state::Draining;

/// Time for connections whose handshake has begun: a round trip, and the accept.
const HANDSHAKES: Duration = Duration::from_millis(500);

/// The signals that stop the service.
pub(super) struct Signals([Signal; 3]);

impl Signals {
    /// SIGTERM and SIGINT; SIGHUP, when the terminal closes.
    pub(super) fn new() -> io::Result<Self> {
        let [terminate, interrupt, hangup] =
            [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
        Ok(Self([terminate?, interrupt?, hangup?]))
    }

    async fn next(&mut self) {
        let [terminate, interrupt, hangup] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// The first signal shuts down gracefully. `/readyz` gives 503 at once, and everything is served for the delay. Then the
/// listener closes, idle connections close, and requests that were received are completed; the last response of a
/// connection announces its end. What is left after the timeout is cut off. A second signal exits at once.
pub(super) async fn stop_on_signal(
    mut signals: Signals,
    listener: Listener,
    server: ServerHandle,
    draining: Draining,
    delay: Duration,
) {
    signals.next().await;
    draining.begin();
    systemd::stopping();
    tracing::info!("shutting down");
    // Not awaited: the second signal must work in the meantime.
    actix_web::rt::spawn(async move {
        tokio::time::sleep(delay).await;
        listener.accept_no_more();
        draining.close();
        tokio::time::sleep(HANDSHAKES).await;
        drop(listener);
        server.stop(true).await;
    });
    signals.next().await;
    tracing::warn!("forced shutdown");
    logging::flush();
    std::process::exit(1);
}
