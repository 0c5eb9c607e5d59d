#!/usr/bin/env bash
# prerequisites.sh check|test: installs what the checks, or the tests, need and is not on this machine yet. Says what it
# installs, and how to do it by hand where it may not.
set -euo pipefail
cd "$(dirname "$0")/.."

DENY=0.20.2
JOB=${1:?check or test}

debian_packages() {
    local missing=("$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "These packages are needed and not here: ${missing[*]}"
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
    if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
        echo "They cannot be installed from here. By hand, as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    echo "Installing them with apt-get."
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

for_building() {
    pg_config --includedir >/dev/null 2>&1 || pkg-config --exists libpq 2>/dev/null || echo libpq-dev
}

for_testing() {
    [ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || command -v initdb >/dev/null || echo postgresql
    command -v node >/dev/null || echo nodejs
    command -v npm >/dev/null || echo npm
    command -v openssl >/dev/null || echo openssl
}

cargo_deny() {
    ! cargo-deny --version 2>/dev/null | grep -q " $DENY\$" || return 0
    echo "Installing cargo-deny $DENY. By hand: cargo install cargo-deny --version $DENY --locked --no-default-features"
    cargo install cargo-deny --version "$DENY" --locked --no-default-features --quiet
}

node_packages() {
    local folder=tests/better-auth
    ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed" || return 0
    echo "Installing the Node packages of $folder. By hand: npm ci --prefix $folder"
    npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts --loglevel=error
    cp "$folder/package-lock.json" "$folder/node_modules/.installed"
}

case $JOB in
check)
    mapfile -t missing < <(for_building)
    debian_packages "${missing[@]}"
    cargo_deny
    ;;
test)
    mapfile -t missing < <(for_building; for_testing)
    debian_packages "${missing[@]}"
    node_packages
    ;;
*)
    echo "prerequisites.sh check|test" >&2
    exit 2
    ;;
esac
