//! The plans of SQLite.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite as DieselSqlite;
use diesel::{QueryableByName, debug_query, sql_query};

use super::*;
use crate::backend::Backend;
use crate::database::sqlite::{FUNCTIONS, Sqlite};
use crate::{DatabaseOptions, MigrationOptions, migrations};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Many owners with many tasks, half of them deleted, and tombstones.
const OWNERS: &str = "
    with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < 9999)
    insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at)
        select 'owner-' || (n % 100), randomblob(16), 't', 0, 't', 0, 0, n, case when n % 3 = 0 then 1 end from numbers;
    insert into tombstones select owner_id, 'task', randomblob(16), revision, 0 from tasks;
    insert into lists select owner_id, id, 'list', null, 'B', 0, 0, revision from tasks;
    insert into owners (owner_id, revision) select distinct owner_id, 10000 from tasks";

#[test]
fn sqlite_goes_by_the_keys_of_the_owner() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Sqlite::open(folder.path().join("tasks.db"), &DatabaseOptions::default()).unwrap();
    migrations::run(&sqlite, &MigrationOptions::default()).unwrap();
    let mut connection = sqlite.connect().unwrap();
    connection.batch_execute(&format!("begin; {OWNERS}; commit")).unwrap();
    for statistics in ["", "analyze"] {
        connection.batch_execute(statistics).unwrap();
        let after = ObjectId::Task(TaskId::new(Uuid::nil()));
        let began = OwnerRevision::new(7, 7);
        for after in [FeedPosition::At(began), FeedPosition::Start, FeedPosition::InSnapshot { began, after }]
        {
            let follow = Follow { owner: Owner::for_test("owner-7"), after, limit: 500 };
            let text = debug_query::<DieselSqlite, _>(&Following::new(&FUNCTIONS, &follow)).to_string();
            let (text, _) = text.split_once(" -- binds").unwrap();
            let steps: Vec<Step> =
                sql_query(format!("explain query plan {text}")).load(&mut connection).unwrap();
            let plan: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
            let tables = plan.iter().filter(|step| {
                ["owners", "tasks", "tombstones", "lists", "task", "list"]
                    .iter()
                    .any(|table| step.split(' ').nth(1) == Some(table))
            });
            assert!(tables.clone().count() >= 5, "{plan:#?}");
            for step in tables {
                assert!(step.starts_with("SEARCH") && step.contains("owner_id=?"), "{plan:#?}");
            }
            for row in ["task", "list"] {
                let looks_up = |step: &String| {
                    step.starts_with(&format!("SEARCH {row} USING")) && step.contains("(owner_id=? AND id=?)")
                };
                assert!(plan.iter().any(looks_up), "{row}: {plan:#?}");
            }
        }
    }
}
