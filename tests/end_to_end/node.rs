//! Node in the folders beside these tests that have packages of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use tasknook_tests::Environment;

/// Node in one of the folders, told where the binary is.
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

/// Where one of the folders is.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
