//! The servers that the shards are on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, RunQueryDsl, select};
use domain::{Command, NewTask, Outcome, Owner, RepositoryError, TaskId, TaskRepository, Timestamp, Title};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::{SetOnDrop, eventually};
use uuid::Uuid;

use super::{distributed, on_citus, schema};
use crate::{create, migrated, options};

/// The number of workers where the service with this application name has sessions of its own.
fn workers_in_use(url: &str, name: &str) -> i64 {
    let mut connection = PgConnection::establish(url).unwrap();
    let sessions = format!("select count(*) from pg_stat_activity where application_name = ''{name}''");
    let used = format!(
        "(select count(*) from run_command_on_workers('{sessions}') where success and cast(result as integer) > 0)"
    );
    select(sql::<BigInt>(&used)).get_result(&mut connection).unwrap()
}

#[test]
fn owners_are_served_by_their_servers() {
    let url = or_return!(distributed("served_by"));
    for connect_to_workers in [true, false] {
        let name = format!("served_by_{connect_to_workers}");
        let url = format!("{url}&application_name={name}");
        let options = DatabaseOptions { connect_to_workers, ..on_citus(options(&url)) };
        let tasks = Database::open(&options).unwrap().tasks();
        let owners: Vec<Owner> = (0..40).map(|number| Owner::for_test(&format!("{name} {number}"))).collect();
        let call = || {
            for owner in &owners {
                let task = create(&*tasks, owner, 1);
                assert_eq!(block_on(tasks.get(owner, task.id)).unwrap(), task);
                block_on(tasks.erase(owner)).unwrap();
            }
            (workers_in_use(&url, &name) > 1).then_some(())
        };
        // The first calls can come before the servers are known.
        let limit = Duration::from_secs(if connect_to_workers { 60 } else { 3 });
        assert_eq!(eventually(limit, call).is_some(), connect_to_workers);
    }
}

/// Some versions of Citus keep a copy of a plan with each execution.
#[test]
fn sessions_do_not_grow_with_each_statement() {
    let url = or_return!(distributed("grows"));
    let options = on_citus(options(&format!("{url}&application_name=grows")));
    let tasks = Database::open(&options).unwrap().tasks();
    let owner = Owner::for_test("one");
    let task = create(&*tasks, &owner, 1);
    let read = || (0..1_000).for_each(|_| drop(block_on(tasks.get(&owner, task.id)).unwrap()));
    let served = || {
        read();
        (workers_in_use(&url, "grows") > 0).then_some(())
    };
    assert!(eventually(Duration::from_mins(1), served).is_some());
    let before = largest_session(&url);
    (0..9).for_each(|_| read());
    let grown = largest_session(&url) - before;
    assert!(grown < 16 << 20, "{grown}");
}

/// The private memory of the largest session of that service on a worker, in bytes.
fn largest_session(url: &str) -> i64 {
    let mut connection = PgConnection::establish(url).unwrap();
    // Pages of data and stack.
    let pages = "(string_to_array(trim(pg_read_file(''/proc/'' || pid || ''/statm'')), '' ''))[6]";
    let largest = format!(
        "(select 4096 * max(cast(result as bigint)) from run_command_on_workers('
            select coalesce(max(cast({pages} as bigint)), 0) from pg_stat_activity
            where application_name = ''grows'''))"
    );
    select(sql::<BigInt>(&largest)).get_result(&mut connection).unwrap()
}

/// Writers of different services, one of which knows the coordinator only, while shards move to another server and back.
#[test]
fn shards_move_under_load() {
    // With another number of shards than the tables of other tests, which would move together with these.
    let url = or_return!(schema("moving").map(|url| url + "%20-ccitus.shard_count%3D8"));
    assert_eq!(migrated(&url).distribute().unwrap().len(), 5);
    let services = [true, true, false].map(|connect_to_workers| {
        let options = DatabaseOptions { connect_to_workers, ..on_citus(options(&url)) };
        Database::open(&options).unwrap().tasks()
    });
    let done = &AtomicBool::new(false);
    let stored: usize = thread::scope(|scope| {
        let _done = SetOnDrop(done);
        let writers = services.iter().enumerate().map(|(number, tasks)| {
            scope.spawn(move || {
                let mut stored = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let owner = Owner::for_test(&format!("{number} {}", stored.len() % 50));
                    let id = TaskId::new(Uuid::from_u128(stored.len() as u128));
                    let task = NewTask::new(id, Title::from_stored("title".into()));
                    eventually(Duration::from_mins(1), || match store(&**tasks, &owner, task.clone()) {
                        Ok(_) | Err(RepositoryError::AlreadyExists { .. }) => Some(()),
                        Err(
                            RepositoryError::Busy(_)
                            | RepositoryError::Unavailable(_)
                            | RepositoryError::OutcomeUnknown(_),
                        ) => None,
                        Err(other) => panic!("{other:?}"),
                    })
                    .expect("the move ends");
                    stored.push((owner, id));
                }
                stored
            })
        });
        let writers: Vec<_> = writers.collect();
        move_shards(&url, 4);
        done.store(true, Ordering::Relaxed);
        let stored = writers.into_iter().flat_map(|writer| writer.join().unwrap());
        let present = |(owner, id)| block_on(services[0].get(&owner, id)).is_ok_and(|task| task.id == id);
        stored.map(|stored| assert!(present(stored), "nothing acknowledged is lost")).count()
    });
    assert!(stored > 100, "{stored}");
}

fn store(tasks: &dyn TaskRepository, owner: &Owner, task: NewTask) -> Result<Outcome, RepositoryError> {
    block_on(tasks.execute(owner, Command::Create(task), None, Timestamp::from_unix_millis(0).unwrap()))
}

/// Moves so many shards of the first worker to the second and back.
fn move_shards(url: &str, shards: usize) {
    let mut connection = PgConnection::establish(url).unwrap();
    let workers = "(select string_agg(format('%L, %s', nodename, nodeport), ';' order by nodeid)
        from pg_dist_node where shouldhaveshards)";
    let workers: String = select(sql::<Text>(workers)).get_result(&mut connection).unwrap();
    let (first, second) = workers.split_once(';').unwrap();
    let ids = format!(
        "(select string_agg(shardid::text, ' ') from pg_dist_shard join pg_dist_placement using (shardid)
            join pg_dist_node using (groupid)
        where logicalrelid = to_regclass('owners') and (nodename, nodeport) = ({first}))"
    );
    let ids: String = select(sql::<Text>(&ids)).get_result(&mut connection).unwrap();
    for shard in ids.split(' ').take(shards) {
        for (from, to) in [(first, second), (second, first)] {
            let step = format!("select citus_move_shard_placement({shard}, {from}, {to}, 'block_writes')");
            connection.batch_execute(&step).unwrap();
        }
    }
}
