//! The dependencies between the crates.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// The crates that each crate of the workspace may depend on, except for tests.
const MAY_DEPEND_ON: [(&str, &[&str]); 7] = [
    ("tasknook-domain", &[]),
    ("tasknook-auth", &[]),
    ("tasknook-persistence", &["tasknook-domain"]),
    ("tasknook", &["tasknook-auth", "tasknook-domain", "tasknook-persistence"]),
    ("tasknook-tests", &[]),
    // It is the service, with another allocator.
    ("tasknook-allocations", &["tasknook"]),
    ("tasknook-bench", &["tasknook-auth", "tasknook-domain", "tasknook-tests"]),
];

/// The external crates of the domain.
const DOMAIN_MAY_USE: [&str; 9] = [
    "async-trait",
    "icu_casemap",
    "icu_normalizer",
    "icu_properties",
    "jiff",
    "pollster",
    "thiserror",
    "time",
    "uuid",
];

/// The optional dependencies of the auth crate: a framework or a client comes only with its feature.
const AUTH_MAY_OFFER: [&str; 9] = [
    "actix-web",
    "axum-core",
    "http",
    "rustls",
    "rustls-native-certs",
    "tower-layer",
    "tower-service",
    "ureq",
    "url",
];

/// The dependencies of each crate of the workspace, except for tests, by its name.
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
fn crates_depend_only_on_lower_layers() {
    let dependencies = dependencies();
    assert_eq!(dependencies.len(), MAY_DEPEND_ON.len(), "a new crate needs a place in the layers");
    for (name, allowed) in MAY_DEPEND_ON {
        for dependency in dependencies[name].iter().filter(|dependency| dependency.starts_with("tasknook")) {
            assert!(allowed.contains(&dependency.as_str()), "{name} may not depend on {dependency}");
        }
    }
}

#[test]
fn domain_has_no_framework_runtime_or_database() {
    for dependency in &dependencies()["tasknook-domain"] {
        assert!(DOMAIN_MAY_USE.contains(&dependency.as_str()), "the domain may not depend on {dependency}");
    }
}

#[test]
fn auth_frameworks_and_clients_are_optional() {
    let mut optional = dependencies_that(|one| one["optional"] == true).remove("tasknook-auth").unwrap();
    optional.sort_unstable();
    assert_eq!(optional, AUTH_MAY_OFFER);
}

#[test]
fn auth_requires_no_framework_runtime_or_database() {
    let always = dependencies_that(|one| one["optional"] == false).remove("tasknook-auth").unwrap();
    assert!(always.iter().any(|name| name == "serde"), "{always:?}");
    for banned in AUTH_MAY_OFFER.into_iter().chain(["axum", "diesel", "hyper", "tokio", "tower"]) {
        assert!(!always.iter().any(|name| name == banned), "auth may not depend on {banned}");
    }
}
