//! Builds the service from its configuration, listens, serves, and shuts down gracefully.

mod app;
mod assembly;
mod database;
mod request_context;
mod trace_context;
mod verifier;

use std::error::Error;
use std::io::{Write, stdout};
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use actix_web::rt::System;
use actix_web::web::Data;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::{ConfigError, DevelopmentSecretError, Settings};
use crate::routes::{metrics_only, routes, routes_and_metrics};
use crate::state::{AppState, Draining};

pub(crate) use app::app;
pub(crate) use assembly::assemble;
pub(crate) use database::{back_up, check_database, doctor, doctor_error, migrate, open};
pub(crate) use verifier::{shared_secret, verifier};

/// Idle time of a connection. Longer than the 60 s of nginx and AWS load balancers: the proxy must close first, or it sends
/// a request into a closing connection.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The configuration is invalid: exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Some checks of the database could not be run: exit code 3.
    #[error("the database was not checked completely")]
    NotChecked {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Any other failure: exit code 1.
    #[error("{what}")]
    Failed {
        /// The action that failed.
        what: String,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StartError {
    /// Standard output cannot be written.
    pub(crate) fn output_error(error: std::io::Error) -> Self {
        Self::failed("cannot write to standard output", error)
    }

    /// An action that failed.
    pub(crate) fn failed(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { what: what.into(), source: source.into() }
    }
}

impl From<DevelopmentSecretError> for StartError {
    fn from(error: DevelopmentSecretError) -> Self {
        Self::failed(error.to_string(), error.source)
    }
}

/// Serves until a signal. `hint` is printed with the chosen address.
pub(crate) fn serve(
    settings: &Settings,
    state: AppState,
    hint: Option<impl Fn(&str) -> String>,
) -> Result<(), StartError> {
    let draining = state.draining.clone();
    let state = Data::new(state);
    System::new().block_on(async {
        let signals =
            Signals::new().map_err(|error| StartError::failed("cannot listen for signals", error))?;
        let (server, address) = listen(settings, &state)?;
        let metrics = bind_metrics(settings, &state)?;
        tracing::info!(address, version = env!("CARGO_PKG_VERSION"), "listening");
        if let Some(hint) = hint {
            // Standard output may be closed.
            let _ = writeln!(stdout(), "{}", hint(&address));
        }
        let mut handles = vec![server.handle()];
        handles.extend(metrics.as_ref().map(Server::handle));
        actix_web::rt::spawn(stop_on_signal(signals, handles, draining));
        if let Some(metrics) = metrics {
            actix_web::rt::spawn(metrics);
        }
        server.await.map_err(|error| StartError::failed("the server failed", error))?;
        if let Some(audit) = &state.audit {
            audit.flush();
        }
        if let Some(traces) = &state.traces {
            traces.flush();
        }
        tracing::info!("stopped");
        Ok(())
    })
}

fn listen(settings: &Settings, state: &Data<AppState>) -> Result<(Server, String), StartError> {
    let server = &settings.server;
    let (cors, shared) = (settings.cors.clone(), state.clone());
    let routes = if settings.metrics.address.is_empty() { routes_and_metrics } else { routes };
    let workers = if server.workers == 0 { cores() } else { server.workers };
    let http = HttpServer::new(move || app(shared.clone(), &cors, routes))
        .workers(workers)
        // actix counts per worker.
        .max_connections(server.max_connections.div_ceil(workers))
        .keep_alive(KEEP_ALIVE)
        // A client that sends its headers slowly, or never, would otherwise occupy one of `max_connections`.
        .client_request_timeout(Duration::from_secs(server.header_timeout_seconds))
        .shutdown_timeout(server.shutdown_timeout_seconds)
        // `stop_on_signal` handles them: `draining` must be set before the listener closes.
        .disable_signals()
        .bind((server.host.as_str(), server.port))
        .map_err(|error| {
            StartError::failed(
                format!("cannot listen on {}:{} (server.host, server.port)", server.host, server.port),
                error,
            )
        })?;
    let address = base_url(&http.addrs(), &server.host, server.port);
    Ok((http.run(), address))
}

fn bind_metrics(settings: &Settings, state: &Data<AppState>) -> Result<Option<Server>, StartError> {
    let address = &settings.metrics.address;
    if address.is_empty() {
        return Ok(None);
    }
    let (cors, shared) = (settings.cors.clone(), state.clone());
    let http = HttpServer::new(move || app(shared.clone(), &cors, metrics_only))
        .workers(1)
        .disable_signals()
        .bind(address)
        .map_err(|error| {
            StartError::failed(format!("cannot listen on {address} (metrics.address)"), error)
        })?;
    tracing::info!(metrics_address = base_url(&http.addrs(), address, 0), "listening for metrics");
    Ok(Some(http.run()))
}

fn base_url(bound: &[SocketAddr], host: &str, port: u16) -> String {
    bound.first().map_or_else(|| format!("http://{host}:{port}"), |address| format!("http://{address}"))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The first signal shuts down gracefully: `/readyz` gives 503, the listener closes, idle connections close, requests in
/// flight complete and close their connection. What is left after the timeout is cut off. A second signal exits at once.
async fn stop_on_signal(mut signals: Signals, handles: Vec<ServerHandle>, draining: Draining) {
    signals.next().await;
    draining.begin();
    tracing::info!("shutting down");
    for handle in handles {
        // Not awaited: the second signal must work while requests complete.
        actix_web::rt::spawn(handle.stop(true));
    }
    signals.next().await;
    tracing::warn!("forced shutdown");
    std::process::exit(1);
}
