//! The contract on several services: the writes of an owner race in the database.

use std::sync::OnceLock;

use tasknook_tests::Postgres;

use crate::migrated;
use crate::replicas::Replicas;

fn replicas() -> &'static Replicas {
    static SHARED: OnceLock<Replicas> = OnceLock::new();
    SHARED.get_or_init(|| {
        let url = Postgres::shared().create_database();
        Replicas::new((0..6).map(|_| migrated(&url).tasks()))
    })
}

domain::repository_contract!(replicas());
