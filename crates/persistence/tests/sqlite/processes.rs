//! Several services on one file, as when an old one still serves while its successor starts.

use std::ops::Deref;

use domain::TaskRepository;

use crate::replicas::Replicas;
use crate::{Place, interleaving, migrated};

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
fn any_interleaving_leaves_one_chain_for_each_task() {
    interleaving::check(&*OnOneFile::new());
}
