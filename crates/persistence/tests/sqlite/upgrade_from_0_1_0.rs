//! Upgrades from version 0.1.0, with its data and while it runs.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use domain::TaskId;

use crate::Place;
use crate::upgrade::{OldVersion, Stored, loses_nothing};
use crate::workload::without_timeouts;

struct Old(SqliteConnection);

#[derive(QueryableByName)]
struct Revision {
    #[diesel(sql_type = BigInt)]
    revision: i64,
}

#[derive(QueryableByName)]
struct OwnerRow {
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = BigInt)]
    live_tasks: i64,
}

#[derive(QueryableByName)]
struct TombstoneRow {
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = Binary)]
    object_id: Vec<u8>,
}

fn bytes(id: TaskId) -> Vec<u8> {
    id.uuid().into_bytes().to_vec()
}

impl Old {
    fn advance(connection: &mut SqliteConnection, owner: &str, live: i64) -> i64 {
        let advance = "update owners set revision = revision + 1, live_tasks = live_tasks + ? where owner_id = ? \
                       returning revision";
        let row: Revision =
            sql_query(advance).bind::<BigInt, _>(live).bind::<Text, _>(owner).get_result(connection).unwrap();
        row.revision
    }
}

impl OldVersion for Old {
    fn create(&mut self, owner: &str, id: TaskId, title: &str) {
        self.0
            .immediate_transaction(|connection| {
                let row: Revision = sql_query(
                    "insert into owners (owner_id, revision, live_tasks) values (?, 1, 1) on conflict (owner_id) do update \
                     set revision = revision + 1, live_tasks = live_tasks + 1 returning revision",
                )
                .bind::<Text, _>(owner)
                .get_result(connection)?;
                sql_query(
                    "insert into tasks (owner_id, search, id, title, description, completed, created_at, updated_at, \
                     revision) values (?, ?, ?, ?, null, 0, 0, 0, ?)",
                )
                .bind::<Text, _>(owner)
                .bind::<Text, _>(format!("{title}\u{1f}"))
                .bind::<Binary, _>(bytes(id))
                .bind::<Text, _>(title)
                .bind::<BigInt, _>(row.revision)
                .execute(connection)
            })
            .unwrap();
    }

    fn retitle(&mut self, owner: &str, id: TaskId, title: &str) {
        self.0
            .immediate_transaction(|connection| {
                let revision = Self::advance(connection, owner, 0);
                sql_query(
                    "update tasks set title = ?, search = ? || char(31), updated_at = 0, revision = ? \
                     where owner_id = ? and id = ? and deleted_at is null",
                )
                .bind::<Text, _>(title)
                .bind::<Text, _>(title)
                .bind::<BigInt, _>(revision)
                .bind::<Text, _>(owner)
                .bind::<Binary, _>(bytes(id))
                .execute(connection)
            })
            .unwrap();
    }

    fn delete(&mut self, owner: &str, id: TaskId) {
        self.0
            .immediate_transaction(|connection| {
                let revision = Self::advance(connection, owner, -1);
                sql_query(
                    "update tasks set title = '', description = null, search = '', deleted_at = 1795252517465, \
                     updated_at = 1795252517465, revision = ? where owner_id = ? and id = ? and deleted_at is null",
                )
                .bind::<BigInt, _>(revision)
                .bind::<Text, _>(owner)
                .bind::<Binary, _>(bytes(id))
                .execute(connection)
            })
            .unwrap();
    }
}

const FIRST: &str = include_str!("../../../../migrations/sqlite/2026-11-21-000001_create_tasks/up.sql");

#[test]
fn upgrades_lose_no_writes_of_the_old_version() {
    let place = Place::new();
    let mut connection = place.connection();
    connection.batch_execute("pragma journal_mode = wal; pragma busy_timeout = 60000").unwrap();
    connection.batch_execute(FIRST).unwrap();
    connection
        .batch_execute(
            "create table __diesel_schema_migrations (version varchar(50) primary key not null, run_on timestamp not \
             null default current_timestamp); insert into __diesel_schema_migrations (version) values ('20261121000001')",
        )
        .unwrap();
    loses_nothing(&without_timeouts(&place.url()), Old(connection), || {
        let mut connection = place.connection();
        let owners: Vec<OwnerRow> =
            sql_query("select owner_id, revision, live_tasks from owners").load(&mut connection).unwrap();
        let tombstones: Vec<TombstoneRow> =
            sql_query("select owner_id, revision, object_id from tombstones").load(&mut connection).unwrap();
        let retired: Revision =
            sql_query("select count(*) as revision from tasks where deleted_at is not null")
                .get_result(&mut connection)
                .unwrap();
        let owners: BTreeMap<_, _> =
            owners.into_iter().map(|row| (row.owner_id, (row.revision, row.live_tasks))).collect();
        let number = |bytes: Vec<u8>| u128::from_be_bytes(bytes.try_into().unwrap());
        let tombstones =
            tombstones.into_iter().map(|row| (row.owner_id, row.revision, number(row.object_id))).collect();
        Stored { owners, tombstones, retired: retired.revision }
    });
}
