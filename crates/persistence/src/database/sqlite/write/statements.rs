use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;
use domain::{TaskId, Timestamp};

use crate::backend::rows::{COLUMNS, Columns, Id, UtcTimestamp, statement, text_statement};
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
