//! How long it takes to write tasks as JSON: one, and a list of fifty, with their headers.
//!
//! `cargo bench -p tasknook --bench json`
#![expect(clippy::unwrap_used, reason = "a benchmark ends where something is wrong")]

#[path = "../src/representation.rs"]
mod representation;

use std::hint::black_box;

use actix_web::HttpResponse;
use criterion::{Criterion, criterion_group, criterion_main};
use domain::{Description, OwnerId, Revision, Task, TaskId, Timestamp, Title};
use uuid::Uuid;

fn task(number: u64) -> Task {
    let at = Timestamp::from_unix_millis(1_795_252_517_465).unwrap();
    Task {
        id: TaskId::new(Uuid::from_u64_pair(0x7000, number)),
        owner_id: OwnerId::parse("Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF").unwrap(),
        title: Title::from_stored(format!("Buy milk, number {number}")),
        description: Some(Description::from_stored("Two litres of it, and the \"good\" bread".into())),
        completed: false,
        created_at: at,
        updated_at: at,
        revision: Revision::new(17),
    }
}

fn json(criterion: &mut Criterion) {
    let (one, tasks): (Task, Vec<Task>) = (task(0), (0..50).map(task).collect());
    let mut group = criterion.benchmark_group("JSON");
    group.bench_function("one task", |bencher| {
        bencher.iter(|| representation::task(&mut HttpResponse::Ok(), black_box(&one)));
    });
    group.bench_function("a list of 50", |bencher| {
        bencher.iter(|| representation::tasks(&mut HttpResponse::Ok(), black_box(&tasks)));
    });
    group.finish();
}

criterion_group!(benches, json);
criterion_main!(benches);
