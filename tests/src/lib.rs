//! The harness of the end-to-end tests: the real binary, a real PostgreSQL and a real Better Auth, each started
//! in a folder of its own on a port that happens to be free, and stopped after the tests.
//!
//! It depends on no other crate of the workspace, so that each of them can use it in its own tests.
//!
//! A missing program is an error that names the command to install it. No test is skipped, except that of
//! `pg_auto_failover`, which not every system can install.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a harness that fails, fails the test"
)]

mod better_auth;
mod binary;
mod citus;
mod cleanup;
mod client;
mod disk;
mod events;
mod example;
mod listener;
mod output;
mod postgres;
mod process;
mod raw;
mod service;
mod soak;
mod wait;

pub use better_auth::{BetterAuth, Mode, User};
pub use citus::citus_url;
pub use cleanup::{folder, signal};
pub use client::{Client, Request, Response};
pub use disk::Disk;
pub use events::{Event, EventStream};
pub use example::{ExampleService, example};
pub use listener::{Listener, Server};
pub use output::{Output, WaitError};
pub use postgres::{AutoFailover, Pooler, Postgres};
pub use process::{Exit, run_to_exit};
pub use raw::{End, RawConnection, RawResponse};
pub use service::{Environment, Service, Starting};
pub use soak::short_or_soak;
pub use wait::{SetOnDrop, eventually};
