//! Builds the service from its configuration, listens, serves, and shuts down gracefully.

mod app;
mod assembly;
mod connection;
mod database;
mod listener;
mod open_files;
mod pieces;
mod request_context;
mod shutdown;
mod verifier;

use std::error::Error;
use std::io::{Write, stdout};
use std::time::Duration;

use actix_web::rt::System;
use actix_web::web::Data;

use crate::config::{ConfigError, DevelopmentSecretError, Settings};
use crate::routes::{metrics_only, routes, routes_and_metrics};
use crate::state::AppState;
use listener::{Capacity, Listener};
use shutdown::{Signals, stop_on_signal};

#[cfg(test)]
pub(crate) use app::app;
pub(crate) use assembly::assemble;
pub(crate) use database::{back_up, check_database, doctor, doctor_error, migrate, open};
pub(crate) use verifier::{shared_secret, verifier};

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
    let capacity = open_files::capacity(settings);
    let state = Data::new(state);
    System::new().block_on(async {
        let signals =
            Signals::new().map_err(|error| StartError::failed("cannot listen for signals", error))?;
        let api = bind_api(settings)?;
        let metrics = bind_metrics(settings)?;
        let failed = |error| StartError::failed("the server failed", error);
        let routes = if metrics.is_some() { routes } else { routes_and_metrics };
        let server = api.serve(settings, &state, capacity, routes).map_err(failed)?;
        if let Some(metrics) = metrics {
            let server = metrics.serve(settings, &state, Capacity::METRICS, metrics_only).map_err(failed)?;
            // Until the process ends: the shutdown can be observed.
            actix_web::rt::spawn(server);
            tracing::info!(metrics_address = metrics.url(), "listening for metrics");
        }
        let address = api.url();
        tracing::info!(address, version = env!("CARGO_PKG_VERSION"), "listening");
        if let Some(hint) = hint {
            // Standard output may be closed.
            let _ = writeln!(stdout(), "{}", hint(&address));
        }
        let delay = Duration::from_secs(settings.server.drain_delay_seconds);
        let draining = state.draining.clone();
        actix_web::rt::spawn(stop_on_signal(signals, api, server.handle(), draining, delay));
        server.await.map_err(failed)?;
        tracing::info!("stopped");
        Ok(())
    })
}

fn bind_api(settings: &Settings) -> Result<Listener, StartError> {
    let (host, port) = (settings.server.host.as_str(), settings.server.port);
    Listener::bind((host, port)).map_err(|error| {
        StartError::failed(format!("cannot listen on {host}:{port} (server.host, server.port)"), error)
    })
}

fn bind_metrics(settings: &Settings) -> Result<Option<Listener>, StartError> {
    let address = settings.metrics.address.as_str();
    let bound = (!address.is_empty()).then(|| Listener::bind(address)).transpose();
    bound.map_err(|error| StartError::failed(format!("cannot listen on {address} (metrics.address)"), error))
}
