//! The load benchmark of the service: each row puts several subjects under the same load, in rounds, on this machine.
//! `make bench` builds what it needs and runs it. `docs/explanation/performance.md` explains the
//! results and keeps the table of the last complete run.
//!
//! ```sh
//! cargo run --release -p tasknook-bench -- --only 'one task, postgres' --rounds 3 --seconds 3
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program: a failure ends it"
)]

mod context;
mod correctness;
mod databases;
mod dataset;
mod fill;
mod issuer;
mod load;
mod machine;
mod measurement;
mod options;
mod peers;
mod pgbench;
mod processes;
mod report;
mod results;
mod rows;
mod subject;
mod table;
mod targets;
mod wrk;

use std::env;
use std::process::ExitCode;

use context::Context;
use options::Options;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some((first, rest)) = arguments.split_first()
        && first == "peer"
    {
        peers::run(rest);
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{}", options::USAGE);
        return ExitCode::SUCCESS;
    }
    let options = Options::parse(&arguments);
    let rows = rows::chosen(options.only.as_deref());
    if options.list {
        for row in &rows {
            println!("{}", row.name);
        }
        return ExitCode::SUCCESS;
    }
    let context = Context::new(options);
    let results = results::Results::of(rows.into_iter().map(|row| row.measure(&context)).collect());
    report::publish(&context, &results);
    if results.has_invalid() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
