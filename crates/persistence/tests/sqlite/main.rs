//! The repository on a file.
#![cfg(feature = "sqlite")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what goes wrong fails the test"
)]

#[path = "../support/interleaving.rs"]
mod interleaving;

#[path = "../support/replicas.rs"]
mod replicas;

mod connections;
mod file;
mod migrations;
mod overload;
mod processes;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use diesel::{Connection, SqliteConnection};
use domain::TaskRepository;
use persistence::{Database, DatabaseOptions};
use tasknook_persistence as persistence;
use tempfile::TempDir;

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
        let url = format!("sqlite://{}", self.file().display());
        DatabaseOptions { url, ..DatabaseOptions::default() }
    }

    /// A connection beside the service.
    fn connection(&self) -> SqliteConnection {
        SqliteConnection::establish(self.file().to_str().unwrap()).unwrap()
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
        let place = Place::new();
        Self { repository: migrated(&place.options()).tasks(), _place: place }
    }
}

impl Deref for OnAFile {
    type Target = dyn TaskRepository;

    fn deref(&self) -> &Self::Target {
        &*self.repository
    }
}

domain::repository_contract!(OnAFile::new());

#[test]
fn any_interleaving_leaves_one_chain_for_each_task() {
    interleaving::check(&*OnAFile::new());
}
