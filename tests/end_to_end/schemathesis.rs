//! Schemathesis reads the OpenAPI document and sends requests that it allows, and many that it does not.
//! All of its checks are enabled, in every phase: responses must conform to the document.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{Environment, run_to_exit};

use crate::database::{Database, on_both_databases};

/// A run takes about a minute.
const LIMIT: Duration = Duration::from_mins(10);

/// Another number, or `random`, generates other requests.
const SEED: &str = "TASKNOOK_SCHEMATHESIS_SEED";

on_both_databases! {
    responses_conform_to_openapi
}

fn responses_conform_to_openapi(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    // Schemathesis waits 10 s for the document, which takes long to generate on a busy machine, and is kept then.
    let _ = service.client().get("/openapi.json").expect(200);
    let mut run = schemathesis(&environment);
    run.arg("run").arg(format!("{}/openapi.json", service.url())).args(["--checks", "all"]);
    let seed = env::var_os(SEED).unwrap_or_else(|| "1".into());
    if seed != "random" {
        run.arg("--seed").arg(seed);
    }
    finish(run);
    service.stop();
}

fn schemathesis(environment: &Environment) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let program = root.join("target/python/schemathesis/bin/schemathesis");
    assert!(
        program.exists(),
        "Schemathesis is not installed: `make test` installs it, or by hand `python3 -m venv target/python/schemathesis && \
         target/python/schemathesis/bin/pip install -r tests/schemathesis/requirements.txt`",
    );
    let folder = root.join("tests/schemathesis");
    let mut command = Command::new(program);
    command.args(["--no-color", "--config-file"]).arg(folder.join("schemathesis.toml"));
    command.env("SCHEMATHESIS_HOOKS", folder.join("hooks.py")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("TASKNOOK_USERS", users(environment)).current_dir(environment.folder());
    command
}

/// A file with the token of each user.
fn users(environment: &Environment) -> PathBuf {
    let header =
        |user: &str| json!({"name": "Authorization", "value": format!("Bearer {}", environment.token(user))});
    let users = ["alice", "bob"].map(|user| json!({"name": user, "fixedHeaders": [header(user)]}));
    let file = environment.folder().join("users.json");
    fs::write(&file, json!({"auth": users}).to_string()).unwrap();
    file
}

#[expect(clippy::print_stdout, reason = "the summary of the run, and the seed that repeats it")]
fn finish(mut run: Command) {
    let ran = run_to_exit(&mut run, LIMIT).success();
    assert!(ran.stdout.contains("Examples") && ran.stdout.contains("Stateful"), "{}", ran.stdout);
    println!("{}", ran.stdout);
}
