//! What it costs to go through a worker, on an SQLite file: one caller, and sixty-four who ask at the same time and become
//! one group; reads, and creates with `synchronous=FULL`. The results are for one call, and for all sixty-four.
//!
//! `cargo bench -p tasknook-persistence --bench workers`
#![expect(clippy::unwrap_used, reason = "a benchmark ends where something is wrong")]

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};

use criterion::{Criterion, criterion_group, criterion_main};
use domain::{NewTask, Owner, RepositoryError, Task, TaskId, Timestamp, Title};
use pollster::block_on;
use tasknook_persistence::{Database, DatabaseOptions};
use uuid::Uuid;

const CALLERS: usize = 64;

type Call<'a> = Pin<Box<dyn Future<Output = Result<Task, RepositoryError>> + Send + 'a>>;

/// Begins all calls before it waits for the first.
fn at_once<'a>(calls: impl Iterator<Item = Call<'a>>) {
    let mut calls: Vec<Call<'a>> = calls.collect();
    calls.retain_mut(|call| call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    for call in calls {
        block_on(call).unwrap();
    }
}

fn new_task() -> NewTask {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let id = TaskId::new(Uuid::from_u64_pair(0x7000, NUMBER.fetch_add(1, Ordering::Relaxed)));
    NewTask::new(id, Title::from_stored("Buy milk".into()))
}

fn workers(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("tasks.db").display());
    let database = Database::open(&DatabaseOptions { url, ..DatabaseOptions::default() }).unwrap();
    database.migrate().unwrap();
    let (repository, owner) = (database.tasks(), Owner::for_test("owner"));
    let now = Timestamp::from_unix_millis(1_795_252_517_465).unwrap();
    let id = block_on(repository.create(&owner, new_task(), now)).unwrap().id;

    let mut group = criterion.benchmark_group("SQLite");
    for callers in [1, CALLERS] {
        group.bench_function(format!("get, {callers} at once"), |bencher| {
            bencher.iter(|| at_once((0..callers).map(|_| repository.get(&owner, id))));
        });
        group.bench_function(format!("create, {callers} at once"), |bencher| {
            bencher.iter(|| at_once((0..callers).map(|_| repository.create(&owner, new_task(), now))));
        });
    }
    group.finish();
}

criterion_group!(benches, workers);
criterion_main!(benches);
