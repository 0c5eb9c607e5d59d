//! Several services on one file, as during a restart.

use std::ops::Deref;

use domain::TaskRepository;
use persistence::Database;
use tasknook_persistence as persistence;

use crate::replicas::Replicas;
use crate::workload;
use crate::{Place, migrated, stored, workers};

struct OnOneFile {
    replicas: Replicas,
    _place: Place,
}

impl OnOneFile {
    fn new() -> Self {
        let place = Place::new();
        let services = (0..3).map(|_| migrated(&place.options()).tasks());
        Self { replicas: Replicas::new(services), _place: place }
    }
}

impl Deref for OnOneFile {
    type Target = dyn TaskRepository;

    fn deref(&self) -> &Self::Target {
        &self.replicas
    }
}

domain::repository_contract!(OnOneFile::new());

#[test]
fn histories_of_several_services_are_linearizable() {
    let place = Place::new();
    let services = (0..3).map(|_| migrated(&workload::options(&place.url())).tasks());
    workload::check(&Replicas::new(services), || stored(&place));
}

#[test]
fn histories_of_several_processes_are_linearizable() {
    let place = Place::new();
    let database = migrated(&workload::options(&place.url()));
    let (workload, events) = workers::run("processes::child_process_entry_point", &place.url());
    workload.verify(events, &*database.tasks(), || stored(&place));
}

#[test]
#[ignore = "a process of the test above"]
fn child_process_entry_point() {
    workers::work(|url| Database::open(&workload::options(url)).unwrap().tasks());
}
