# `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CARGO ?= cargo

# Without libpq the service is built for SQLite only, which needs no library.
LIBPQ := $(shell { pg_config --includedir || pkg-config --exists libpq; } >/dev/null 2>&1 && echo yes)
ENGINES := $(if $(LIBPQ),,--no-default-features --features sqlite)

# The prerequisites install Node here if the machine's own is too old.
export PATH := $(CURDIR)/target/node/bin:$(PATH)

FUZZ_TARGETS := token jwks headers

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: ## Build and start the service on SQLite under ./data, with a development secret
	@$(if $(LIBPQ),,echo "libpq not found: building for SQLite only (apt-get install libpq-dev adds PostgreSQL)")
	$(CARGO) run $(ENGINES) -- --config config/development.toml serve

.PHONY: demo
demo: ## Start the service on SQLite, and a Next.js application with Better Auth
	@[ -e $(APP) ] || echo "The first start installs packages and builds both; about 5 minutes on 2 cores. Later ones take seconds."
	@tests/prerequisites.sh demo
	$(CARGO) build $(ENGINES)
	@$(MAKE) --no-print-directory $(APP)
	@node tests/frontend/scripts/demo.mjs

# The built application: built again only after a change of its sources.
APP := tests/frontend/.next/BUILD_ID
$(APP): $(shell git ls-files tests/frontend/app tests/frontend/components tests/frontend/lib tests/frontend/client/src \
		tests/frontend/*.ts tests/frontend/package-lock.json)
	@echo "Building the application; about a minute on 2 cores."
	NEXT_TELEMETRY_DISABLED=1 npm run build --prefix tests/frontend

.PHONY: check
check: ## Check words, format, lints, documentation and dependencies; every commit passes
	@tests/prerequisites.sh check
	tests/words.sh
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path crates/auth/fuzz/Cargo.toml --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy -p tasknook --no-default-features --features sqlite -- -D warnings
	$(CARGO) hack clippy -p tasknook-auth --feature-powerset --exclude-features default -- -D warnings
	$(CARGO) hack clippy -p tasknook-auth --each-feature --exclude-no-default-features --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
	$(CARGO) metadata --manifest-path crates/auth/fuzz/Cargo.toml --locked --format-version 1 >/dev/null
	$(CARGO) metadata --manifest-path crates/auth/fixtures/back_ends/Cargo.toml --locked --format-version 1 >/dev/null
	$(CARGO) metadata --manifest-path crates/auth/fixtures/fork/Cargo.toml --locked --format-version 1 >/dev/null
	cargo-deny --all-features check bans licenses sources

# Many tests wait, for time limits and other programs: on a small machine more run at once than there are cores.
.PHONY: test
ifneq ($(filter 1 2,$(shell nproc)),)
test: export RUST_TEST_THREADS ?= 3
endif
test: ## Install what the tests need, and run all tests
	@tests/prerequisites.sh test
	$(CARGO) build --workspace --exclude tasknook-bench --bins
	$(CARGO) test --workspace
	$(CARGO) hack test -p tasknook-auth --each-feature --exclude-no-default-features

# The modules of end-to-end tests with a long form. SOAK=upgrades:: runs one of them.
SOAK ?= $(sort $(shell grep -rl --include='*.rs' short_or_soak tests/end_to_end | sed 's|tests/end_to_end/||; s|\.rs$$|/|; s|/|::|g'))
# TASKNOOK_PREVIOUS_BINARY=<binary of 0.1.0> is upgraded in place of a database as it left it.
.PHONY: soak
soak: ## Run the tests of reliability at full size, in a release build; half an hour
	@tests/prerequisites.sh test
	TASKNOOK_SOAK=1 $(CARGO) test --release -p tasknook-persistence --lib simulated_writes
	TASKNOOK_SOAK=1 $(CARGO) test --release -p tasknook-tests --test end_to_end -- $(SOAK) --test-threads 1

# The tests of these packages start no server. Persistence is left out: its tests start PostgreSQL.
.PHONY: unit
unit: ## Run the tests that need no server; under a minute once built
	$(CARGO) test -p tasknook-domain -p tasknook-auth -p tasknook $(ENGINES) --tests

.PHONY: watch
watch: ## Run `make unit` again after each change of a source file
	@last=; while :; do \
		now=$$(find crates config migrations docs -name target -prune -o -type f -printf '%p %T@\n' | sort | cksum); \
		if [ "$$now" != "$$last" ]; then last=$$now; $(MAKE) --no-print-directory unit || true; fi; \
		sleep 1; \
	done

# BENCH='--only "one task" --rounds 3' measures a part and does not change docs/explanation/performance.md.
.PHONY: bench
bench: ## Measure the service beside pgbench, other servers and FastAPI; fifty minutes
	@tests/prerequisites.sh bench
	$(CARGO) build --release --locked
	$(CARGO) run --release --locked -p tasknook-bench -- $(BENCH)

# REF=<commit> prints those of another commit; TIMES=1 adds build times, which take minutes.
.PHONY: stats
stats: ## Print statistics about the code: sizes, modules, comments, test names, documentation
	@REF="$(REF)" TIMES="$(TIMES)" tests/stats.sh

.PHONY: semver
semver: ## Compare the auth crate's public API with that of its last release
	@tests/prerequisites.sh semver
	@tests/semver.sh

CASES ?= 40000
SEED ?= 1
# The default ones also write the page crates/auth/docs/differences.md.
.PHONY: differential
differential: ## Compare the auth crate's verdicts on 40,000 tokens and key sets with those of PyJWT and jose
	@tests/differential/run.sh "$(CASES)" "$(SEED)"

# Inputs that a run finds are kept in found/, which git ignores; the next run reads them again.
.PHONY: fuzz
fuzz: ## Fuzz the token, key-set and header parsers of the auth crate, one minute each
	@tests/prerequisites.sh fuzz
	cd crates/auth/fuzz && mkdir -p $(FUZZ_TARGETS:%=found/%)
	for target in $(FUZZ_TARGETS); do (cd crates/auth/fuzz && RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run $$target \
		found/$$target corpus/$$target -- -dict=dict -max_total_time=60) || exit; done

.PHONY: release
release: ## Build the stripped release binary, target/release/tasknook
	$(CARGO) build --release --locked $(ENGINES)

.PHONY: client
client: ## Build the npm package tasknook-client in target
	@tests/prerequisites.sh client
	@mkdir -p target
	@npm pack ./tests/frontend/client --pack-destination target --silent | sed "s,^,target/,"

# The binary of `make release`, with what it generates. PREBUILT=yes takes the one that is in target/release.
.PHONY: package
package: ## Build the Debian package in target/debian
	@tests/prerequisites.sh package
	@$(if $(PREBUILT),,$(MAKE) --no-print-directory release)
	rm -rf target/package/files && mkdir -p target/package/files
	target/release/tasknook man target/package/files/man
	target/release/tasknook completions bash >target/package/files/tasknook.bash
	target/release/tasknook completions zsh >target/package/files/_tasknook
	target/release/tasknook completions fish >target/package/files/tasknook.fish
	$(CARGO) deb --no-build --no-strip --locked -p tasknook

# As root. The image leaves its binary in target/release, which goes into the package.
.PHONY: package-test
package-test: ## Execute the Dockerfile without an engine; build and install the Debian package; takes minutes
	@tests/prerequisites.sh package
	python3 tests/packaging/image.py
	$(MAKE) --no-print-directory package PREBUILT=yes
	python3 tests/packaging/debian.py

.PHONY: sbom
sbom: ## List the crates in the binary with licences, as CycloneDX: target/package/sbom.cdx.json
	@mkdir -p target/package
	python3 tests/packaging/sbom.py >target/package/sbom.cdx.json

# RustSec's database: git clone https://github.com/rustsec/advisory-db
ADVISORIES ?= $(or $(CARGO_HOME),$(HOME)/.cargo)/advisory-dbs
.PHONY: audit
audit: ## Compare the dependencies with a local copy of the RustSec database
	@if [ -n "$$(ls -A $(ADVISORIES) 2>/dev/null)" ]; then \
		cargo-deny --all-features check --disable-fetch advisories; \
	else \
		echo "No check: there is no copy of the RustSec database in $(ADVISORIES)"; \
	fi

.PHONY: clean
clean: ## Remove build output
	$(CARGO) clean
