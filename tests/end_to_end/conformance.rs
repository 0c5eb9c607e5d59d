//! Invalid tokens and malformed requests: every case of `tests/conformance/cases`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tasknook_tests::{BetterAuth, Environment, run_to_exit};

use crate::database::{Database, on_both_databases};

const ISSUER: &str = "https://auth.example.test";
const LIMIT: Duration = Duration::from_mins(4);

on_both_databases! {
    malformed_requests_get_the_documented_status
    invalid_tokens_get_the_documented_status
}

fn malformed_requests_get_the_documented_status(database: Database) {
    let environment = database.with_secret();
    let environment =
        environment.set("TASKNOOK_AUTH__ISSUERS", ISSUER).set("TASKNOOK_AUTH__AUDIENCES", ISSUER);
    let service = environment.serve();
    let mut runner = node("inputs.mjs");
    runner.env("TASKNOOK_URL", service.url());
    runner.env("TASKNOOK_SECRET", BetterAuth::SECRET);
    runner.env("TASKNOOK_ISSUER", ISSUER).env("TASKNOOK_AUDIENCE", ISSUER);
    finish(runner);
    service.stop();
}

fn invalid_tokens_get_the_documented_status(database: Database) {
    let mut runner = node("tokens.mjs");
    let environment = Environment::new();
    runner.env("TASKNOOK_BIN", environment.command(&[]).get_program());
    runner.env("DATABASE_URL", database.url(environment.folder()));
    finish(runner);
}

fn node(script: &str) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let mut command = Command::new("node");
    command.arg(folder.join(script)).current_dir(folder);
    command
}

#[expect(clippy::print_stdout, reason = "the notes and the counts of the run are for the log")]
fn finish(mut runner: Command) {
    let ran = run_to_exit(&mut runner, LIMIT).success();
    println!("{}", ran.stdout);
}
