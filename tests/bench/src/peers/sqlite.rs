use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error, Pool};
use domain::{SearchRule, Timestamp};
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
        id -> Binary,
        title -> Text,
        description -> Nullable<Text>,
        completed -> Bool,
        search -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        revision -> BigInt,
        deleted_at -> Nullable<BigInt>,
    }
}

type Row = (Vec<u8>, String, String, Option<String>, bool, i64, i64, i64);

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

type Connections = Pool<ConnectionManager<SqliteConnection>>;

/// Writers of one file wait for each other in any case. Here they queue in order, instead of in the
/// library, which polls.
pub(super) struct SqliteStore {
    readers: Connections,
    writer: Connections,
}

impl SqliteStore {
    pub(super) fn open(path: &str, connections: u32) -> Self {
        let pool = |size| {
            let pool = Pool::builder().max_size(size).test_on_check_out(false);
            let pool = pool.connection_customizer(Box::new(AsInTheService));
            pool.build(ConnectionManager::new(path)).unwrap()
        };
        let writer = pool(1);
        Self { readers: pool(connections - 1), writer }
    }
}

#[derive(Debug)]
struct AsInTheService;

impl CustomizeConnection<SqliteConnection, Error> for AsInTheService {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        let pragmas = "pragma busy_timeout = 2000; pragma synchronous = full; pragma journal_mode = wal";
        connection.batch_execute(pragmas).map_err(Error::QueryError)
    }
}

impl Store for SqliteStore {
    fn get(&self, owner: &str, id: Uuid) -> Option<Task> {
        let connection = &mut self.readers.get().unwrap();
        let theirs =
            tasks::table.filter(tasks::owner_id.eq(owner)).filter(tasks::id.eq(id.as_bytes().as_slice()));
        let live = theirs.filter(tasks::deleted_at.is_null()).select(COLUMNS);
        live.first(connection).optional().unwrap().map(task)
    }

    fn list(&self, owner: &str, limit: i64) -> Vec<Task> {
        let connection = &mut self.readers.get().unwrap();
        let live = tasks::table.filter(tasks::owner_id.eq(owner)).filter(tasks::deleted_at.is_null());
        let newest = live.order((tasks::created_at.desc(), tasks::id.desc())).limit(limit).select(COLUMNS);
        let rows: Vec<Row> = newest.load(connection).unwrap();
        rows.into_iter().map(task).collect()
    }

    fn create(&self, mut task: Task) -> Task {
        let connection = &mut self.writer.get().unwrap();
        let created = connection.immediate_transaction(|connection| {
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
                    tasks::id.eq(task.id.as_bytes().as_slice()),
                    tasks::title.eq(&task.title),
                    tasks::description.eq(&task.description),
                    tasks::completed.eq(task.completed),
                    tasks::search.eq(SearchRule::CURRENT.document(&task.title, task.description.as_deref())),
                    tasks::created_at.eq(task.created_at.unix_millis()),
                    tasks::updated_at.eq(task.updated_at.unix_millis()),
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
    let [created_at, updated_at] =
        [created_at, updated_at].map(|at| Timestamp::from_unix_millis(at).unwrap());
    let id = Uuid::from_slice(&id).unwrap();
    Task { id, user_id, title, description, completed, created_at, updated_at, revision }
}
