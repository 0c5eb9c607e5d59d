//! Bounds of the allocations for each request. They do not depend on the speed of the machine, so CI finds what makes a
//! request allocate more.
//!
//! The numbers of allocations are one or two above those that every run had; a create on PostgreSQL varies by a few: its
//! notifications are collected in a table for some time, even while none can be sent. The bytes are 3 % above the highest
//! that were seen. If a change is worth more allocations, or saves some, set the bounds anew from what the test
//! prints: `cargo test --workspace --test bounds -- --nocapture`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that fails, fails here; the numbers are for the bounds"
)]

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use serde_json::{Value, json};
use tasknook_tests::{Environment, Postgres, RawConnection, Service, folder};

const SECRET: &str = "a-secret-of-the-allocation-tests-32-bytes";
const TASKS: &str = "/api/alice/tasks";
/// Fill the pools, the caches and the prepared statements.
const WARM_UP: u64 = 100;
const BATCH: u64 = 100;
/// What runs in the background allocates in some of the batches. The smallest has the requests alone.
const BATCHES: usize = 5;

/// Of one request, or of all.
#[derive(Clone, Copy)]
struct Cost {
    allocations: u64,
    bytes: u64,
}

const fn at_most(allocations: u64, bytes: u64) -> Cost {
    Cost { allocations, bytes }
}

/// A service whose allocations are counted, and one connection to it.
struct CountedService {
    _service: Service,
    socket: PathBuf,
    connection: RawConnection,
    authorization: String,
}

impl CountedService {
    /// As by default, but for the requests of one user per second and the cache of lists, and without the notifications to
    /// other processes: they
    /// are sent so many times a second, so a slower machine would count more of them for each request.
    fn start(database: &str, list_cache_bytes: &str) -> Self {
        let environment = Environment::new()
            .of(env!("CARGO_BIN_EXE_counting-service"))
            .with_default_limits()
            .set("TASKNOOK_LIMITS__REQUESTS_PER_SECOND", "1000000")
            .set("TASKNOOK_TASKS__LIST_CACHE_BYTES", list_cache_bytes)
            .set("BETTER_AUTH_SECRET", SECRET)
            .set("DATABASE_URL", database);
        let environment = if database.starts_with("postgres") {
            // Nothing listens there.
            environment.set("DATABASE_LISTEN_URL", "postgres://postgres@127.0.0.1:1/none")
        } else {
            environment
        };
        let authorization = format!("Bearer {}", environment.token("alice"));
        let socket = environment.folder().join("allocations");
        let service = environment.serve();
        let connection = RawConnection::open(service.address()).unwrap();
        Self { _service: service, socket, connection, authorization }
    }

    fn request(&self, method: &str, path: &str, body: &str) -> String {
        self.connection.request(method, path, &[("Authorization", &self.authorization)], body)
    }

    /// Sends the request and returns the body of the response.
    fn send(&mut self, request: &str, status: u16) -> Value {
        self.connection.send(request).unwrap();
        let response = self.connection.response().unwrap().unwrap();
        assert_eq!(response.status, status, "{}", String::from_utf8_lossy(&response.body));
        serde_json::from_slice(&response.body).unwrap()
    }

    fn total(&self) -> Cost {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        let mut count = || {
            let mut bytes = [0; 8];
            stream.read_exact(&mut bytes).unwrap();
            u64::from_le_bytes(bytes)
        };
        Cost { allocations: count(), bytes: count() }
    }

    /// The allocations for each such request, rounded.
    fn measure(&mut self, request: &str, status: u16) -> Cost {
        for _ in 0..WARM_UP {
            self.send(request, status);
        }
        let batches = (0..BATCHES).map(|_| {
            let before = self.total();
            for _ in 0..BATCH {
                self.send(request, status);
            }
            let after = self.total();
            let each = |before, after: u64| (after - before + BATCH / 2) / BATCH;
            Cost {
                allocations: each(before.allocations, after.allocations),
                bytes: each(before.bytes, after.bytes),
            }
        });
        let batches: Vec<Cost> = batches.collect();
        Cost {
            allocations: batches.iter().map(|cost| cost.allocations).min().unwrap(),
            bytes: batches.iter().map(|cost| cost.bytes).min().unwrap(),
        }
    }
}

/// What a request may allocate.
struct Bounds {
    one_task: Cost,
    /// One that is read.
    list_of_50: Cost,
    /// One that was sent before.
    same_list: Cost,
    create: Cost,
}

#[track_caller]
fn check(database: &str, bounds: &Bounds) {
    let mut service = CountedService::start(database, "0");
    let task =
        json!({"title": "Buy milk and bread on the way home", "description": "Two litres of the fresh one"});
    let create = service.request("POST", TASKS, &task.to_string());
    let tasks: Vec<Value> = (0..50).map(|_| service.send(&create, 201)).collect();
    let one_task = service.request("GET", &format!("{TASKS}/{}", tasks[0]["id"].as_str().unwrap()), "");
    let list_of_50 = service.request("GET", &format!("{TASKS}?limit=50"), "");
    assert_eq!(service.send(&list_of_50, 200).as_array().unwrap().len(), 50);
    let mut keeping = CountedService::start(database, "1000000");
    let measured = [
        ("one task", bounds.one_task, service.measure(&one_task, 200)),
        ("a list of 50", bounds.list_of_50, service.measure(&list_of_50, 200)),
        ("the same list again", bounds.same_list, keeping.measure(&list_of_50, 200)),
        ("a create", bounds.create, service.measure(&create, 201)),
    ];
    let describe = |(request, bound, measured): &(&str, Cost, Cost)| {
        format!(
            "{request}: {} allocations of {} bytes; at most {} of {}\n",
            measured.allocations, measured.bytes, bound.allocations, bound.bytes
        )
    };
    let exceeded = |(_, bound, measured): &(&str, Cost, Cost)| {
        measured.allocations > bound.allocations || measured.bytes > bound.bytes
    };
    let report: String = measured.iter().map(describe).collect();
    println!("{report}");
    assert!(
        !measured.iter().any(exceeded),
        "more is allocated for a request than the bounds allow\n{report}"
    );
}

#[test]
fn requests_allocate_no_more_on_sqlite() {
    check(
        &format!("sqlite://{}", folder("allocations").join("tasks.db").display()),
        &Bounds {
            one_task: at_most(55, 5720),
            list_of_50: at_most(238, 67300),
            same_list: at_most(55, 7510),
            create: at_most(117, 20200),
        },
    );
}

#[test]
fn requests_allocate_no_more_on_postgres() {
    check(
        &Postgres::shared().create_database(),
        &Bounds {
            one_task: at_most(58, 5630),
            list_of_50: at_most(245, 67300),
            same_list: at_most(58, 7410),
            create: at_most(134, 17900),
        },
    );
}
