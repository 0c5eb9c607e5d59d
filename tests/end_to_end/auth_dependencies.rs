//! The dependencies of the auth crate: no client, runtime or framework without its feature.

use std::collections::BTreeSet;
use std::process::Command;

/// Each includes the crates with this prefix, such as `tokio-util`.
const BANNED: [&str; 9] = ["actix", "axum", "http", "hyper", "reqwest", "rustls", "tokio", "tower", "ureq"];

/// The names of all crates that these features bring in, on every platform.
fn tree(features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "tasknook-auth", "-e", "normal,build", "--target", "all", "--locked"])
        .args(["--prefix", "none", "--format", "{p}"])
        .args(features)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
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
