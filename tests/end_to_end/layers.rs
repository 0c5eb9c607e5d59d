//! Who may depend on whom.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// The crates that each crate of the workspace may name, tests aside.
const MAY_NAME: [(&str, &[&str]); 6] = [
    ("tasknook-domain", &[]),
    ("tasknook-auth", &[]),
    ("tasknook-persistence", &["tasknook-domain"]),
    ("tasknook", &["tasknook-auth", "tasknook-domain", "tasknook-persistence"]),
    ("tasknook-tests", &[]),
    ("tasknook-bench", &["tasknook-auth", "tasknook-domain", "tasknook-tests"]),
];

/// What the innermost crate may name from outside.
const DOMAIN_MAY_USE: [&str; 5] = ["async-trait", "pollster", "thiserror", "time", "uuid"];

/// What the auth crate names for its features alone, so that nobody gets a framework or a client unasked.
const AUTH_MAY_OFFER: [&str; 7] =
    ["actix-web", "axum-core", "http", "rustls", "tower-layer", "tower-service", "ureq"];

/// The names of what each crate of the workspace depends on, tests aside, by the crate's own.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    dependencies_that(|_| true)
}

fn dependencies_that(are_meant: impl Fn(&Value) -> bool) -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let named = |package: &Value| {
        let listed = package["dependencies"].as_array().unwrap().iter();
        listed
            .filter(|one| one["kind"].is_null() && are_meant(one))
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    packages.iter().map(|package| (package["name"].as_str().unwrap().to_owned(), named(package))).collect()
}

#[test]
fn each_crate_names_only_the_layers_below_it() {
    let dependencies = dependencies();
    assert_eq!(dependencies.len(), MAY_NAME.len(), "a new crate needs a place in the layers");
    for (name, may_name) in MAY_NAME {
        for dependency in dependencies[name].iter().filter(|dependency| dependency.starts_with("tasknook")) {
            assert!(may_name.contains(&dependency.as_str()), "{name} may not depend on {dependency}");
        }
    }
}

#[test]
fn the_domain_names_no_framework_no_runtime_and_no_database() {
    for dependency in &dependencies()["tasknook-domain"] {
        assert!(DOMAIN_MAY_USE.contains(&dependency.as_str()), "the domain may not depend on {dependency}");
    }
}

#[test]
fn the_auth_crate_names_frameworks_and_clients_for_its_features_alone() {
    let mut optional = dependencies_that(|one| one["optional"] == true).remove("tasknook-auth").unwrap();
    optional.sort_unstable();
    assert_eq!(optional, AUTH_MAY_OFFER);
}

#[test]
fn the_auth_crate_names_no_framework_no_runtime_and_no_database_unasked() {
    let always = dependencies_that(|one| one["optional"] == false).remove("tasknook-auth").unwrap();
    assert!(always.iter().any(|name| name == "serde"), "{always:?}");
    for banned in AUTH_MAY_OFFER.into_iter().chain(["axum", "diesel", "hyper", "tokio", "tower"]) {
        assert!(!always.iter().any(|name| name == banned), "auth may not depend on {banned}");
    }
}
