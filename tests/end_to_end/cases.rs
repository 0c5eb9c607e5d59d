//! Odd inputs and odd tokens, each with the answer that it must get.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tasknook_tests::{BetterAuth, Environment, run_to_exit};

use crate::database::{Database, on_both_databases};

const ISSUER: &str = "https://auth.example.test";
const LIMIT: Duration = Duration::from_mins(4);

on_both_databases! {
    odd_inputs_get_their_answers
    odd_tokens_get_their_answers
}

fn odd_inputs_get_their_answers(database: Database) {
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

fn odd_tokens_get_their_answers(database: Database) {
    let mut runner = node("tokens.mjs");
    let environment = Environment::new();
    runner.env("TASKNOOK_BIN", environment.command(&[]).get_program());
    runner.env("DATABASE_URL", database.url(environment.folder()));
    finish(runner);
}

fn node(script: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new("node");
    command.arg(root.join("tests/cases").join(script)).current_dir(root);
    command
}

#[expect(clippy::print_stdout, reason = "the runner says how many cases passed, or that there were none")]
fn finish(mut runner: Command) {
    let ran = run_to_exit(&mut runner, LIMIT).success();
    println!("{}", ran.stdout);
}
