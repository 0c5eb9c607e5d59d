//! Upgrades from version 0.1.0, with its data and while it runs.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use domain::TaskId;
use tasknook_tests::Postgres;
use uuid::Uuid;

use crate::upgrade::{OldVersion, Stored, loses_nothing};
use crate::workload::without_timeouts;

struct Old(PgConnection);

/// What a change and a deletion of 0.1.0 begin with: it locks the owner, then the task.
const GRANTED: &str = "owner as materialized (
        select of_owner as held_owner
        from (select of_owner from input group by of_owner order by of_owner collate \"C\") as asked
        cross join lateral (select from owners where owner_id = of_owner for no key update) as owner
    ), held as materialized (
        select * from (
            select * from input join owner on held_owner = of_owner order by of_owner collate \"C\", of_id
        ) as asked cross join lateral (
            select title, description, completed, search, created_at, deleted_at, revision as current_revision
            from tasks where owner_id = of_owner and id = of_id for no key update
        ) as task
    ), granted as materialized (
        select *, row_number() over (partition by of_owner order by ordinal) as step,
            count(*) over (partition by of_owner) as steps
        from held where deleted_at is null
    ), advanced as (
        insert into owners as owner (owner_id, revision, live_tasks)
        select of_owner, count(*), count(*) from granted group by of_owner
        on conflict (owner_id) do update set revision = owner.revision + excluded.revision,
            live_tasks = owner.live_tasks - ";

impl Old {
    fn run(&mut self, sql: &str) {
        assert_eq!(sql_query(sql).execute(&mut self.0).unwrap(), 1, "{sql}");
    }
}

impl OldVersion for Old {
    fn create(&mut self, owner: &str, id: TaskId, title: &str) {
        self.run(&format!(
            "with input as materialized (
                select '{owner}'::text as of_owner, '{id}'::uuid as of_id, '{title}'::text as title, 1 as ordinal
            ), enrolled as (
                insert into owners as owner (owner_id, revision, live_tasks)
                select of_owner, count(*), count(*) from input group by of_owner order by of_owner collate \"C\"
                on conflict (owner_id) do update set revision = owner.revision + excluded.revision,
                    live_tasks = owner.live_tasks + excluded.live_tasks returning owner_id, revision
            ), numbered as materialized (
                select input.*, enrolled.revision + 1
                    - row_number() over (partition by of_owner order by ordinal desc) as next_revision
                from input join enrolled on enrolled.owner_id = of_owner
            ), written as (
                insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision)
                select of_owner, of_id, title, null, false, title || chr(31), now(), now(), next_revision from numbered
            ) select ordinal, next_revision from numbered"
        ));
    }

    fn retitle(&mut self, owner: &str, id: TaskId, title: &str) {
        self.run(&format!(
            "with input as materialized (
                select '{owner}'::text as of_owner, '{id}'::uuid as of_id, '{title}'::text as new_title, 1 as ordinal
            ), {GRANTED} 0 returning owner_id, owner.revision as last_revision
            ), changed as materialized (
                select ordinal, of_owner, of_id as id, new_title as title, description, completed,
                    new_title || chr(31) || split_part(search, chr(31), 2) as search, created_at,
                    now() as updated_at, last_revision - steps + step as revision
                from granted join advanced on owner_id = of_owner
            ), written as (
                insert into tasks (owner_id, search, id, title, description, completed, created_at, updated_at, revision)
                select of_owner, search, id, title, description, completed, created_at, updated_at, revision from changed
                on conflict (owner_id, id) do update set title = excluded.title, description = excluded.description,
                    completed = excluded.completed, search = excluded.search, updated_at = excluded.updated_at,
                    revision = excluded.revision
            ) select ordinal, revision from changed"
        ));
    }

    fn delete(&mut self, owner: &str, id: TaskId) {
        self.run(&format!(
            "with input as materialized (
                select '{owner}'::text as of_owner, '{id}'::uuid as of_id, '2026-11-21T09:15:17.465Z'::timestamptz as moment, 1 as ordinal
            ), {GRANTED} excluded.live_tasks returning owner_id, owner.revision as last_revision
            ), buried as materialized (
                select ordinal, of_owner, of_id, completed, created_at, moment, last_revision - steps + step as revision
                from granted join advanced on owner_id = of_owner
            ), written as (
                insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision,
                    deleted_at)
                select of_owner, of_id, '', null, completed, '', created_at, moment, revision, moment from buried
                on conflict (owner_id, id) do update set title = excluded.title, description = excluded.description,
                    search = excluded.search, updated_at = excluded.updated_at, revision = excluded.revision,
                    deleted_at = excluded.deleted_at
            ) select ordinal, revision from buried"
        ));
    }
}

const FIRST: &str = include_str!("../../../../migrations/postgres/2026-11-21-000001_create_tasks/up.sql");

#[test]
fn upgrades_lose_no_writes_of_the_old_version() {
    let server = Postgres::shared();
    let url = server.create_database();
    let mut connection = PgConnection::establish(&url).unwrap();
    connection.batch_execute(FIRST).unwrap();
    connection
        .batch_execute(
            "create table __diesel_schema_migrations (version varchar(50) primary key not null, run_on timestamp not \
             null default current_timestamp); insert into __diesel_schema_migrations (version) values ('20261121000001')",
        )
        .unwrap();
    loses_nothing(&without_timeouts(&url), Old(connection), || {
        let rows = |sql: &str| -> Vec<Vec<String>> {
            let output = server.query(&url, sql);
            output.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
        };
        let number = |text: &String| text.parse().unwrap();
        let owners = rows("select owner_id, revision, live_tasks from owners");
        let tombstones = rows("select owner_id, revision, object_id from tombstones");
        let key = |text: &String| Uuid::parse_str(text).unwrap().as_u128();
        Stored {
            owners: owners.iter().map(|row| (row[0].clone(), (number(&row[1]), number(&row[2])))).collect(),
            tombstones: tombstones
                .iter()
                .map(|row| (row[0].clone(), number(&row[1]), key(&row[2])))
                .collect(),
            retired: number(&server.query(&url, "select count(*) from tasks where deleted_at is not null")),
        }
    });
}
