//! One task by its id over HTTP, on PostgreSQL: read through the lanes, and read as one `web::block` a request reads it,
//! by one server in one run. Needs `wrk` (`apt-get install wrk`) and PostgreSQL.
//!
//! `cargo run --release -p tasknook-tests --example lanes_or_block [connections]`
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement: it prints, fails where it stands, and has the other way of reading in it"
)]

use std::process::Command;
use std::sync::Arc;

use actix_web::web::{self, Data, Path};
use actix_web::{App, HttpResponse, HttpServer};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use domain::{NewTask, Owner, OwnerId, TaskId, TaskRepository, Timestamp, Title};
use persistence::{Database, DatabaseOptions};
use tasknook_tests::Postgres;
use time::OffsetDateTime;
use uuid::Uuid;

const TASKS: u64 = 1000;
const ROUNDS: usize = 5;
const SECONDS: &str = "4";

diesel::table! {
    tasks (owner_id, id) {
        owner_id -> Text,
        id -> Uuid,
        title -> Text,
        description -> Nullable<Text>,
        completed -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        revision -> BigInt,
        deleted_at -> Nullable<Timestamptz>,
    }
}

type Row = (String, Uuid, String, Option<String>, bool, OffsetDateTime, OffsetDateTime, i64);
type Connections = Pool<ConnectionManager<PgConnection>>;

fn owner() -> Owner {
    Owner::verified(OwnerId::parse("alice").unwrap())
}

fn id(number: u64) -> Uuid {
    Uuid::from_u64_pair(0x7000, (0b10 << 62) | number)
}

async fn through_lanes(number: Path<u64>, repository: Data<dyn TaskRepository>) -> HttpResponse {
    let task = repository.get(&owner(), TaskId::new(id(*number))).await.unwrap();
    HttpResponse::Ok().body(task.title.as_str().to_owned())
}

async fn in_one_block(number: Path<u64>, connections: Data<Connections>) -> HttpResponse {
    let row: Row = web::block(move || {
        let mut connection = connections.get().unwrap();
        tasks::table
            .filter(tasks::owner_id.eq("alice"))
            .filter(tasks::id.eq(id(*number)))
            .filter(tasks::deleted_at.is_null())
            .select((
                tasks::owner_id,
                tasks::id,
                tasks::title,
                tasks::description,
                tasks::completed,
                tasks::created_at,
                tasks::updated_at,
                tasks::revision,
            ))
            .first(&mut connection)
            .unwrap()
    })
    .await
    .unwrap();
    HttpResponse::Ok().body(row.2)
}

/// Requests a second, and the latency that ninety-nine in a hundred stay under, as `wrk` shows it.
fn measure(url: &str, connections: &str) -> (f64, String) {
    let script = std::env::temp_dir().join("lanes-or-block.lua");
    let ids = format!("request = function() return wrk.format(nil, wrk.path .. math.random(1, {TASKS})) end");
    std::fs::write(&script, ids).unwrap();
    let output = Command::new("wrk")
        .args(["-t1", "-c", connections, "-d", SECONDS, "--latency", "-s"])
        .arg(&script)
        .arg(url)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("Non-2xx"), "{text}");
    let after = |label: &str| {
        text.lines().find_map(|line| line.trim().strip_prefix(label)).unwrap().trim().to_owned()
    };
    (after("Requests/sec:").parse().unwrap(), after("99%"))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap()
}

#[actix_web::main]
async fn main() {
    let connections = std::env::args().nth(1).unwrap_or_else(|| "32".to_owned());
    let url = Postgres::shared().create_database();
    let database =
        Database::open(&DatabaseOptions { url: url.clone(), ..DatabaseOptions::default() }).unwrap();
    database.migrate().unwrap();
    let repository = database.tasks();
    for number in 1..=TASKS {
        let task = NewTask {
            id: TaskId::new(id(number)),
            title: Title::parse("Buy milk", 200).unwrap(),
            description: None,
            completed: false,
            at: Timestamp::from_unix_millis(0).unwrap(),
        };
        repository.create(&owner(), task).await.unwrap();
    }
    let lanes: Data<dyn TaskRepository> = Data::from(Arc::clone(&repository));
    let pool: Connections = Pool::builder().max_size(10).build(ConnectionManager::new(url)).unwrap();
    let pool = Data::new(pool);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(lanes.clone())
            .app_data(pool.clone())
            .route("/lanes/{number}", web::get().to(through_lanes))
            .route("/block/{number}", web::get().to(in_one_block))
    })
    .workers(2)
    .bind("127.0.0.1:0")
    .unwrap();
    let address = server.addrs().first().copied().unwrap();
    let server = server.run();
    let handle = server.handle();
    let measuring = std::thread::spawn(move || {
        let rounds: Vec<_> = (0..ROUNDS)
            .map(|_| ["lanes", "block"].map(|way| measure(&format!("http://{address}/{way}/"), &connections)))
            .collect();
        for [lanes, block] in &rounds {
            println!(
                "lanes {:>7.0}/s p99 {:>8}   block {:>7.0}/s p99 {:>8}",
                lanes.0, lanes.1, block.0, block.1
            );
        }
        let of = |way: fn(&[(f64, String); 2]) -> f64| median(rounds.iter().map(way).collect());
        let (lanes, block) = (of(|[lanes, _]| lanes.0), of(|[_, block]| block.0));
        println!("median at {connections} connections: lanes / block = {:.2}", lanes / block);
    });
    actix_web::rt::spawn(async move {
        while !measuring.is_finished() {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        handle.stop(false).await;
    });
    server.await.unwrap();
}
