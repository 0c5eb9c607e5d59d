//! The harness of the end-to-end tests: the real binary, a real PostgreSQL and a real Better Auth, each started
//! in a folder of its own on a port that happens to be free, and none of them outliving the tests.
//!
//! Nothing here names another crate of the workspace, so that any of them may use it for its own tests.
//!
//! A part that is missing on the machine is an error that says what installs it. Nothing is ever skipped.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a harness that fails, fails the test"
)]

mod better_auth;
mod binary;
mod client;
mod example;
mod listener;
mod patience;
mod postgres;
mod program;
mod scratch;
mod service;
mod transcript;

pub use better_auth::{BetterAuth, Mode, Person};
pub use client::{Answer, Client, Request};
pub use example::{ExampleService, example};
pub use listener::Listener;
pub use patience::eventually;
pub use postgres::{Pooler, Postgres};
pub use program::{Exit, run_to_exit};
pub use scratch::{folder, signal};
pub use service::{Environment, Service, Starting};
pub use transcript::{Silence, Transcript};
