//! The real binary, end to end: on SQLite and on a real PostgreSQL, for users of a real Better Auth.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails, fails here"
)]

mod auth_alone;
mod auth_examples;
mod backup;
mod better_auth_tokens;
mod commands;
mod conformance;
mod cors;
mod database;
mod database_away;
mod doctor;
mod documents;
mod frontend;
mod habits;
mod isolation;
mod layers;
mod main_job;
mod migrations;
mod no_log;
mod node;
mod pages;
mod postgres_tls;
mod refusals;
mod restart;
mod same_answers;
mod schemathesis;
mod stop;
mod two_processes;
mod verify;
