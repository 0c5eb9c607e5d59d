//! The machine and the versions behind the results.

use std::fs;
use std::path::Path;
use std::process::Command;

use diesel::{Connection, RunQueryDsl, SqliteConnection, dsl::sql, select, sql_types::Text};

use crate::context::{self, Context};

pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// Cores and memory.
pub(crate) fn line() -> String {
    let about = fs::read_to_string("/proc/meminfo").unwrap();
    let total = about.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap();
    let kib: u64 = total.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap();
    format!("{} cores, {} GiB of memory", cores(), (kib + (1 << 19)) >> 20)
}

/// The versions of everything that is measured or measures.
pub(crate) fn versions(context: &Context) -> String {
    let postgres = context.postgres().query(&context.postgres().create_database(), "show server_version");
    let postgres = postgres.split_whitespace().next().unwrap_or_default().to_owned();
    let mut sqlite = SqliteConnection::establish(":memory:").unwrap();
    let sqlite: String = select(sql::<Text>("sqlite_version()")).get_result(&mut sqlite).unwrap();
    let python = first_line(Command::new(context::python("python")).arg("--version"));
    let wrk = first_line(Command::new("wrk").arg("-v"));
    let wrk = wrk.split_whitespace().nth(1).unwrap_or_default();
    let (crates, packages) = (crates().join(", "), packages().join(", "));
    format!("PostgreSQL {postgres}, SQLite {sqlite}, {crates}, {python}, {packages}, wrk {wrk}")
}

/// The libraries of the server on axum.
fn crates() -> Vec<String> {
    let locked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
    let locked = fs::read_to_string(locked).unwrap();
    let version = |name: &str| {
        let entry = locked.split_once(&format!("name = \"{name}\"\nversion = \""));
        let version = entry.and_then(|(_, rest)| rest.split('"').next());
        format!("{name} {}", version.unwrap_or("?"))
    };
    ["axum", "tokio-postgres"].map(version).to_vec()
}

/// The pinned packages of the FastAPI implementation.
fn packages() -> Vec<String> {
    let pinned = fs::read_to_string(context::fastapi().join("requirements.txt")).unwrap();
    let named = ["fastapi", "sqlmodel", "SQLAlchemy", "psycopg", "pydantic", "PyJWT", "uvicorn"];
    let version = |name: &str| {
        let line = pinned.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("=="));
        format!("{name} {}", line.unwrap_or("?"))
    };
    named.into_iter().map(version).collect()
}

fn first_line(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not run: {error}"));
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
}
