//! Migrations outside a transaction.

use super::*;

const INDEX: &str =
    "drop index concurrently if exists t_a;\ncreate unique index concurrently t_a on t (a);\n";

const VALID: &str =
    "select coalesce((select indisvalid::text from pg_index where indexrelid = to_regclass('t_a')), 'none')";

#[test]
fn invalid_indexes_are_rebuilt_on_retry() {
    let url = Server::shared().create_database();
    let scripts = [script(1, "create table t (a int); insert into t values (1), (1)"), outside(2, INDEX)];
    let error = backend(&url).run_pending(&scripts, &options()).unwrap_err();
    let MigrateError::Failed(source) = error else { panic!("{error:?}") };
    assert!(source.to_string().starts_with("2030-01-01-000002_test: "), "{source}");
    assert_eq!(Server::shared().query(&url, VALID), "false");
    execute(&url, "delete from t");
    assert_eq!(backend(&url).run_pending(&scripts, &options()).unwrap(), [scripts[1].name.clone()]);
    assert_eq!(Server::shared().query(&url, VALID), "true");
}

#[test]
fn indexes_are_built_while_readers_and_replicas_run() {
    let url = Server::shared().create_database();
    execute(&url, "create table t (a int)");
    // The build waits for this one; it has a snapshot as pg_dump has.
    let mut reader = connect(&url);
    reader.batch_execute("begin isolation level repeatable read; select from t").unwrap();
    let scripts = [outside(1, INDEX)];
    let migrate = || backend(&url).run_pending(&scripts, &options()).unwrap();
    let ran: Vec<Vec<String>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(migrate)).collect();
        let waiting = "select count(*) > 0 from pg_locks where locktype = 'virtualxid' and not granted";
        await_value(&url, waiting, "t");
        // Others do not wait meanwhile: this writes and reads.
        execute(&url, "set lock_timeout = '500ms'; insert into t values (1); select from t");
        reader.batch_execute("commit").unwrap();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ran.concat(), [scripts[0].name.clone()]);
    assert_eq!(Server::shared().query(&url, VALID), "true");
}

#[test]
fn failed_migrations_keep_earlier_ones() {
    let url = Server::shared().create_database();
    let scripts = [script(1, "create table t ()"), script(2, "create table u (); select no_such_column")];
    assert!(matches!(backend(&url).run_pending(&scripts, &options()), Err(MigrateError::Failed(_))));
    let left = "select to_regclass('t') is not null, to_regclass('u') is null";
    assert_eq!(Server::shared().query(&url, left), "t|t");
    assert_eq!(backend(&url).read_applied(&options()).unwrap(), [scripts[0].version.clone()]);
}
