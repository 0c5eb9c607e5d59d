//! What the manifest promises to those who depend on the crate.
#![expect(clippy::unwrap_used, reason = "a test that fails, fails here")]

use std::process::Command;

fn cargo(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_package_has_the_sources_and_documents_and_no_tests() {
    let list = cargo(&["package", "--list", "--allow-dirty", "--offline"]);
    let files: Vec<_> = list.lines().collect();
    for expected in [
        "src/lib.rs",
        "examples/axum_service.rs",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ] {
        assert!(files.contains(&expected), "{expected} is missing: {files:#?}");
    }
    let others: Vec<_> = files
        .iter()
        .filter(|file| !["src/", "examples/", "docs/"].iter().any(|folder| file.starts_with(folder)))
        .filter(|file| !file.starts_with("Cargo.") && !file.starts_with("LICENSE-"))
        .filter(|file| !["README.md", "CHANGELOG.md", ".cargo_vcs_info.json"].contains(file))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn no_feature_turns_on_a_back_end_of_jsonwebtoken() {
    for features in ["--no-default-features", "--all-features"] {
        let arguments = ["tree", "-p", "tasknook-auth", "-e", "normal", "--prefix", "none", "--offline"];
        let tree = cargo(&[&arguments[..], &["--format", "{p} [{f}]", features]].concat());
        let library: Vec<_> = tree.lines().filter(|line| line.starts_with("jsonwebtoken ")).collect();
        assert!(!library.is_empty() && library.iter().all(|line| line.ends_with(" []")), "{library:?}");
    }
}

/// With both back ends turned on in a program, jsonwebtoken panics.
#[test]
fn a_program_can_use_another_back_end_of_jsonwebtoken() {
    assert_eq!(run_fixture("back_ends"), "user-a\n");
}

/// The child of a fork has no thread that fetches, and mutexes that nothing unlocks.
#[cfg(unix)]
#[test]
fn a_fork_fetches_the_key_set_itself() {
    let expected = "during the first fetch: true\nafter the first fetch: true\ndropped: true\n";
    assert_eq!(run_fixture("fork"), expected);
}

/// What a program outside of the workspace prints.
fn run_fixture(name: &str) -> String {
    let manifest = format!("{}/fixtures/{name}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/fixtures");
    cargo(&["run", "--quiet", "--locked", "--manifest-path", &manifest, "--target-dir", target])
}

#[test]
fn the_readme_states_the_minimum_rust_version() {
    let stated = concat!("MSRV: Rust ", env!("CARGO_PKG_RUST_VERSION"), ";");
    assert!(include_str!("../README.md").contains(stated), "{stated}");
}
