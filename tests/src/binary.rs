//! The programs under test, each built once per process, in the profile of these tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// Executables by the names of their targets.
type Built = BTreeMap<String, PathBuf>;

/// The path of the service. It is built with the features of a workspace build, without the benchmark, whose features
/// are not the service's.
pub(crate) fn service() -> &'static Path {
    static BUILT: OnceLock<Built> = OnceLock::new();
    let built = BUILT.get_or_init(|| build(&["--workspace", "--exclude", "tasknook-bench", "--bins"]));
    built.get("tasknook").expect("the workspace has a binary `tasknook`")
}

/// The path of an example of the auth crate.
pub(crate) fn example(name: &str) -> &'static Path {
    static BUILT: OnceLock<Built> = OnceLock::new();
    let built = BUILT.get_or_init(|| build(&["-p", "tasknook-auth", "--examples", "--all-features"]));
    built.get(name).unwrap_or_else(|| panic!("the auth crate has no example `{name}`"))
}

fn build(what: &[&str]) -> Built {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg("build").args(what).arg("--message-format=json-render-diagnostics");
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output =
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "{cargo:?} fails");
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| executable(&message)).collect()
}

fn executable(message: &Value) -> Option<(String, PathBuf)> {
    let name = message.pointer("/target/name")?.as_str()?;
    Some((name.to_owned(), message.get("executable")?.as_str()?.into()))
}
