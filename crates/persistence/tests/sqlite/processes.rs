//! Several services on one file, as when an old one still serves while its successor starts.

use std::ops::Deref;

use domain::TaskRepository;
use persistence::Database;
use tasknook_persistence as persistence;

use crate::crowd::{self, patient};
use crate::replicas::Replicas;
use crate::{Place, kept, migrated, workers};

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
fn whatever_many_callers_of_several_services_are_answered_has_an_order_that_explains_it() {
    let place = Place::new();
    let services = (0..3).map(|_| migrated(&patient(&place.url())).tasks());
    crowd::check(&Replicas::new(services), || kept(&place));
}

#[test]
fn whatever_many_callers_in_several_processes_are_answered_has_an_order_that_explains_it() {
    let place = Place::new();
    let database = migrated(&patient(&place.url()));
    let (crowd, events) = workers::run("processes::one_of_several_processes", &place.url());
    crowd.judge(events, &*database.tasks(), || kept(&place));
}

#[test]
#[ignore = "a process of the test above"]
fn one_of_several_processes() {
    workers::work(|url| Database::open(&patient(url)).unwrap().tasks());
}
