#!/usr/bin/env bash
# prerequisites.sh check|test|demo|client|bench|semver|differential|fuzz|package: installs what a target of the Makefile needs.
# Prints what it installs, and the command to do it by hand where it may not.
set -euo pipefail
cd "$(dirname "$0")/.."

DENY=0.20.2
DEB=3.8.0
HACK=0.6.46
SEMVER_CHECKS=0.51.0
FUZZ=0.13.2
NODE=22.23.3
JOB=${1:?check, test, demo, client, bench, semver, differential, fuzz or package}

# The tools run for seconds: what their own release profiles spend on speed takes longer than it saves.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=0

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
    command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || echo pgbouncer
    command -v openssl >/dev/null || echo openssl
    command -v chromium >/dev/null || echo chromium
    [ -x /usr/sbin/nginx ] || echo nginx
    # Without the service and its configuration.
    [ -x /usr/sbin/apache2 ] || echo apache2-bin
    command -v caddy >/dev/null || echo caddy
    command -v systemd-analyze >/dev/null || echo systemd
    for_node
    for_python
}

# Without it one test reports that it did not run: not every archive has the packages.
for_auto_failover() {
    ! command -v pg_autoctl >/dev/null || return 0
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || return 0
    local major package packages
    major=$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -1)
    packages=(pg-auto-failover-cli "postgresql-$major-auto-failover")
    for package in "${packages[@]}"; do
        apt-cache show "$package" >/dev/null 2>&1 || return 0
    done
    printf '%s\n' "${packages[@]}"
}

for_node() {
    command -v node >/dev/null || echo nodejs
    command -v npm >/dev/null || echo npm
}

for_python() {
    command -v python3 >/dev/null || echo python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

for_measuring() {
    [ -n "$(ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null)" ] || command -v pgbench >/dev/null || echo postgresql
    command -v wrk >/dev/null || echo wrk
    for_python
}

for_packaging() {
    command -v dpkg-shlibdeps >/dev/null || echo dpkg-dev
    [ -x /usr/sbin/debootstrap ] || echo debootstrap
    command -v python3 >/dev/null || echo python3
}

for_fuzzing() {
    command -v "${CXX:-c++}" >/dev/null || echo g++
}

cargo_tool() {
    local name=$1 version=$2 how=(--version "$2" --locked "${@:3}")
    ! cargo "${name#cargo-}" --version 2>/dev/null | grep -q " $version\$" || return 0
    echo "Installing $name $version. By hand: cargo install $name ${how[*]}"
    cargo install "$name" "${how[@]}" --quiet
}

# Next.js (20.9) and Vite need a newer Node than Debian 12 has. The Makefile puts this one first.
node_runtime() {
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' && return
    local folder=target/node machine
    machine=$(node -p '`${process.platform}-${process.arch}`')
    echo "Node $(node --version) is too old. Installing Node $NODE in $folder. By hand: Node 20.19 or 22.12 or newer on the PATH"
    npm install --prefix "$folder" "node-$machine@$NODE" --no-audit --no-fund --no-save --ignore-scripts --loglevel=error
    mkdir -p "$folder/bin"
    ln -sf "../node_modules/node-$machine/bin/node" "$folder/bin/node"
}

node_packages() {
    local folder=$1
    ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed" || return 0
    echo "Installing the Node packages of $folder. By hand: npm ci --prefix $folder --ignore-scripts"
    npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts --loglevel=error
    cp "$folder/package-lock.json" "$folder/node_modules/.installed"
}

python_packages() {
    local folder=target/python/$1 pinned=$2
    ! cmp -s "$pinned" "$folder/.installed" || return 0
    echo "Installing the Python packages of $pinned. By hand: python3 -m venv $folder && $folder/bin/pip install -r $pinned"
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$pinned"
    cp "$pinned" "$folder/.installed"
}

# Only promtool is needed: the package would also start a server.
prometheus_tool() {
    local folder=target/prometheus
    ! command -v promtool >/dev/null && [ ! -x "$folder/usr/bin/promtool" ] || return 0
    echo "Unpacking promtool from Debian's package prometheus in $folder. By hand: promtool on the PATH"
    mkdir -p "$folder"
    # Without lists of packages the first attempt fails.
    (cd "$folder" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; } } &&
        dpkg -x prometheus_*.deb . && rm prometheus_*.deb)
}

case $JOB in
check)
    mapfile -t missing < <(for_building)
    debian_packages "${missing[@]}"
    cargo_tool cargo-deny "$DENY" --no-default-features
    cargo_tool cargo-hack "$HACK"
    ;;
test)
    mapfile -t missing < <(for_building; for_testing; for_auto_failover)
    debian_packages "${missing[@]}"
    cargo_tool cargo-hack "$HACK"
    prometheus_tool
    node_runtime
    node_packages tests/better-auth
    node_packages tests/browser
    node_packages tests/frontend
    python_packages schemathesis tests/schemathesis/requirements.txt
    python_packages packaging tests/packaging/requirements.txt
    ;;
demo | client)
    mapfile -t missing < <(for_node)
    debian_packages "${missing[@]}"
    node_runtime
    node_packages tests/frontend
    ;;
bench)
    mapfile -t missing < <(for_building; for_measuring)
    debian_packages "${missing[@]}"
    python_packages bench tests/bench/fastapi/requirements.txt
    ;;
semver)
    cargo_tool cargo-semver-checks "$SEMVER_CHECKS"
    ;;
differential)
    mapfile -t missing < <(for_node; for_python)
    debian_packages "${missing[@]}"
    node_runtime
    node_packages tests/differential
    python_packages differential tests/differential/requirements.txt
    ;;
package)
    mapfile -t missing < <(for_building; for_packaging)
    debian_packages "${missing[@]}"
    cargo_tool cargo-deb "$DEB" --no-default-features
    ;;
fuzz)
    mapfile -t missing < <(for_fuzzing)
    debian_packages "${missing[@]}"
    cargo_tool cargo-fuzz "$FUZZ"
    ;;
*)
    echo "prerequisites.sh check|test|demo|client|bench|semver|differential|fuzz|package" >&2
    exit 2
    ;;
esac
