//! Migrations that wait for a lock, and a server that does not respond.

use std::sync::atomic::{AtomicBool, Ordering};

use tasknook_tests::SetOnDrop;

use super::*;

/// What a reader waits at most: 300 ms for the migration to give way, and as long for the migration itself, which takes
/// some milliseconds. The server measures it, so that a busy machine does not count.
const READER: &str = "set lock_timeout = '500ms'";

const WAITING: &str = "select count(*) from pg_locks where relation = 't'::regclass and mode = 'AccessExclusiveLock' and not granted";

/// Runs a migration that adds a column while one transaction reads the table, as `pg_dump` does, until the migration
/// has waited `rounds` times; returns the results of the migration and of other readers.
fn beside_a_long_reader(
    lock_timeout: Duration,
    rounds: usize,
) -> (Result<Vec<String>, MigrateError>, QueryResult<u64>) {
    let url = Server::shared().create_database();
    execute(&url, "create table t (a int); insert into t values (1)");
    let mut holder = connect(&url);
    holder.batch_execute("begin; select from t").unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let migrated = SetOnDrop(&is_over);
        let reader = scope.spawn(|| -> QueryResult<u64> {
            let mut connection = connect(&url);
            connection.batch_execute(READER)?;
            let mut reads = 0;
            while !is_over.load(Ordering::Relaxed) {
                connection.batch_execute("select from t")?;
                reads += 1;
            }
            Ok(reads)
        });
        let options = MigrationOptions { lock_timeout, ..options() };
        let migration = scope.spawn({
            let url = &url;
            move || backend(url).run_pending(&[script(1, "alter table t add column b int")], &options)
        });
        for _ in 0..rounds {
            await_value(&url, WAITING, "1");
            await_value(&url, WAITING, "0");
        }
        assert!(!migration.is_finished());
        holder.batch_execute("commit").unwrap();
        let result = migration.join().unwrap();
        drop(migrated);
        (result, reader.join().unwrap())
    })
}

#[test]
fn waiting_migrations_block_readers_briefly() {
    let (migrated, reads) = beside_a_long_reader(MigrationOptions::default().lock_timeout, 3);
    assert_eq!(migrated.unwrap(), ["2030-01-01-000001_test"]);
    assert!(reads.unwrap() > 0);
}

#[test]
fn migrations_with_a_long_lock_timeout_block_readers() {
    let (migrated, reads) = beside_a_long_reader(Duration::from_secs(3), 1);
    assert!(migrated.is_ok());
    assert!(reads.unwrap_err().to_string().contains("lock timeout"));
}

#[test]
fn lock_waits_of_migrations_end_at_the_deadline() {
    let url = Server::shared().create_database();
    execute(&url, "create table t ()");
    let mut holder = connect(&url);
    holder.batch_execute("begin; select from t").unwrap();
    let options = MigrationOptions { deadline: Duration::from_secs(1), ..options() };
    let scripts = [script(1, "create table u ()"), script(2, "alter table t add column b int")];
    let error = backend(&url).run_pending(&scripts, &options).unwrap_err();
    assert!(matches!(error, MigrateError::Locked(_)), "{error:?}");
    let versions = "select string_agg(version, ' ') from __diesel_schema_migrations";
    assert_eq!(Server::shared().query(&url, versions), scripts[0].version);
}

#[test]
fn migrations_fail_on_a_frozen_server() {
    let server = Server::start();
    let url = server.create_database();
    let options = MigrationOptions { response_timeout: Duration::from_secs(1), ..options() };
    let backend = backend(&url);
    let mut idle = Bounded::open(&backend.server, options.response_timeout).unwrap();
    thread::scope(|scope| {
        let migrate = || backend.run_pending(&[script(1, "select pg_sleep(3600)")], &options);
        let migration = scope.spawn(migrate);
        let sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'";
        let reached = || (server.query(&url, sleeping) == "1").then_some(());
        assert!(eventually(SOON, reached).is_some());
        server.freeze();
        let asked = read_applied(&mut idle).unwrap_err();
        assert!(matches!(asked, MigrateError::NotResponding), "{asked:?}");
        let error = migration.join().unwrap().unwrap_err();
        assert!(matches!(error, MigrateError::NotResponding), "{error:?}");
        let error = backend.read_applied(&options).unwrap_err();
        assert!(matches!(error, MigrateError::Unreachable(_) | MigrateError::NotResponding), "{error:?}");
        server.thaw();
    });
}

#[test]
fn long_migrations_are_not_interrupted() {
    let url = Server::shared().create_database();
    let options = MigrationOptions { response_timeout: Duration::from_secs(1), ..options() };
    let script = script(1, "select pg_sleep(6)");
    assert_eq!(backend(&url).run_pending(&[script], &options).unwrap().len(), 1);
}
