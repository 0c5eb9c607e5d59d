//! The load benchmark of the service: rows of contenders that answer the same load side by side, in rounds, on the
//! machine it is on. `make bench` builds everything it needs and runs it; `docs/explanation/performance.md` describes
//! how to read the output, and has the tables of the last whole run.
//!
//! ```sh
//! cargo run --release -p tasknook-tests --example bench -- --only 'one task, postgres' --rounds 3 --seconds 3
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement that fails where it stands, and prints"
)]

mod answers;
mod cell;
mod contender;
mod databases;
mod fill;
mod issuer;
mod load;
mod machine;
mod options;
mod pgbench;
mod processes;
mod report;
mod results;
mod rows;
mod serve;
mod set;
mod table;
mod targets;
mod world;
mod wrk;

use std::env;
use std::process::ExitCode;

use options::Options;
use world::World;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some((first, rest)) = arguments.split_first()
        && first == "serve"
    {
        serve::run(rest);
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
    let world = World::new(options);
    let results = results::Results::of(rows.into_iter().map(|row| row.measure(&world)).collect());
    report::give(&world, &results);
    if results.has_void() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
