#!/usr/bin/env bash
# Compares the public API of the auth crate with that of the commit in crates/auth/semver-baseline.
set -euo pipefail
cd "$(dirname "$0")/.."

BASELINE=$(grep -v '^#' crates/auth/semver-baseline)
if ! git cat-file -e "$BASELINE^{commit}" 2>/dev/null; then
    echo "The commit $BASELINE of crates/auth/semver-baseline is not in this clone, so nothing can be compared." >&2
    echo "A shallow clone gets its history with: git fetch --unshallow" >&2
    exit 1
fi
# One folder for both builds, so that what they depend on is built once.
CARGO_BUILD_BUILD_DIR=$PWD/target/semver-checks/build cargo semver-checks -p tasknook-auth --baseline-rev "$BASELINE"
