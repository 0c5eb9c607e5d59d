//! Concurrent migrations, and read-only databases.

use super::*;

const REPLICAS: usize = 4;

/// Each notes that it ran; the index is built outside a transaction while the other replicas wait for their turn.
fn scripts() -> Vec<Script> {
    vec![
        script(1, "create table t (a int); create table ran (number int); insert into ran values (1)"),
        script(2, "insert into ran values (2); select pg_sleep(0.2)"),
        outside(
            3,
            "drop index concurrently if exists t_a; create index concurrently t_a on t (a); insert into ran values (3)",
        ),
        script(4, "insert into ran values (4)"),
    ]
}

fn migrate_together(url: &str, options: &DatabaseOptions) {
    let scripts = scripts();
    let ran: Vec<String> = thread::scope(|scope| {
        let migrate =
            || Postgres::new(&options.url, options).run_pending(&scripts, &super::options()).unwrap();
        let threads: Vec<_> = (0..REPLICAS).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ran.len(), scripts.len(), "{ran:?}");
    let numbers = "select string_agg(number::text, ' ') from ran";
    assert_eq!(Server::shared().query(url, numbers), "1 2 3 4");
}

#[test]
fn replicas_run_each_migration_once() {
    let url = Server::shared().create_database();
    migrate_together(&url, &DatabaseOptions { url: url.clone(), ..DatabaseOptions::default() });
}

#[test]
fn replicas_behind_a_pooler_run_each_migration_once() {
    let url = Server::shared().create_database();
    // Fewer connections than the replicas ask for.
    let pooler = Server::shared().pool(3);
    let through =
        DatabaseOptions { url: pooler.url(&url), transaction_pooler: true, ..DatabaseOptions::default() };
    migrate_together(&url, &through);
    let held = "select count(*) from pg_locks where locktype = 'advisory'";
    await_value(&url, held, "0");
}

#[test]
fn the_migration_lock_is_awaited_until_the_deadline() {
    let url = Server::shared().create_database();
    let backend = backend(&url);
    let mut first = MigrationLock::acquire(&backend.server, &options()).unwrap();
    let impatient = MigrationOptions { deadline: Duration::from_millis(300), ..options() };
    let error = backend.run_pending(&scripts(), &impatient).unwrap_err();
    assert!(matches!(error, MigrateError::Locked(_)), "{error:?}");
    first.check().unwrap();
    first.release();
    assert_eq!(backend.run_pending(&scripts(), &options()).unwrap().len(), 4);
}

#[test]
fn nothing_pending_needs_no_write_and_no_lock() {
    let url = Server::shared().create_database();
    assert_eq!(backend(&url).run_pending(&scripts(), &options()).unwrap().len(), 4);
    let name = url.rsplit('/').next().unwrap();
    execute(&url, &format!("alter database {name} set default_transaction_read_only = on"));
    // Any request for the lock, or for one on a table, would wait.
    let backend = backend(&url);
    let _lock = MigrationLock::acquire(&backend.server, &options()).unwrap();
    assert_eq!(backend.run_pending(&scripts(), &options()).unwrap(), Vec::<String>::new());
    let mut more = scripts();
    more.push(script(5, "create table u ()"));
    let impatient = MigrationOptions { deadline: Duration::ZERO, ..options() };
    assert!(backend.run_pending(&more, &impatient).is_err());
}
