pub(super) mod lists;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;
use domain::{OwnerId, TaskId, Timestamp};

use crate::backend::rows::{
    BindTask, COLUMNS, Columns, Id, TaskValues, UtcTimestamp, WRITTEN, statement, text_statement,
};
use crate::write::Store;
use crate::write::keys::{PLACE, PlaceColumns, RECORD, RecordColumns};

/// Creates or updates the owner's row and returns its epoch.
pub(super) struct StoreOwner<'a> {
    pub(super) store: &'a Store,
}

statement!(StoreOwner => BigInt);

impl QueryFragment<Sqlite> for StoreOwner<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "insert into owners (owner_id, version, revision, live_tasks, trashed_tasks, epoch, write_id) values (",
        );
        out.push_bind_param::<Text, str>(self.store.owner.as_str())?;
        let numbers = [
            &self.store.version,
            &self.store.set.revision,
            &self.store.set.live_tasks,
            &self.store.set.trashed_tasks,
            &self.store.new_epoch,
            &self.store.write_id,
        ];
        for number in numbers {
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(number)?;
        }
        out.push_sql(
            ") on conflict (owner_id) do update set version = excluded.version, revision = excluded.revision,
                live_tasks = excluded.live_tasks, trashed_tasks = excluded.trashed_tasks,
                write_id = excluded.write_id,
                epoch = case when epoch = 0 then excluded.epoch else epoch end returning epoch",
        );
        Ok(())
    }
}

pub(super) struct InsertTask<'a> {
    pub(super) owner: &'a OwnerId,
    pub(super) task: TaskValues<'a>,
}

statement!(InsertTask => ());

impl QueryFragment<Sqlite> for InsertTask<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("insert into tasks (owner_id, ");
        out.push_sql(WRITTEN);
        out.push_sql(") values (");
        out.push_bind_param::<Text, str>(self.owner.as_str())?;
        out.push_sql(", ");
        BindTask::<Sqlite>::push_values(&self.task, &mut out)?;
        out.push_sql(")");
        Ok(())
    }
}

pub(super) struct UpdateTask<'a> {
    pub(super) owner: &'a OwnerId,
    pub(super) task: TaskValues<'a>,
}

statement!(UpdateTask => ());

impl QueryFragment<Sqlite> for UpdateTask<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("update tasks set ");
        BindTask::<Sqlite>::push_assignments(&self.task, &mut out)?;
        push_key(&mut out, self.owner, BindTask::<Sqlite>::id(&self.task))
    }
}

// Null leaves a column as it is. A current search text remains current, since no text changes.
text_statement!(
    TouchTask(position: Option<String> as Nullable<Text>, searched: Option<i64> as Nullable<BigInt>,
        revision: Option<i64> as Nullable<BigInt>, updated_at: Option<Timestamp> as Nullable<UtcTimestamp>,
        loses_list: i64 as BigInt, deleted_at: Option<Timestamp> as Nullable<UtcTimestamp>,
        owner: str as Text, id: TaskId as Id) => (),
    ["update tasks set position = coalesce(?, position),
        search_revision = case when search_revision = revision then coalesce(?, revision) else search_revision end,
        revision = coalesce(?, revision), updated_at = max(updated_at, coalesce(?, updated_at)),
        list_id = case when ? > 0 then null else list_id end, deleted_at = coalesce(?, deleted_at)
    where owner_id = ? and id = ?"]);

text_statement!(LoadOwner(owner: str as Text) => (BigInt, BigInt, BigInt, BigInt, BigInt),
    ["select version, revision, epoch, live_tasks, trashed_tasks from owners where owner_id = ?"]);

text_statement!(LoadTask(owner: str as Text, id: TaskId as Id) => Columns,
    ["select ", COLUMNS, " from tasks where owner_id = ? and id = ?"]);

text_statement!(DeleteTask(owner: str as Text, id: TaskId as Id) => (),
    ["delete from tasks where owner_id = ? and id = ?"]);

text_statement!(
    InsertTombstone(owner: str as Text, id: TaskId as Id, revision: i64 as BigInt, at: Timestamp as UtcTimestamp) => (),
    ["insert into tombstones (owner_id, type, object_id, revision, at) values (?, 'task', ?, ?, ?)
    on conflict (owner_id, type, object_id) do update set revision = excluded.revision, at = excluded.at"]);

text_statement!(DeleteTombstone(owner: str as Text, id: TaskId as Id) => (),
    ["delete from tombstones where owner_id = ? and type = 'task' and object_id = ?"]);

text_statement!(LoadKey(owner: str as Text, key: str as Text) => RecordColumns,
    ["select ", RECORD, " from idempotency_keys where owner_id = ? and key = ?"]);

text_statement!(OldestKey(owner: str as Text) => PlaceColumns,
    ["select ", PLACE, " from idempotency_keys where owner_id = ? order by number limit 1"]);

text_statement!(NewestKey(owner: str as Text) => PlaceColumns,
    ["select ", PLACE, " from idempotency_keys where owner_id = ? order by number desc limit 1"]);

text_statement!(DropKeys(owner: str as Text, below_number: i64 as BigInt, below_start: i64 as BigInt) => (),
    ["delete from idempotency_keys where owner_id = ? and number < ? and start_byte < ?"]);

text_statement!(
    InsertKey(owner: str as Text, key: str as Text, number: i64 as BigInt, start: i64 as BigInt, end: i64 as BigInt,
        at: Timestamp as UtcTimestamp, request: [u8] as Binary, response: [u8] as Binary) => (),
    ["insert or replace into idempotency_keys (owner_id, key, number, start_byte, end_byte, at, request, response)
    values (?, ?, ?, ?, ?, ?, ?, ?)"]);

fn push_key<'b>(out: &mut AstPass<'_, 'b, Sqlite>, owner: &'b OwnerId, id: &'b TaskId) -> QueryResult<()> {
    out.push_sql(" where owner_id = ");
    out.push_bind_param::<Text, str>(owner.as_str())?;
    out.push_sql(" and id = ");
    out.push_bind_param::<Id, _>(id)
}
