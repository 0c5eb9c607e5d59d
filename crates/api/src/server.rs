//! Builds the service from its configuration, listens, serves, and shuts down gracefully.

mod access_log;
mod address_limit;
mod app;
mod assembly;
mod audit;
mod connection;
mod cors;
mod database;
mod listener;
mod open_files;
mod pieces;
mod request_context;
mod shutdown;
mod streamed;
mod systemd;
mod tls;
mod trace_context;
mod verifier;

use std::error::Error;
use std::io::{Write, stdout};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::System;
use actix_web::web::Data;

use crate::config::{ConfigError, DevelopmentSecretError, Settings};
use crate::http::problem::chain;
use crate::routes;
use crate::state::AppState;
use listener::{Capacity, Listener, Service};
use shutdown::{Shutdown, Signals, stop_on_signal};

use systemd::WorkerPings;
use tls::Certificate;

#[cfg(test)]
pub(crate) use app::app;
#[cfg(test)]
pub(crate) use assembly::trash;
pub(crate) use assembly::{TimeOrderedIds, assemble};
pub(crate) use audit::{audit_file, check_audit_file};
pub(crate) use database::{
    back_up, check_database, distribute, doctor, doctor_error, migrate, open, owner_data, renew_restored,
};
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
        let pings = WorkerPings::new();
        let certificate = certificate(settings)?;
        let api = bind_api(settings)?;
        let metrics = bind_metrics(settings)?;
        let failed = |error| StartError::failed("the server failed", error);
        let endpoints = if metrics.is_some() { routes::api } else { routes::api_and_metrics };
        let service = Service {
            endpoints,
            pings: pings.clone(),
            tls: certificate.as_ref().map(Certificate::acceptor).transpose()?,
        };
        let server = api.serve(settings, &state, capacity, &service).map_err(failed)?;
        if let Some(metrics) = metrics {
            let service = Service { endpoints: routes::metrics, pings: WorkerPings::new(), tls: None };
            let server = metrics.serve(settings, &state, Capacity::METRICS, &service).map_err(failed)?;
            // Until the process ends: the shutdown can be observed.
            actix_web::rt::spawn(server);
            tracing::info!(metrics_address = metrics.url("http"), "listening for metrics");
        }
        let address = api.url(if certificate.is_some() { "https" } else { "http" });
        tracing::info!(address, version = env!("CARGO_PKG_VERSION"), "listening");
        if let Some(hint) = hint {
            // Standard output may be closed.
            let _ = writeln!(stdout(), "{}", hint(&address));
        }
        let shutdown = Shutdown {
            listener: api,
            server: server.handle(),
            draining: state.draining.clone(),
            workers: pings.clone(),
            delay: Duration::from_secs(settings.server.drain_delay_seconds),
        };
        actix_web::rt::spawn(stop_on_signal(signals, shutdown));
        if let Some(certificate) = certificate {
            actix_web::rt::spawn(certificate.reload_on_change());
        }
        actix_web::rt::spawn(systemd::keep_watchdog_quiet(pings));
        systemd::ready();
        server.await.map_err(failed)?;
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

/// The configured certificate.
pub(crate) fn certificate(settings: &Settings) -> Result<Option<Arc<Certificate>>, StartError> {
    Certificate::read(&settings.tls)
        .map_err(|error| ConfigError::new("tls.certificate_file, tls.key_file", chain(&error)).into())
}
