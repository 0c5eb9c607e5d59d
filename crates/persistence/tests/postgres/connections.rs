//! Connections that hang, are slow, or reach a read-only server.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{slice, thread};

use domain::{
    Change, Completion, ListQuery, NewTask, Owner, Precondition, RepositoryError, Task, TaskId, Timestamp,
    Title,
};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::{Postgres, eventually, signal};
use uuid::Uuid;

use crate::{create, migrated, options};

/// For what takes some seconds: a machine with much to do gets more before a test fails.
const RECOVERY: Duration = Duration::from_secs(30);

/// A way to the server whose packets take their time.
struct SlowNetwork {
    port: u16,
    round_trip: Arc<AtomicU64>,
}

impl SlowNetwork {
    fn to(address: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let round_trip = Arc::new(AtomicU64::new(0));
        let half = Arc::clone(&round_trip);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&address) else { continue };
                carry(client.try_clone().unwrap(), server.try_clone().unwrap(), &half);
                carry(server, client, &half);
            }
        });
        Self { port, round_trip }
    }

    fn url(&self, of_server: &str) -> String {
        let (start, rest) = of_server.split_once('@').unwrap();
        let (_, path) = rest.split_once('/').unwrap();
        format!("{start}@127.0.0.1:{}/{path}", self.port)
    }

    fn slow_down(&self, round_trip: Duration) {
        self.round_trip.store(u64::try_from(round_trip.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, round_trip: &Arc<AtomicU64>) {
    let round_trip = Arc::clone(round_trip);
    to.set_nodelay(true).unwrap();
    thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length) = from.read(&mut buffer) {
            thread::sleep(Duration::from_millis(round_trip.load(Ordering::SeqCst) / 2));
            if length == 0 || to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        // The other side learns that this one has ended.
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}

#[test]
fn requests_are_served_over_a_slow_network() {
    let server = Postgres::shared();
    let url = server.create_database();
    let network = SlowNetwork::to(server.address());
    migrated(&url);
    let database = Database::open(&options(&network.url(&url))).unwrap();
    let (repository, owner) = (database.tasks(), Owner::for_test("distant"));
    let task = create(&*repository, &owner, 1);
    let get = || block_on(repository.get(&owner, task.id)).map(|task| vec![task]);
    let small = || ListQuery { limit: 50, ..ListQuery::default() };
    let list = || block_on(repository.list(&owner, small())).map(|page| page.tasks);
    let reads: [&dyn Fn() -> Result<Vec<Task>, RepositoryError>; 2] = [&get, &list];
    assert!(reads.iter().all(|read| read().is_ok()));
    network.slow_down(Duration::from_millis(1_200));
    for read in reads.iter().cycle().take(6) {
        let begun = Instant::now();
        assert_eq!(read().unwrap(), slice::from_ref(&task));
        assert!(begun.elapsed() < Duration::from_secs(3), "after {:?}", begun.elapsed());
    }
    // A write of an owner who was written by this worker is a store; a change is a load and a store.
    let begun = Instant::now();
    create(&*repository, &owner, 2);
    let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
    block_on(repository.update(&owner, task.id, change, Precondition::default(), task.created_at)).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(8), "after {:?}", begun.elapsed());
    // New connections can be made as well.
    let new = Database::open(&options(&network.url(&url))).unwrap().tasks();
    assert!(eventually(RECOVERY, || block_on(new.get(&owner, task.id)).ok()).is_some());
}

/// The processes of the server that serve this database's pool.
fn backends(server: &Postgres, url: &str) -> Vec<u32> {
    let statement = "select pid from pg_stat_activity \
                     where datname = current_database() and application_name = 'tasknook'";
    server.query(url, statement).lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn workers_with_hanging_connections_are_replaced() {
    let server = Postgres::start();
    let url = server.create_database();
    migrated(&url);
    let (statement_timeout, max_connections) = (Duration::from_millis(500), 6);
    let options = DatabaseOptions { statement_timeout, max_connections, ..options(&url) };
    let database = Database::open(&options).unwrap();
    let (repository, owner) = (database.tasks(), Owner::for_test("without_timeouts"));
    let task = create(&*repository, &owner, 1);
    for round in 1..=3 {
        let list = || block_on(repository.list(&owner, ListQuery::default()));
        list().unwrap();
        let frozen = backends(&server, &url);
        for id in &frozen {
            signal(*id, "STOP");
        }
        assert!(eventually(RECOVERY, || block_on(repository.get(&owner, task.id)).ok()).is_some());
        assert!(eventually(RECOVERY, || list().ok()).is_some());
        assert!(eventually(RECOVERY, || block_on(database.readiness().check()).ok()).is_some());
        create(&*repository, &owner, 1 + round);
        // Frozen processes are still there; they are as many as the pool, and as many are there for them.
        assert!(backends(&server, &url).len() <= 2 * max_connections as usize);
        for id in &frozen {
            signal(*id, "CONT");
        }
        let ended = || frozen.iter().all(|id| !backends(&server, &url).contains(id)).then_some(());
        assert!(eventually(RECOVERY, ended).is_some());
    }
}

#[test]
fn several_hanging_connections_are_replaced() {
    let server = Postgres::start();
    let url = server.create_database();
    migrated(&url);
    let (statement_timeout, max_connections) = (Duration::from_millis(500), 6);
    let options = DatabaseOptions { statement_timeout, max_connections, ..options(&url) };
    let repository = Database::open(&options).unwrap().tasks();
    let owner = Owner::for_test("without_timeouts");
    let task = create(&*repository, &owner, 1);
    let mut frozen: Vec<u32> = Vec::new();
    for _ in 1..=3 {
        let get = || block_on(repository.get(&owner, task.id)).ok();
        assert!(eventually(RECOVERY, get).is_some(), "beside {frozen:?}");
        let in_use = backends(&server, &url).into_iter().filter(|id| !frozen.contains(id));
        let in_use: Vec<u32> = in_use.collect();
        assert!(!in_use.is_empty());
        for id in &in_use {
            signal(*id, "STOP");
        }
        frozen.extend(in_use);
        assert!(frozen.len() <= max_connections as usize, "{frozen:?}");
    }
    for id in frozen {
        signal(id, "CONT");
    }
}

#[test]
fn connections_to_read_only_servers_are_discarded() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (start, name) = url.rsplit_once('/').unwrap();
    let other = format!("{start}/postgres");
    migrated(&url);
    // It is for new connections: those of before stay as they are, as those to a fenced server do.
    let read_only = |value| {
        let _ = server
            .query(&other, &format!("alter database {name} set default_transaction_read_only = {value}"));
    };
    read_only("on");
    let database = Database::open(&options(&url)).unwrap();
    let (repository, owner) = (database.tasks(), Owner::for_test("fenced"));
    let error = block_on(database.readiness().check()).unwrap_err();
    assert!(matches!(error, RepositoryError::Unavailable(_)), "{error:?}");
    assert!(format!("{error:?}").contains("transaction_read_only"), "{error:?}");
    let query = || block_on(repository.list(&owner, ListQuery::default()));
    query().unwrap();
    let at = Timestamp::from_unix_millis(0).unwrap();
    let new = |number| {
        let (id, title) = (TaskId::new(Uuid::from_u128(number)), Title::from_stored("title".into()));
        NewTask::new(id, title)
    };
    let error = block_on(repository.create(&owner, new(1), at)).unwrap_err();
    assert!(matches!(error, RepositoryError::Unavailable(_)), "{error:?}");

    read_only("off");
    assert!(eventually(RECOVERY, || block_on(repository.create(&owner, new(1), at)).ok()).is_some());
    // Of the others none is used any more.
    block_on(database.readiness().check()).unwrap();
    for number in 2..10 {
        block_on(repository.create(&owner, new(number), at)).unwrap();
        query().unwrap();
    }
}
