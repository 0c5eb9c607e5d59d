# Each target is what its name says; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CARGO ?= cargo

# Without libpq on the machine the service is built for SQLite alone, which needs nothing.
LIBPQ := $(shell { pg_config --includedir || pkg-config --exists libpq; } >/dev/null 2>&1 && echo yes)
ENGINES := $(if $(LIBPQ),,--no-default-features --features sqlite)

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: ## Build and start the service on SQLite under ./data, with a development secret
	@$(if $(LIBPQ),,echo "libpq is not here: building for SQLite alone (apt-get install libpq-dev adds PostgreSQL)")
	$(CARGO) run $(ENGINES) -- --config config/development.toml serve

.PHONY: check
check: ## Format, lints, documentation, dependencies: what every commit passes
	@tests/prerequisites.sh check
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy -p tasknook --no-default-features --features sqlite -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
	cargo-deny --all-features check bans licenses sources

.PHONY: test
test: ## Install what the tests need, and run every test there is
	@tests/prerequisites.sh test
	$(CARGO) build --workspace --bins
	$(CARGO) test --workspace

.PHONY: release
release: ## Build the stripped release binary, target/release/tasknook
	$(CARGO) build --release --locked $(ENGINES)

.PHONY: clean
clean: ## Remove what was built
	$(CARGO) clean
