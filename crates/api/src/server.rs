//! Builds the service from its configuration, listens, serves, and shuts down gracefully.

mod app;
mod assembly;
mod database;
mod request_context;
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

/// Seconds that a connection may idle between two requests; longer than the usual proxy keeps one.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Why the program did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The configuration is wrong: exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database could not be checked, which says nothing about it: exit code 3.
    #[error("the database was not checked completely")]
    NotChecked {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Something else went wrong: exit code 1.
    #[error("{what}")]
    Failed {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StartError {
    /// The answer of a command cannot be written.
    pub(crate) fn output_error(error: std::io::Error) -> Self {
        Self::failed("the answer cannot be written", error)
    }

    /// Something that was tried and went wrong.
    pub(crate) fn failed(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { what: what.into(), source: source.into() }
    }
}

impl From<DevelopmentSecretError> for StartError {
    fn from(error: DevelopmentSecretError) -> Self {
        Self::failed(error.to_string(), error.source)
    }
}

/// Serves until a signal. `hint` makes a text for whoever watches, from the address that was taken.
pub(crate) fn serve(
    settings: &Settings,
    state: AppState,
    hint: Option<impl Fn(&str) -> String>,
) -> Result<(), StartError> {
    let draining = state.draining.clone();
    let state = Data::new(state);
    System::new().block_on(async {
        let signals =
            Signals::new().map_err(|error| StartError::failed("signals cannot be watched", error))?;
        let (server, address) = listen(settings, &state)?;
        let metrics = bind_metrics(settings, &state)?;
        tracing::info!(address, version = env!("CARGO_PKG_VERSION"), "listening");
        if let Some(hint) = hint {
            // Nobody may be watching.
            let _ = writeln!(stdout(), "{}", hint(&address));
        }
        let mut handles = vec![server.handle()];
        handles.extend(metrics.as_ref().map(Server::handle));
        actix_web::rt::spawn(end_on_signal(signals, handles, draining));
        if let Some(metrics) = metrics {
            actix_web::rt::spawn(metrics);
        }
        server.await.map_err(|error| StartError::failed("the server broke off", error))?;
        tracing::info!("ended");
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
        .max_connections(server.max_connections.div_ceil(workers))
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(Duration::from_secs(server.header_timeout_seconds))
        .shutdown_timeout(server.shutdown_timeout_seconds)
        .disable_signals()
        .bind((server.host.as_str(), server.port))
        .map_err(|error| {
            StartError::failed(
                format!("cannot listen on {}:{} (server.host, server.port)", server.host, server.port),
                error,
            )
        })?;
    let address = shown(&http.addrs(), &server.host, server.port);
    Ok((http.run(), address))
}

fn bind_metrics(settings: &Settings, state: &Data<AppState>) -> Result<Option<Server>, StartError> {
    let place = &settings.metrics.address;
    if place.is_empty() {
        return Ok(None);
    }
    let (cors, shared) = (settings.cors.clone(), state.clone());
    let http = HttpServer::new(move || app(shared.clone(), &cors, metrics_only))
        .workers(1)
        .disable_signals()
        .bind(place)
        .map_err(|error| StartError::failed(format!("cannot listen on {place} (metrics.address)"), error))?;
    tracing::info!(metrics_address = shown(&http.addrs(), place, 0), "listening for metrics");
    Ok(Some(http.run()))
}

fn shown(taken: &[SocketAddr], host: &str, port: u16) -> String {
    taken.first().map_or_else(|| format!("http://{host}:{port}"), |address| format!("http://{address}"))
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

/// The first signal ends in order: not ready, no new connections, idle ones close, what is under way completes and closes
/// its connection. The second ends at once.
async fn end_on_signal(mut signals: Signals, handles: Vec<ServerHandle>, draining: Draining) {
    signals.next().await;
    draining.begin();
    tracing::info!("ending: requests under way complete");
    for handle in handles {
        actix_web::rt::spawn(handle.stop(true));
    }
    signals.next().await;
    tracing::warn!("ending at once");
    std::process::exit(1);
}
