//! The repository on a server.
#![cfg(feature = "postgres")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what goes wrong fails the test"
)]

#[path = "../support/doctor.rs"]
mod doctor_of_both;
#[path = "../support/following.rs"]
mod following_of_both;
#[path = "../support/jobs.rs"]
mod jobs_of_both;
#[path = "../support/linearizability.rs"]
mod linearizability;
#[path = "../support/notifier.rs"]
mod notifier_of_both;
#[path = "../support/order.rs"]
mod order_of_both;
#[path = "../support/ownership.rs"]
mod ownership_of_both;
#[path = "../support/repair_under_load.rs"]
mod repair_under_load;
#[path = "../support/replicas.rs"]
mod replicas;
#[path = "../support/restored.rs"]
mod restored_of_both;
#[path = "../support/trash.rs"]
mod trash_of_both;
#[path = "../support/upgrade.rs"]
mod upgrade;
#[path = "../support/workers.rs"]
mod workers;
#[path = "../support/workload.rs"]
mod workload;

mod batches;
mod citus;
mod concurrency;
mod connections;
mod distributed;
mod doctor;
mod encryption;
mod fairness;
mod following;
mod jobs;
mod lock_order;
mod locks;
mod migrations;
mod notifier;
mod order;
mod outage;
mod ownership;
mod partitions;
mod pooler;
mod pruning;
mod restored;
mod standby_pages;
mod startup;
mod statements;
mod trash;
mod upgrade_from_0_1_0;

use std::sync::{Arc, OnceLock};

use domain::testing::contract::quota_limits;
use domain::{NewTask, Owner, Task, TaskId, TaskRepository, Timestamp, Title};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use replicas::Replicas;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;
use uuid::Uuid;

fn options(url: &str) -> DatabaseOptions {
    DatabaseOptions { url: url.to_owned(), ..DatabaseOptions::default() }
}

fn migrated(url: &str) -> Database {
    let database = Database::open(&options(url)).unwrap();
    database.migrate().unwrap();
    database
}

/// A new task with this number in its id.
fn create(repository: &dyn TaskRepository, owner: &Owner, number: u128) -> Task {
    let id = TaskId::new(Uuid::from_u128(number));
    let at = Timestamp::from_unix_millis(0).unwrap();
    let title = Title::from_stored("title".into());
    let task = NewTask { id_is_new: true, ..NewTask::new(id, title) };
    block_on(repository.create(owner, task, at)).unwrap()
}

/// One database for all tests of the contract, which use their own owners.
fn repository() -> Arc<dyn TaskRepository> {
    static SHARED: OnceLock<Database> = OnceLock::new();
    SHARED.get_or_init(|| migrated(&Postgres::shared().create_database())).tasks()
}

/// The same with a quota, as three processes that write the same owners.
fn limited() -> Arc<dyn TaskRepository> {
    static SHARED: OnceLock<Arc<Replicas>> = OnceLock::new();
    let open = || {
        let url = Postgres::shared().create_database();
        let options = DatabaseOptions { limits: quota_limits(), ..options(&url) };
        migrated(&url);
        let services = (0..3).map(|_| Database::open(&options).unwrap().tasks());
        Arc::new(Replicas::new(services.collect::<Vec<_>>()))
    };
    Arc::clone(SHARED.get_or_init(open)) as _
}

domain::repository_contract!(repository());
domain::quota_contract!(limited());
