//! The same schema past one table: parted by the hash of the owner, as it is on many machines.

use std::fmt::Write;
use std::fs;
use std::path::Path;
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

use crate::crowd::{self, patient};
use crate::crowds::{had_no_deadlock, kept};
use crate::options;

pub(crate) const PARTITIONS: usize = 16;

/// A database whose tables are parted.
pub(crate) fn parted() -> String {
    let url = Postgres::shared().create_database();
    let mut connection = PgConnection::establish(&url).unwrap();
    let ran = MigrationHarness::<Pg>::applied_migrations(&mut connection).unwrap();
    assert!(ran.is_empty(), "{}", ran.len());
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/postgres");
    let mut folders: Vec<_> = fs::read_dir(tree).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let up = fs::read_to_string(folder.join("up.sql")).unwrap();
        let name = folder.file_name().unwrap().to_str().unwrap();
        let version: String = name.split('_').next().unwrap().chars().filter(char::is_ascii_digit).collect();
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
    let mut parted = String::new();
    let mut table = None;
    for line in up.lines() {
        if let Some(name) = line.strip_prefix("create table ") {
            table = Some(name.trim_end_matches(" ("));
        }
        let Some(name) = table.filter(|_| line == ");") else {
            writeln!(parted, "{line}").unwrap();
            continue;
        };
        writeln!(parted, ") partition by hash (owner_id);").unwrap();
        for number in 0..PARTITIONS {
            let values = format!("with (modulus {PARTITIONS}, remainder {number})");
            writeln!(parted, "create table {name}_p{number} partition of {name} for values {values};")
                .unwrap();
        }
        table = None;
    }
    parted
}

fn repository() -> Arc<dyn TaskRepository> {
    static SHARED: OnceLock<Database> = OnceLock::new();
    SHARED.get_or_init(|| Database::open(&options(&parted())).unwrap()).tasks()
}

domain::repository_contract!(repository());

#[test]
fn the_schema_is_the_migrations_and_its_tables_are_parted() {
    let url = parted();
    let database = Database::open(&options(&url)).unwrap();
    assert_eq!(database.migrate().unwrap(), Vec::<String>::new());
    block_on(database.readiness().check()).unwrap();
    let partitions = "select string_agg(n::text, ',') from (select count(*) as n from pg_inherits \
                      join pg_class on pg_class.oid = inhrelid where relkind = 'r' group by inhparent) as parted";
    let counts = Postgres::shared().query(&url, partitions);
    assert_eq!(counts, format!("{PARTITIONS},{PARTITIONS},{PARTITIONS}"));
}

#[test]
fn whatever_many_callers_are_answered_has_an_order_that_explains_it() {
    let url = parted();
    let database = Database::open(&patient(&url)).unwrap();
    crowd::check(&*database.tasks(), || kept(&url));
    had_no_deadlock(&url);
}
