//! A REST API for the tasks of Better Auth users, on actix-web.
//!
//! A request passes `server::request_context` (request id, log, metrics) and CORS, is matched by the table in `routes`,
//! and gets a deadline there. The handler extracts the authenticated owner (`http::authentication`), reads the body or the query,
//! calls one use case of the domain and writes the response. [`cli`] is the entry point.
//!
//! Modules depend on each other in one direction: `cli`, `server`, `routes`, `openapi`, `http`, `state`, `metrics`, and
//! `config`, which depends on none.

pub mod cli;
mod config;
mod http;
mod metrics;
mod openapi;
mod routes;
mod server;
mod state;

#[cfg(test)]
mod tests;

#[doc(hidden)]
pub use http::representation;
