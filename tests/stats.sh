#!/usr/bin/env bash
# Prints statistics about the code: sizes, modules, comments, test names, retired words, documentation; with TIMES=1 also build times.
# REF=<commit> prints those of another commit, from a temporary worktree.
set -euo pipefail
cd "$(dirname "$0")/.."
REPOSITORY=$PWD TREE=$PWD

TEMPORARY=$(mktemp -d)
clean_up() {
    cd "$REPOSITORY"
    [ "$TREE" = "$REPOSITORY" ] || git worktree remove --force "$TREE"
    rm -rf "$TEMPORARY"
}
trap clean_up EXIT

if [ -n "${REF:-}" ]; then
    git worktree add --quiet --detach "$TEMPORARY/tree" "$REF"
    TREE=$TEMPORARY/tree
fi
cd "$TREE"
echo "Tree: $(git log -1 --format='%h %s')"

python3 - <<'PYTHON'
import re
import subprocess
from collections import defaultdict
from pathlib import Path

tracked = [Path(name) for name in subprocess.check_output(["git", "ls-files", "*.rs"], text=True).split("\n") if name]
tracked = [path for path in tracked if path.exists()]
TEST_MODULE = re.compile(r"^#\[cfg\((?:test|all\(test.*)\)\]\n(?:#\[.*\n)*(?:pub(?:\(.*\))? )?mod \w+ \{.*", re.M | re.S)
TEST_DECLARATION = re.compile(r"#\[cfg\((?:test|all\(test.*)\)\]\n(?:#\[.*\n)*(?:pub(?:\(.*\))? )?mod (\w+);\n")
MODULE = re.compile(r"^(?:pub(?:\(.*\))? )?mod \w+(?:;| \{)", re.M)
TEST = re.compile(r"#\[(?:\w+::)?test[^\]]*\]\n(?:\s*#\[.*\n)*\s*(?:async )?fn (\w+)")
LISTED = re.compile(r"\bon_both_databases! \{(.*?)\n\}", re.S)

texts = {path: path.read_text() for path in tracked}
tests = set()
for path, text in texts.items():
    folder = path.parent if path.name in ("lib.rs", "main.rs") else path.with_suffix("")
    tests.update(folder / name for name in TEST_DECLARATION.findall(text))

def is_product(path):
    parts = path.parts
    return len(parts) > 3 and parts[0] == "crates" and parts[2] == "src" and parts[3] not in ("testing", "testing.rs") \
        and not any(part in tests for part in [path.with_suffix(""), *path.parents])

def spread(values):
    values = sorted(values) or [0]
    return f"median {values[len(values) // 2]}, p90 {values[len(values) * 9 // 10]}, max {values[-1]}"

sizes, modules, names, code, comments = defaultdict(list), {}, [], 0, 0
for path, text in texts.items():
    if path.parts[0] in ("crates", "tests"):
        names += TEST.findall(text)
        for block in LISTED.findall(text):
            names += block.split()
    if is_product(path):
        product = TEST_MODULE.sub("", text)
        sizes[path.parts[1]].append((product.count("\n"), str(path)))
        written = [line.strip() for line in product.split("\n") if not re.match(r"\s*(//[/!].*)?$", line)]
        comments += sum(line.startswith("//") for line in written)
        code += sum(not line.startswith("//") for line in written)
        if path.name == "lib.rs" and len(path.parts) == 4:
            modules[path.parts[1]] = len(MODULE.findall(TEST_DECLARATION.sub("", product)))

lines = [size for files in sizes.values() for size in files]
print(f"Product code: {len(lines)} files, {sum(size for size, _ in lines)} lines; lines of a file: {spread(size for size, _ in lines)}")
for crate, files in sorted(sizes.items()):
    largest = max(files)
    print(f"  {crate}: {len(files)} files, {sum(size for size, _ in files)} lines, "
          f"{modules.get(crate, 0)} top-level modules; longest file: {largest[1]} ({largest[0]})")
print(f"Comments that are not documentation: {comments} lines, {100 * comments / code:.1f} % of {code} lines of code")
print(f"Test names: {len(names)}; length: {spread(map(len, names))}; over 60: {sum(len(name) > 60 for name in names)}")
PYTHON

if [ -x "$REPOSITORY/tests/words.sh" ]; then
    [ "$TREE" = "$REPOSITORY" ] || cp "$REPOSITORY"/tests/words.{sh,txt} tests/
    found=$(tests/words.sh crates tests docs README.md 2>/dev/null | grep -c '^[^ ]*:[0-9]*: ' || true)
    echo "Retired words in crates, tests, docs and README.md: $found lines"
else
    echo "Retired words: not counted, there is no tests/words.sh"
fi

# The documents of the workspace's libraries; their dependencies come from the target folder of the repository.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$REPOSITORY/target}
echo "Documented public items:"
for manifest in crates/*/Cargo.toml; do
    crate=$(sed -n 's/^name = "\(.*\)"/\1/p' "$manifest" | head -1)
    coverage=$(RUSTC_BOOTSTRAP=1 cargo rustdoc --quiet --locked -p "$crate" --lib -- -Z unstable-options --show-coverage 2>/dev/null |
        awk -F'|' '/^\| Total/ { gsub(/ /, "", $3); gsub(/ /, "", $4); print $3 " (" $4 ")" }')
    echo "  $crate: ${coverage:-unknown}"
done

if [ -n "${TIMES:-}" ]; then
    seconds() {
        local start=$EPOCHREALTIME
        "$@"
        awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.1f s\n", end - start }'
    }
    export CARGO_TARGET_DIR=$TEMPORARY/target
    cargo fetch --quiet --locked
    echo "Build from nothing: $(seconds cargo build --quiet --locked)"
    for crate in domain api; do
        touch "crates/$crate/src/lib.rs"
        echo "Build after a touch of crates/$crate/src/lib.rs: $(seconds cargo build --quiet --locked)"
    done
fi
