#!/usr/bin/env bash
# Compares the public API of the auth crate with that of the commit in crates/auth/semver-baseline.
set -euo pipefail
cd "$(dirname "$0")/.."

BASELINE=$(grep -v '^#' crates/auth/semver-baseline)
has_baseline() {
    git cat-file -e "$BASELINE^{commit}" 2>/dev/null
}

# A shallow clone has the newest commits alone.
has_baseline || git fetch --quiet --unshallow || true
if ! has_baseline; then
    echo "The commit $BASELINE of crates/auth/semver-baseline is not in this clone, so nothing can be compared." >&2
    exit 1
fi
# The tool resolves the dependencies anew, to the newest; none may need a newer Rust than is here. One folder for both
# builds, so that what they depend on is built once.
export CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback
CARGO_BUILD_BUILD_DIR=$PWD/target/semver-checks/build cargo semver-checks -p tasknook-auth --baseline-rev "$BASELINE"
