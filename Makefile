# Each target is what its name says; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CARGO ?= cargo

# Without libpq on the machine the service is built for SQLite alone, which needs nothing.
LIBPQ := $(shell { pg_config --includedir || pkg-config --exists libpq; } >/dev/null 2>&1 && echo yes)
ENGINES := $(if $(LIBPQ),,--no-default-features --features sqlite)

# Where the prerequisites put a Node when the machine's own is too old.
export PATH := $(CURDIR)/target/node/bin:$(PATH)

FUZZ_TARGETS := token jwks headers

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: ## Build and start the service on SQLite under ./data, with a development secret
	@$(if $(LIBPQ),,echo "libpq is not here: building for SQLite alone (apt-get install libpq-dev adds PostgreSQL)")
	$(CARGO) run $(ENGINES) -- --config config/development.toml serve

.PHONY: demo
demo: ## Start all of it: the service on SQLite, and a Next.js application with Better Auth in front of it
	@tests/prerequisites.sh demo
	$(CARGO) build $(ENGINES)
	NEXT_TELEMETRY_DISABLED=1 npm run build --prefix tests/frontend
	@node tests/frontend/scripts/demo.mjs

.PHONY: check
check: ## Format, lints, documentation, dependencies: what every commit passes
	@tests/prerequisites.sh check
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path crates/auth/fuzz/Cargo.toml --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy -p tasknook --no-default-features --features sqlite -- -D warnings
	$(CARGO) hack clippy -p tasknook-auth --feature-powerset --exclude-features default -- -D warnings
	$(CARGO) hack clippy -p tasknook-auth --each-feature --exclude-no-default-features --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
	$(CARGO) metadata --manifest-path crates/auth/fuzz/Cargo.toml --locked --format-version 1 >/dev/null
	cargo-deny --all-features check bans licenses sources

.PHONY: test
test: ## Install what the tests need, and run every test there is
	@tests/prerequisites.sh test
	$(CARGO) build --workspace --exclude tasknook-bench --bins
	$(CARGO) test --workspace
	$(CARGO) hack test -p tasknook-auth --each-feature --exclude-no-default-features

# BENCH='--only "one task" --rounds 3' measures a part, and leaves the table in docs/PERFORMANCE.md alone.
.PHONY: bench
bench: ## Measure the service beside pgbench, a baseline and FastAPI; forty minutes
	@tests/prerequisites.sh bench
	$(CARGO) build --release --locked
	$(CARGO) run --release --locked -p tasknook-bench -- $(BENCH)

# REF=<commit> prints those of another commit; TIMES=1 adds build times, which take minutes.
.PHONY: stats
stats: ## Print figures about the code: sizes, modules, test names, documentation
	@REF="$(REF)" TIMES="$(TIMES)" tests/stats.sh

.PHONY: semver
semver: ## Compare the auth crate's public API with that of its last release
	@tests/prerequisites.sh semver
	@tests/semver.sh

# What a run finds on its way is kept beside the committed corpus, out of git, and read again by the next run.
.PHONY: fuzz
fuzz: ## Feed made-up tokens, key sets and headers to the auth crate, a minute each
	@tests/prerequisites.sh fuzz
	cd crates/auth/fuzz && mkdir -p $(FUZZ_TARGETS:%=found/%)
	for target in $(FUZZ_TARGETS); do (cd crates/auth/fuzz && RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run $$target \
		found/$$target corpus/$$target -- -dict=dict -max_total_time=60) || exit; done

.PHONY: release
release: ## Build the stripped release binary, target/release/tasknook
	$(CARGO) build --release --locked $(ENGINES)

.PHONY: clean
clean: ## Remove what was built
	$(CARGO) clean
