//! Connections that all requests share, with the statements prepared on each: a statement is sent while the results
//! of earlier ones are awaited (pipelining). Each statement is one transaction.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::{SearchRule, Timestamp};
use time::OffsetDateTime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, Row, Statement};
use uuid::Uuid;

use crate::peers::store::Task;

const COLUMNS: &str = "tasks.id, title, description, completed, created_at, updated_at, tasks.revision";

/// A statement locks the owner's row before the task's, so that two of one owner wait for each other in turn.
const CREATE: &str = "\
    with owner as (
        insert into owners (owner_id, revision, live_tasks) values ($1, 1, 1)
        on conflict (owner_id) do update set revision = owners.revision + 1, live_tasks = owners.live_tasks + 1
        returning revision
    )
    insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision)
    select $1, $2, $3, $4, $5, $6, $7, $7, owner.revision from owner returning revision";

const DELETE: &str = "\
    with owner as (
        update owners set revision = revision + 1, live_tasks = live_tasks - 1 where owner_id = $1
            and exists (select from tasks where owner_id = $1 and id = $2 and deleted_at is null)
        returning revision
    )
    update tasks set deleted_at = $3, revision = owner.revision from owner
    where owner_id = $1 and id = $2 and deleted_at is null";

pub(super) struct Database {
    readers: Connections,
    writers: Connections,
}

struct Connections {
    all: Vec<Connection>,
    next: AtomicUsize,
}

struct Connection {
    client: Client,
    one: Statement,
    list: Statement,
    create: Statement,
    complete: Statement,
    delete: Statement,
}

impl Database {
    pub(super) async fn open(url: &str, readers: usize, writers: usize) -> Result<Self, Error> {
        let (readers, writers) = (Connections::open(url, readers), Connections::open(url, writers));
        Ok(Self { readers: readers.await?, writers: writers.await? })
    }

    pub(super) async fn get(&self, owner: &str, id: Uuid) -> Result<Option<Row>, Error> {
        let connection = self.readers.next();
        connection.client.query_opt(&connection.one, &[&owner, &id]).await
    }

    pub(super) async fn list(&self, owner: &str, limit: i64) -> Result<Vec<Row>, Error> {
        let connection = self.readers.next();
        connection.client.query(&connection.list, &[&owner, &limit]).await
    }

    /// The revision of the new task.
    pub(super) async fn create(&self, task: &Task) -> Result<i64, Error> {
        let Task { id, user_id, title, description, completed, .. } = task;
        let search = SearchRule::CURRENT.document(title, description.as_deref());
        let at = task.created_at.as_offset_date_time();
        let connection = self.writers.next();
        let values: &[&(dyn ToSql + Sync)] = &[user_id, id, title, description, completed, &search, &at];
        connection.client.query_one(&connection.create, values).await?.try_get(0)
    }

    /// Sets whether it is completed, or changes it to the opposite.
    pub(super) async fn complete(
        &self,
        owner: &str,
        id: Uuid,
        completed: Option<bool>,
        at: OffsetDateTime,
    ) -> Result<Option<Row>, Error> {
        let connection = self.writers.next();
        connection.client.query_opt(&connection.complete, &[&owner, &id, &completed, &at]).await
    }

    /// Whether there was one.
    pub(super) async fn delete(&self, owner: &str, id: Uuid, at: OffsetDateTime) -> Result<bool, Error> {
        let connection = self.writers.next();
        Ok(connection.client.execute(&connection.delete, &[&owner, &id, &at]).await? > 0)
    }
}

impl Connections {
    async fn open(url: &str, count: usize) -> Result<Self, Error> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(Connection::open(url).await?);
        }
        Ok(Self { all, next: AtomicUsize::new(0) })
    }

    fn next(&self) -> &Connection {
        let number = self.next.fetch_add(1, Ordering::Relaxed) % self.all.len();
        self.all.get(number).expect("the number is below the length")
    }
}

impl Connection {
    async fn open(url: &str) -> Result<Self, Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let of_owner = format!("select {COLUMNS} from tasks where owner_id = $1 and deleted_at is null");
        let one = format!("{of_owner} and id = $2");
        let list = format!("{of_owner} order by created_at desc, id desc limit $2");
        let complete = format!(
            "with owner as (update owners set revision = revision + 1 where owner_id = $1 returning revision)
             update tasks set completed = coalesce($3, not completed), updated_at = $4, revision = owner.revision
             from owner where owner_id = $1 and id = $2 and deleted_at is null returning {COLUMNS}"
        );
        Ok(Self {
            one: client.prepare(&one).await?,
            list: client.prepare(&list).await?,
            create: client.prepare(CREATE).await?,
            complete: client.prepare(&complete).await?,
            delete: client.prepare(DELETE).await?,
            client,
        })
    }
}

/// The owner's task of a row of [`COLUMNS`].
pub(super) fn task<'a>(user_id: &'a str, row: &'a Row) -> Task<&'a str> {
    Task {
        id: row.get(0),
        user_id,
        title: row.get(1),
        description: row.get(2),
        completed: row.get(3),
        created_at: Timestamp::new(row.get(4)),
        updated_at: Timestamp::new(row.get(5)),
        revision: row.get(6),
    }
}
