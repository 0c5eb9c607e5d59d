//! The schema with tables partitioned by the hash of the owner.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::{Connection, PgConnection};
use diesel_migrations::MigrationHarness;
use domain::TaskRepository;
use persistence::Database;
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::concurrency::{had_no_deadlock, stored};
use crate::options;
use crate::workload;

pub(crate) const PARTITIONS: usize = 16;

/// The versions and the statements of the migrations, in their order.
pub(crate) fn migrations() -> Vec<(String, String)> {
    let tree = repository_root().join("migrations/postgres");
    let mut folders: Vec<_> = fs::read_dir(tree).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let read = |folder: PathBuf| {
        let name = folder.file_name().unwrap().to_str().unwrap();
        (version(name), fs::read_to_string(folder.join("up.sql")).unwrap())
    };
    folders.into_iter().map(read).collect()
}

pub(crate) fn version(name: &str) -> String {
    name.split('_').next().unwrap().chars().filter(char::is_ascii_digit).collect()
}

fn repository_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A database with the table of the migrations that ran.
fn empty() -> (String, PgConnection) {
    let url = Postgres::shared().create_database();
    let mut connection = PgConnection::establish(&url).unwrap();
    let ran = MigrationHarness::<Pg>::applied_migrations(&mut connection).unwrap();
    assert!(ran.is_empty(), "{}", ran.len());
    (url, connection)
}

/// A database whose tables are partitioned.
pub(crate) fn partitioned() -> String {
    let (url, mut connection) = empty();
    for (version, up) in migrations() {
        // A partitioned table takes no index without a lock, and it is empty here.
        let up = with_partitions(&up).replace(" concurrently", "");
        connection.batch_execute(&up).unwrap();
        let run = format!("insert into __diesel_schema_migrations (version) values ('{version}')");
        connection.batch_execute(&run).unwrap();
    }
    url
}

/// A migration whose tables have partitions, and are the same for the rest.
fn with_partitions(up: &str) -> String {
    let mut partitioned = String::new();
    let mut table = None;
    for line in up.lines() {
        if let Some(name) = line.strip_prefix("create table ") {
            table = Some(name.trim_end_matches(" ("));
        }
        let Some(name) = table.filter(|_| line == ");") else {
            writeln!(partitioned, "{line}").unwrap();
            continue;
        };
        writeln!(partitioned, ") partition by hash (owner_id);").unwrap();
        for number in 0..PARTITIONS {
            let values = format!("with (modulus {PARTITIONS}, remainder {number})");
            writeln!(partitioned, "create table {name}_p{number} partition of {name} for values {values};")
                .unwrap();
        }
        table = None;
    }
    partitioned
}

fn repository() -> Arc<dyn TaskRepository> {
    static SHARED: OnceLock<Database> = OnceLock::new();
    SHARED.get_or_init(|| Database::open(&options(&partitioned())).unwrap()).tasks()
}

domain::repository_contract!(repository());

#[test]
fn partitioned_tables_have_the_migrated_schema() {
    let url = partitioned();
    let database = Database::open(&options(&url)).unwrap();
    assert_eq!(database.migrate().unwrap(), Vec::<String>::new());
    block_on(database.readiness().check()).unwrap();
    let partitions = "select string_agg(n::text, ',') from (select count(*) as n from pg_inherits \
                      join pg_class on pg_class.oid = inhrelid where relkind = 'r' group by inhparent) as partitioned";
    let counts = Postgres::shared().query(&url, partitions);
    // Tasks, owners, tombstones, the keys of requests, and lists.
    assert_eq!(counts, [PARTITIONS; 5].map(|number| number.to_string()).join(","));
}

#[test]
fn a_partitioned_database_of_0_1_0_is_upgraded_as_documented() {
    let (url, mut connection) = empty();
    let migrations = migrations();
    let guide = fs::read_to_string(repository_root().join("docs/operations/scaling.md")).unwrap();
    let by_hand = guide.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
    let mut run = |statement: &str| connection.batch_execute(statement).unwrap();
    run(&with_partitions(&migrations[0].1));
    run("insert into __diesel_schema_migrations (version) values ('20261121000001')");
    run(&with_partitions(&migrations[1].1));
    for statement in by_hand.split_inclusive(";\n") {
        let times = if statement.contains("tasks_p0") { PARTITIONS } else { 1 };
        (0..times).for_each(|number| run(&statement.replace("tasks_p0", &format!("tasks_p{number}"))));
    }
    let database = Database::open(&options(&url)).unwrap();
    let run: Vec<String> = database.migrate().unwrap().iter().map(|name| version(name)).collect();
    let is_left = |version: &&String| *version != "20261121000001" && !by_hand.contains(version.as_str());
    assert_eq!(
        run,
        migrations.iter().map(|(version, _)| version).filter(is_left).cloned().collect::<Vec<_>>()
    );
    block_on(database.readiness().check()).unwrap();
    let valid = "select indisvalid from pg_index where indexrelid = 'tasks_deleted'::regclass";
    assert_eq!(Postgres::shared().query(&url, valid), "t");
}

#[test]
fn concurrent_histories_are_linearizable() {
    let url = partitioned();
    let database = Database::open(&workload::options(&url)).unwrap();
    workload::check(&*database.tasks(), || stored(&url));
    had_no_deadlock(&url);
}
