use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use domain::{SearchRule, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use super::store::{Store, Task};

diesel::table! {
    owners (owner_id) {
        owner_id -> Text,
        revision -> BigInt,
        live_tasks -> Integer,
    }
}

diesel::table! {
    tasks (owner_id, id) {
        owner_id -> Text,
        id -> Uuid,
        title -> Text,
        description -> Nullable<Text>,
        completed -> Bool,
        search -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        revision -> BigInt,
        deleted_at -> Nullable<Timestamptz>,
    }
}

type Row = (Uuid, String, String, Option<String>, bool, OffsetDateTime, OffsetDateTime, i64);

const COLUMNS: (
    tasks::id,
    tasks::owner_id,
    tasks::title,
    tasks::description,
    tasks::completed,
    tasks::created_at,
    tasks::updated_at,
    tasks::revision,
) = (
    tasks::id,
    tasks::owner_id,
    tasks::title,
    tasks::description,
    tasks::completed,
    tasks::created_at,
    tasks::updated_at,
    tasks::revision,
);

pub(super) struct PostgresStore {
    connections: Pool<ConnectionManager<PgConnection>>,
}

impl PostgresStore {
    pub(super) fn open(url: &str, connections: u32) -> Self {
        let pool = Pool::builder().max_size(connections).test_on_check_out(false);
        Self { connections: pool.build(ConnectionManager::new(url)).unwrap() }
    }
}

impl Store for PostgresStore {
    fn get(&self, owner: &str, id: Uuid) -> Option<Task> {
        let connection = &mut self.connections.get().unwrap();
        let theirs = tasks::table.filter(tasks::owner_id.eq(owner)).filter(tasks::id.eq(id));
        let live = theirs.filter(tasks::deleted_at.is_null()).select(COLUMNS);
        live.first(connection).optional().unwrap().map(task)
    }

    fn list(&self, owner: &str, limit: i64) -> Vec<Task> {
        let connection = &mut self.connections.get().unwrap();
        let live = tasks::table.filter(tasks::owner_id.eq(owner)).filter(tasks::deleted_at.is_null());
        let newest = live.order((tasks::created_at.desc(), tasks::id.desc())).limit(limit).select(COLUMNS);
        let rows: Vec<Row> = newest.load(connection).unwrap();
        rows.into_iter().map(task).collect()
    }

    fn create(&self, mut task: Task) -> Task {
        let connection = &mut self.connections.get().unwrap();
        let created = connection.transaction(|connection| {
            let upsert_owner = diesel::insert_into(owners::table)
                .values((
                    owners::owner_id.eq(&task.user_id),
                    owners::revision.eq(1),
                    owners::live_tasks.eq(1),
                ))
                .on_conflict(owners::owner_id)
                .do_update()
                .set((
                    owners::revision.eq(owners::revision + 1),
                    owners::live_tasks.eq(owners::live_tasks + 1),
                ))
                .returning(owners::revision);
            task.revision = upsert_owner.get_result(connection)?;
            diesel::insert_into(tasks::table)
                .values((
                    tasks::owner_id.eq(&task.user_id),
                    tasks::id.eq(task.id),
                    tasks::title.eq(&task.title),
                    tasks::description.eq(&task.description),
                    tasks::completed.eq(task.completed),
                    tasks::search.eq(SearchRule::CURRENT.document(&task.title, task.description.as_deref())),
                    tasks::created_at.eq(task.created_at.as_offset_date_time()),
                    tasks::updated_at.eq(task.updated_at.as_offset_date_time()),
                    tasks::revision.eq(task.revision),
                ))
                .execute(connection)
        });
        assert_eq!(created, Ok(1));
        task
    }
}

fn task(row: Row) -> Task {
    let (id, user_id, title, description, completed, created_at, updated_at, revision) = row;
    let [created_at, updated_at] = [created_at, updated_at].map(Timestamp::new);
    Task { id, user_id, title, description, completed, created_at, updated_at, revision }
}
