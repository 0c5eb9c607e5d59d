//! The real binary, end to end: on SQLite and on a real PostgreSQL, for users of a real Better Auth.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails, fails here"
)]

mod alerts;
mod auth_dependencies;
mod auth_examples;
mod backup;
mod better_auth_tokens;
mod commands;
mod conformance;
mod cors;
mod database;
mod database_unavailable;
mod doctor;
mod documents;
mod every_route;
mod existing_clients;
mod frontend;
mod isolation;
mod layers;
mod migrations;
mod node;
mod observability;
mod pages;
mod postgres_tls;
mod rejections;
mod restart;
mod same_responses;
mod schemathesis;
mod stop;
mod traces;
mod two_processes;
mod unwritable_log;
mod verify;
