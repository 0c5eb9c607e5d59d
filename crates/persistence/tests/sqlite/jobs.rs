use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use crate::{Place, jobs_of_both};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[test]
fn old_tombstones_are_pruned() {
    let place = Place::new();
    jobs_of_both::prune_what_is_old(&place.options(), |owner| {
        let numbers = |sql: &str| -> Vec<i64> {
            let rows: Vec<Number> =
                sql_query(sql.replace("OWNER", owner)).load(&mut place.connection()).unwrap();
            rows.into_iter().map(|row| row.number).collect()
        };
        let tombstones = numbers("select revision as number from tombstones where owner_id = 'OWNER'");
        (tombstones, numbers("select pruned_revision as number from owners where owner_id = 'OWNER'")[0])
    });
}
