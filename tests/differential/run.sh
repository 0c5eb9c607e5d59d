#!/usr/bin/env bash
# run.sh [CASES [SEED]]: compares the verdicts of the auth crate, PyJWT and jose; README.md describes it.
# With the default cases and seed it writes the tables into the page.
set -euo pipefail
cd "$(dirname "$0")/../.."

CASES=${1:-40000} SEED=${2:-1}
FOLDER=tests/differential PAGE=crates/auth/docs/differences.md
BUILD=${CARGO_TARGET_DIR:-target}
RESULTS=$BUILD/differential
export PYTHONDONTWRITEBYTECODE=1

tests/prerequisites.sh differential
"${CARGO:-cargo}" build --quiet --locked -p tasknook-auth --example verdicts
mkdir -p "$RESULTS"
python() { target/python/differential/bin/python "$FOLDER/$1" "${@:2}"; }

python generate.py "$CASES" "$SEED" >"$RESULTS/cases.jsonl"
python pyjwt_verdicts.py <"$RESULTS/cases.jsonl" >"$RESULTS/pyjwt.jsonl" &
node "$FOLDER/jose_verdicts.mjs" <"$RESULTS/cases.jsonl" >"$RESULTS/jose.jsonl"
"$BUILD/debug/examples/verdicts" <"$RESULTS/cases.jsonl" >"$RESULTS/crate.jsonl"
wait $!
python compare.py "$RESULTS"/{cases,crate,pyjwt,jose}.jsonl | tee "$RESULTS/tables.md"

if [ "$CASES $SEED" = "40000 1" ]; then
    perl -0777 -i -pe '
        BEGIN { open my $file, "<", shift or die; $tables = do { local $/; <$file> } }
        s/(<!-- make differential: begin -->\n).*(<!-- make differential: end -->)/$1$tables$2/s
    ' "$RESULTS/tables.md" "$PAGE"
    echo "The tables are in $PAGE."
fi
