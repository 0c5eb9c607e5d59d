//! Node in the folders beside these tests that have packages of their own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tasknook_tests::{Environment, run_to_exit};

const LIMIT: Duration = Duration::from_mins(5);

/// Node in one of the folders, with the path of the binary in its environment.
#[track_caller]
pub(crate) fn node(environment: &Environment, of: &str, arguments: &[&str]) -> Command {
    let folder = folder(of);
    assert!(
        folder.join("node_modules/.package-lock.json").exists(),
        "its packages are not installed: `make test` installs them, or `npm ci --prefix tests/{of} --ignore-scripts`",
    );
    let mut node = Command::new("node");
    node.args(arguments).current_dir(folder).env("TASKNOOK_BIN", environment.command(&[]).get_program());
    node
}

/// Runs a file of tests in `tests/browser`, at least one of which must pass.
#[track_caller]
pub(crate) fn browser_tests(
    environment: &Environment,
    file: &str,
    with: impl FnOnce(&mut Command) -> &mut Command,
) {
    let file = format!("{file}.test.mjs");
    let mut tests = node(environment, "browser", &["--test", "--test-reporter=spec", &file]);
    let ran = run_to_exit(with(&mut tests), LIMIT).success();
    let passed =
        ran.stdout.lines().find_map(|line| line.trim_start_matches('ℹ').trim().strip_prefix("pass "));
    assert!(passed.is_some_and(|count| count != "0"), "{}", ran.stdout);
}

/// The path of one of the folders.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
