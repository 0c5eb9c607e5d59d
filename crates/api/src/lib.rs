//! HTTP on actix-web, and the one place where everything meets.
//!
//! A request's way: `edge` gives it an id and writes what leaves; `routes` names its handler; `caller` settles who is
//! calling; the handler reads the body or the query, calls one use case of the domain, and writes what comes back.

mod accept;
mod app;
mod body;
mod caller;
pub mod cli;
mod commands;
mod conditional;
mod cursor;
mod development;
mod edge;
mod guard;
mod json;
mod listing;
mod logging;
mod members;
mod metrics;
mod openapi;
mod problem;
mod query;
pub mod representation;
mod routes;
mod server;
mod settings;
mod startup;
mod state;
mod token;

#[cfg(test)]
mod tests;
