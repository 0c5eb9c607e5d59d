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
mod auto_failover;
mod backup;
mod better_auth_tokens;
mod bulk;
mod changes;
mod chosen_ids;
mod citus;
mod commands;
mod compression;
mod conditional_lists;
mod configuration;
mod conformance;
mod connections;
mod cors;
mod database;
mod database_unavailable;
mod disk_full;
mod doctor;
mod documents;
mod events;
mod every_route;
mod existing_clients;
mod failover;
mod frontend;
mod idempotency;
mod isolation;
mod layers;
mod limits;
mod lists;
mod migrations;
mod node;
mod observability;
mod open_files;
mod order;
mod outage_log;
mod owner;
mod packaging;
mod pages;
mod postgres_tls;
mod proxies;
mod quota;
mod read_only;
mod readiness;
mod reading;
mod rejections;
mod replicas;
mod restart;
mod restored;
mod same_responses;
mod schemathesis;
mod sqlite_files;
mod stop;
mod stop_under_load;
mod systemd;
mod tls;
mod traces;
mod trash;
mod two_processes;
mod unread_responses;
mod unwritable_log;
mod upgrades;
mod verify;
