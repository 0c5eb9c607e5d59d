//! Measures serializing responses: one task, and a list of fifty.
//!
//! `cargo bench -p tasknook --bench json`
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may panic")]

use std::hint::black_box;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::ContentEncoding;
use actix_web::web::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use domain::testing::{ManualClock, MemoryTasks, SequentialIds};
use domain::{Field, ListQuery, Owner, Task, TaskInput, Tasks, TextLimits};
use tasknook::representation;

/// Tasks with the usual texts, as the repository gives them.
fn tasks(count: usize) -> Vec<Task> {
    tasks_with(count, "Two litres of it, and the \"good\" bread")
}

fn tasks_with(count: usize, description: &str) -> Vec<Task> {
    let (clock, ids) = (ManualClock::at_unix_millis(1_795_252_517_465), SequentialIds::default());
    let repository = Arc::new(MemoryTasks::default());
    let tasks = Tasks::new(repository, Arc::new(clock), Arc::new(ids), TextLimits::default());
    let owner = Owner::for_test("Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let input = |number| TaskInput {
        title: Field::Value(format!("Buy milk, number {number}")),
        description: Field::Value(format!("{description:.999}")),
        ..TaskInput::default()
    };
    for number in 0..count {
        runtime.block_on(tasks.create(&owner, tasks.new_task(input(number)).unwrap(), None)).unwrap();
    }
    runtime.block_on(tasks.list(&owner, ListQuery::default())).unwrap().tasks
}

fn json(criterion: &mut Criterion) {
    let tasks = tasks(50);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut group = criterion.benchmark_group("JSON");
    group.bench_function("one task", |bencher| {
        bencher.iter(|| representation::task(&mut HttpResponse::Ok(), black_box(&tasks[0])));
    });
    let long = tasks_with(1000, &"Two litres of it, and the \"good\" bread ".repeat(25));
    for (name, tasks) in [("a list of 50", &tasks), ("a list of 1,000 long tasks", &long)] {
        for coding in [ContentEncoding::Identity, ContentEncoding::Gzip, ContentEncoding::Brotli] {
            group.bench_function(format!("{name}, {}", coding.as_str()), |bencher| {
                bencher.iter(|| {
                    let mut response = HttpResponse::Ok();
                    runtime.block_on(representation::tasks(
                        &mut response,
                        black_box(tasks),
                        coding,
                        Bytes::from,
                    ))
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, json);
criterion_main!(benches);
