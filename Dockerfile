# The service: built with the Rust of `rust-version`, run as a user without rights on a root file system that may be
# read-only. Without DATABASE_URL, the database is the SQLite file data/tasknook.db in the volume.

FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY crates crates
COPY migrations migrations
COPY config config
# Members of the workspace, which are not built here.
COPY tests/Cargo.toml tests/Cargo.toml
COPY tests/src tests/src
COPY tests/end_to_end tests/end_to_end
COPY tests/allocations tests/allocations
COPY tests/bench/Cargo.toml tests/bench/Cargo.toml
COPY tests/bench/src tests/bench/src
# The caches keep the crates and their build between builds of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target cargo build --release --locked --package tasknook && cp target/release/tasknook /usr/local/bin/tasknook

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libpq5 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/tasknook --shell /usr/sbin/nologin tasknook && install -d -o tasknook -g tasknook -m 0750 /var/lib/tasknook
COPY --from=build /usr/local/bin/tasknook /usr/local/bin/tasknook
COPY LICENSE-APACHE LICENSE-MIT /usr/share/doc/tasknook/
ENV TASKNOOK_SERVER__HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/tasknook
VOLUME /var/lib/tasknook
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["tasknook", "healthcheck"]
ENTRYPOINT ["tasknook"]
CMD ["serve"]
