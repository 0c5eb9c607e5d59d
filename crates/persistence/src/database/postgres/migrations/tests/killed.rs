//! A process that is killed during a migration: the test binary starts itself again.

use std::env;
use std::process::{Command, Stdio};

use super::*;

/// The variable that names the database to the process.
const DATABASE: &str = "TASKNOOK_MIGRATION_TEST_DATABASE";

fn scripts() -> [Script; 2] {
    [
        script(1, "create table t (a int); create table pace (seconds int); insert into pace values (3600)"),
        script(2, "insert into t values (1); select pg_sleep((select seconds from pace))"),
    ]
}

#[test]
#[ignore = "the process that the next test starts and kills"]
fn child_process_entry_point() {
    let Some(url) = env::var_os(DATABASE) else { panic!("this is a process that another test starts") };
    drop(backend(url.to_str().unwrap()).run_pending(&scripts(), &options()));
}

#[test]
fn killed_migrations_are_run_by_the_next_process() {
    let url = Server::shared().create_database();
    let mut process = Command::new(env::current_exe().unwrap())
        .args([
            "database::postgres::migrations::tests::killed::child_process_entry_point",
            "--exact",
            "--ignored",
        ])
        .env(DATABASE, &url)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let sleeping = "select count(*) from pg_stat_activity where datname = current_database() \
                    and wait_event = 'PgSleep'";
    await_value(&url, sleeping, "1");
    process.kill().unwrap();
    process.wait().unwrap();
    execute(&url, "update pace set seconds = 0");
    assert_eq!(backend(&url).run_pending(&scripts(), &options()).unwrap(), [scripts()[1].name.clone()]);
    assert_eq!(Server::shared().query(&url, "select count(*) from t"), "1");
    await_value(&url, sleeping, "0");
}
