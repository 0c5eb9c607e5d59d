//! The store of one owner for a distributed database, which inserts only by statements of their own, and sends a statement to
//! the server of the owner that each of its tables is restricted to.
//!
//! The upsert locks the owner's row until the commit, so its guard holds for the statements after it.

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{OptionalExtension, PgConnection, QueryResult, RunQueryDsl};
use domain::{Task, TaskId, Timestamp, Tombstone};

use super::ERASED;
use super::store::{BY_KEY, TouchTasks};
use super::store_one::{OwnerValues, is_one_update, update};
use super::unnest::{IN_FROM, push_rows};
use crate::backend::rows::{ASSIGNMENTS, Id, TaskArrays, TaskValues, UtcTimestamp, WRITTEN, statement};
use crate::database::postgres::in_transaction;
use crate::write::Store;
use crate::write::by_key::{InsertTask, UpdateTask, store_keys, store_lists};

/// Stores it in one statement if that inserts nothing, otherwise in the open transaction or one of its own. Returns the owner's
/// epoch if it passed the guard.
pub(super) fn store(connection: &mut PgConnection, store: &Store) -> QueryResult<Option<i64>> {
    if let ([task], true) = (store.set.updated.as_slice(), is_one_update(store)) {
        return Ok(update(connection, store, task)?.pop().map(|(_, epoch)| epoch));
    }
    let status = AnsiTransactionManager::transaction_manager_status_mut(connection);
    if status.transaction_depth()?.is_some() {
        in_steps(connection, store)
    } else {
        in_transaction(connection, "begin", |connection| in_steps(connection, store))
    }
}

fn in_steps(connection: &mut PgConnection, store: &Store) -> QueryResult<Option<i64>> {
    let passed = UpsertOwner { owner: OwnerValues::of(store) }.get_result(connection).optional()?;
    let Some(epoch) = passed else { return Ok(None) };
    if store.seen.is_some_and(|seen| seen.epoch != epoch) {
        return Err(Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(ERASED.to_owned())));
    }
    let (owner, id, set) = (&store.owner, store.owner.as_str(), &store.set);
    match set.inserted.as_slice() {
        [] => 0,
        [task] => InsertTask { owner, task: TaskValues::of(task) }.execute(connection)?,
        tasks => InsertTasks { owner: id, rows: arrays(tasks) }.execute(connection)?,
    };
    if !set.recreated.is_empty() {
        DeleteTombstones { owner: id, ids: &set.recreated }.execute(connection)?;
    }
    match set.updated.as_slice() {
        [] => 0,
        [task] => UpdateTask { owner, task: TaskValues::of(task) }.execute(connection)?,
        tasks => UpdateTasks { owner: id, rows: arrays(tasks) }.execute(connection)?,
    };
    if !set.touched.is_empty() {
        TouchTasks::of(id, &set.touched).execute(connection)?;
    }
    if !set.deleted.is_empty() {
        DeleteTasks { owner: id, ids: &set.deleted }.execute(connection)?;
    }
    if !set.tombstones.is_empty() {
        InsertTombstones::of(id, &set.tombstones).execute(connection)?;
    }
    store_lists(connection, owner, &set.lists)?;
    store_keys(connection, owner, set)?;
    Ok(Some(epoch))
}

fn arrays(tasks: &[Task]) -> TaskArrays<'_> {
    let mut rows = TaskArrays::default();
    for task in tasks {
        rows.push(task);
    }
    rows
}

struct UpsertOwner<'a> {
    owner: OwnerValues<'a>,
}

statement!(UpsertOwner => BigInt);

impl QueryFragment<Pg> for UpsertOwner<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.owner.push_upsert(&mut out)?;
        out.push_sql(" returning epoch");
        Ok(())
    }
}

/// Pushes the owner's row as the source of rows to insert: from an array alone, they would be sent to one server first, and
/// from there to that of the owner.
fn push_owner<'b>(out: &mut AstPass<'_, 'b, Pg>, owner: &'b str) -> QueryResult<()> {
    out.push_sql(" from (select owner_id from owners where owner_id = ");
    out.push_bind_param::<Text, str>(owner)?;
    out.push_sql(") as owner cross join ");
    Ok(())
}

struct InsertTasks<'a> {
    owner: &'a str,
    rows: TaskArrays<'a>,
}

statement!(InsertTasks => ());

impl QueryFragment<Pg> for InsertTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("insert into tasks (owner_id, ");
        out.push_sql(WRITTEN);
        out.push_sql(") select owner_id, ");
        out.push_sql(WRITTEN);
        push_owner(&mut out, self.owner)?;
        IN_FROM.push_tasks(&mut out, None, &self.rows)?;
        out.push_sql(" as input (");
        out.push_sql(WRITTEN);
        out.push_sql(")");
        Ok(())
    }
}

struct UpdateTasks<'a> {
    owner: &'a str,
    rows: TaskArrays<'a>,
}

statement!(UpdateTasks => ());

impl QueryFragment<Pg> for UpdateTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("update tasks set ");
        out.push_sql(ASSIGNMENTS);
        out.push_sql(" from (select * from ");
        IN_FROM.push_tasks(&mut out, None, &self.rows)?;
        out.push_sql(" as input (");
        out.push_sql(WRITTEN);
        out.push_sql(")");
        out.push_sql(BY_KEY);
        out.push_sql(") as input where tasks.id = input.id and tasks.owner_id = ");
        out.push_bind_param::<Text, str>(self.owner)
    }
}

struct DeleteTasks<'a> {
    owner: &'a str,
    ids: &'a Vec<TaskId>,
}

statement!(DeleteTasks => ());

impl QueryFragment<Pg> for DeleteTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("delete from tasks where owner_id = ");
        out.push_bind_param::<Text, str>(self.owner)?;
        out.push_sql(" and id = any(");
        out.push_bind_param::<Array<Id>, _>(self.ids)?;
        out.push_sql(")");
        Ok(())
    }
}

struct DeleteTombstones<'a> {
    owner: &'a str,
    ids: &'a Vec<TaskId>,
}

statement!(DeleteTombstones => ());

impl QueryFragment<Pg> for DeleteTombstones<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("delete from tombstones where type = 'task' and owner_id = ");
        out.push_bind_param::<Text, str>(self.owner)?;
        out.push_sql(" and object_id = any(");
        out.push_bind_param::<Array<Id>, _>(self.ids)?;
        out.push_sql(")");
        Ok(())
    }
}

struct InsertTombstones<'a> {
    owner: &'a str,
    ids: Vec<TaskId>,
    revisions: Vec<i64>,
    timestamps: Vec<Timestamp>,
}

impl<'a> InsertTombstones<'a> {
    fn of(owner: &'a str, tombstones: &[Tombstone]) -> Self {
        Self {
            owner,
            ids: tombstones.iter().map(|tombstone| tombstone.id).collect(),
            revisions: tombstones.iter().map(|tombstone| tombstone.revision.number()).collect(),
            timestamps: tombstones.iter().map(|tombstone| tombstone.at).collect(),
        }
    }
}

statement!(InsertTombstones => ());

impl QueryFragment<Pg> for InsertTombstones<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "insert into tombstones (owner_id, type, object_id, revision, at)
            select owner_id, 'task', of_id, of_revision, at_time",
        );
        push_owner(&mut out, self.owner)?;
        push_rows!(out, IN_FROM,
            Id => &self.ids, BigInt => &self.revisions, UtcTimestamp => &self.timestamps);
        out.push_sql(
            " as input (of_id, of_revision, at_time) on conflict (owner_id, type, object_id)
            do update set revision = excluded.revision, at = excluded.at",
        );
        Ok(())
    }
}
