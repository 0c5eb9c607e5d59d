//! The dependencies of the auth crate: no client, runtime or framework without its feature.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// Each includes the crates with this prefix, such as `tokio-util`.
const BANNED: [&str; 9] = ["actix", "axum", "http", "hyper", "reqwest", "rustls", "tokio", "tower", "ureq"];

fn cargo(arguments: &[&str]) -> String {
    let folder = env!("CARGO_MANIFEST_DIR");
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// All crates that these features bring in, on every platform: name and version.
fn versions(features: &[&str]) -> BTreeSet<String> {
    let tree = ["tree", "-p", "tasknook-auth", "-e", "normal,build", "--target", "all", "--locked"];
    let lines = cargo(&[&tree[..], &["--prefix", "none", "--format", "{p}"], features].concat());
    let words = lines.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    words.filter(|package| !package.is_empty()).collect()
}

/// Their names.
fn tree(features: &[&str]) -> BTreeSet<String> {
    versions(features).iter().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The banned families that occur in a tree.
fn banned(tree: &BTreeSet<String>) -> BTreeSet<&'static str> {
    let is_of = |name: &str, family| name.split('-').next() == Some(family);
    BANNED.into_iter().filter(|family| tree.iter().any(|name| is_of(name, *family))).collect()
}

#[test]
fn auth_without_features_has_no_client_runtime_or_framework() {
    let tree = tree(&["--no-default-features"]);
    assert!(tree.contains("jsonwebtoken"), "{tree:?}");
    assert_eq!(banned(&tree), BTreeSet::new());
}

/// The maximum number of crates that each feature brings in, on all platforms together.
const MAX_CRATES: [(&str, usize); 6] =
    [("", 60), ("testing", 60), ("tower", 65), ("axum", 70), ("jwks", 130), ("actix", 150)];

#[test]
fn auth_features_bring_in_few_crates() {
    for (feature, max) in MAX_CRATES {
        let tree = tree(&["--no-default-features", "--features", feature]);
        assert!(tree.len() - 1 <= max, "{feature:?}: {} crates, {tree:?}", tree.len() - 1);
    }
}

#[test]
fn auth_features_add_only_their_own_dependencies() {
    let cases: [(&str, &[&str]); 5] = [
        ("jwks", &["http", "rustls", "ureq"]),
        ("tower", &["http", "tower"]),
        ("axum", &["axum", "http", "tower"]),
        ("actix", &["actix", "http", "tokio"]),
        ("testing", &[]),
    ];
    for (feature, families) in cases {
        let tree = tree(&["--no-default-features", "--features", feature]);
        assert_eq!(banned(&tree), families.iter().copied().collect(), "{feature}");
    }
}

/// The Rust that a package states as its minimum: major and minor version.
fn minimum_rust(package: &Value) -> Option<(u32, u32)> {
    let mut numbers = package["rust_version"].as_str()?.split('.').map(|number| number.parse().unwrap());
    Some((numbers.next()?, numbers.next()?))
}

/// Clippy (`incompatible_msrv`) looks at the code of the auth crate itself.
#[test]
fn auth_dependencies_need_no_newer_rust_than_it_states() {
    let metadata = cargo(&["metadata", "--locked", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    for (features, stated) in [("axum,jwks,testing", (1, 88)), ("actix,axum,jwks,testing", (1, 89))] {
        let tree = versions(&["--no-default-features", "--features", features]);
        let name = |package: &Value| format!("{} v{}", package["name"], package["version"]).replace('"', "");
        let needed = packages.iter().filter(|package| tree.contains(&name(package)));
        let needed: Vec<_> =
            needed.filter_map(|package| Some((minimum_rust(package)?, name(package)))).collect();
        assert!(needed.len() > tree.len() / 2, "{needed:?}");
        assert!(needed.iter().max().unwrap().0 <= stated, "{features}: {:?}", needed.iter().max());
    }
}
