//! The repository on a file.
#![cfg(feature = "sqlite")]
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

mod backup;
mod connections;
mod doctor;
mod file;
mod following;
mod jobs;
mod migrations;
mod notifier;
mod order;
mod overload;
mod ownership;
mod processes;
mod restored;
mod trash;
mod upgrade_from_0_1_0;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use diesel::{Connection, RunQueryDsl, SqliteConnection, sql_query};
use domain::testing::contract::quota_limits;
use domain::{TaskRepository, WriteLimits};
use linearizability::StoredState;
use persistence::{Database, DatabaseOptions};
use tasknook_persistence as persistence;
use tempfile::TempDir;
use workload::without_timeouts;

/// A folder for a database, removed when dropped.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("tasks.db")
    }

    fn options(&self) -> DatabaseOptions {
        DatabaseOptions { url: self.url(), ..DatabaseOptions::default() }
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.file().display())
    }

    /// A connection beside the service.
    fn connection(&self) -> SqliteConnection {
        SqliteConnection::establish(self.file().to_str().unwrap()).unwrap()
    }
}

/// What the file keeps, for the model.
fn stored(place: &Place) -> StoredState {
    let objects = "select owner_id, 'task' as kind, hex(id) as id, revision, deleted_at is not null as deleted from tasks
        union all select owner_id, 'list', hex(id), revision, false from lists
        union all select owner_id, type, hex(object_id), revision, true from tombstones";
    let mut connection = place.connection();
    StoredState {
        owners: sql_query(workload::OWNERS).load(&mut connection).unwrap(),
        objects: sql_query(objects).load(&mut connection).unwrap(),
    }
}

fn migrated(options: &DatabaseOptions) -> Database {
    let database = Database::open(options).unwrap();
    database.migrate().unwrap();
    database
}

struct OnAFile {
    repository: Arc<dyn TaskRepository>,
    _place: Place,
}

impl OnAFile {
    fn new() -> Self {
        Self::with_limits(WriteLimits::default())
    }

    fn with_limits(limits: WriteLimits) -> Self {
        let place = Place::new();
        let options = DatabaseOptions { limits, ..place.options() };
        Self { repository: migrated(&options).tasks(), _place: place }
    }
}

impl Deref for OnAFile {
    type Target = dyn TaskRepository;

    fn deref(&self) -> &Self::Target {
        &*self.repository
    }
}

domain::repository_contract!(OnAFile::new());
domain::quota_contract!(OnAFile::with_limits(quota_limits()));

#[test]
fn concurrent_histories_are_linearizable() {
    let place = Place::new();
    let database = migrated(&workload::options(&place.url()));
    workload::check(&*database.tasks(), || stored(&place));
}
