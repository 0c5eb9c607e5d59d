//! The statements of the jobs, in SQL that both databases understand.

use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Text};
use domain::{TaskId, Timestamp};

use super::step::ROWS;
use crate::backend::rows::search::IS_CURRENT;
use crate::backend::rows::{IN_TRASH, Id, UtcTimestamp, text_statement};

/// Identifies a row of version 0.1.0 for a deleted task. With a plain `deleted_at is not null`, the planner would search all
/// deleted tasks of the owner instead of using the key.
const RETIRED: &str = "case when deleted_at is null then false else title = '' end";

// The limit is part of the text: a generic plan assumes a tenth of the table. `title = ''` is selected and not a condition:
// the planner expects so few such rows that it would read and sort all deleted tasks.
text_statement!(PageOfDeleted(owner: str as Text, same_owner: str as Text, at: Timestamp as UtcTimestamp, id: TaskId as Id)
    => (Text, UtcTimestamp, Id, Bool),
    [format!("select owner_id, deleted_at, id, title = '' from tasks
    where deleted_at is not null and owner_id >= ? and (owner_id > ? or (deleted_at, id) < (?, ?))
    order by owner_id, deleted_at desc, id desc limit {ROWS}")]);

// The count decides whether an owner's trash is searched at all; the index of deleted tasks finds its oldest one.
text_statement!(PageOfTrashes(capacity: i64 as BigInt, before: Timestamp as UtcTimestamp, after: str as Text) => (Text, Bool),
    [format!("select owner_id, case when trashed_tasks = 0 then false else trashed_tasks > ? or exists (
        select 1 from tasks where tasks.owner_id = owners.owner_id and {IN_TRASH} and deleted_at < ?) end
    from owners where owner_id > ? order by owner_id limit {ROWS}")]);

text_statement!(PageOfTombstones(owner: str as Text, kind: str as Text, id: TaskId as Id)
    => (Text, Text, Id, BigInt, UtcTimestamp),
    [format!("select owner_id, type, object_id, revision, at from tombstones where (owner_id, type, object_id) > (?, ?, ?)
    order by owner_id, type, object_id limit {ROWS}")]);

#[cfg(feature = "postgres")]
text_statement!(LockOwner(owner: str as Text) => Text,
    ["select owner_id from owners where owner_id = ? for update skip locked"]);

text_statement!(RaiseVersion(owner: str as Text) => (),
    ["update owners set version = version + 1 where owner_id = ?"]);

text_statement!(CopyRetired(owner: str as Text, id: TaskId as Id) => (),
    [format!("insert into tombstones (owner_id, type, object_id, revision, at)
    select owner_id, 'task', id, revision, deleted_at from tasks where owner_id = ? and id = ? and {RETIRED}
    on conflict (owner_id, type, object_id) do nothing")]);

text_statement!(DeleteRetired(owner: str as Text, id: TaskId as Id) => (),
    [format!("delete from tasks where owner_id = ? and id = ? and {RETIRED}")]);

text_statement!(RaisePruned(lower: i64 as BigInt, revision: i64 as BigInt, owner: str as Text) => (),
    ["update owners set version = version + 1,
        pruned_revision = case when pruned_revision < ? then ? else pruned_revision end where owner_id = ?"]);

text_statement!(PageOfExpired(before: Timestamp as UtcTimestamp, at: Timestamp as UtcTimestamp, owner: str as Text,
    number: i64 as BigInt) => (UtcTimestamp, Text, BigInt),
    [format!("select at, owner_id, number from idempotency_keys where at <= ? and (at, owner_id, number) > (?, ?, ?)
    order by at, owner_id, number limit {ROWS}")]);

text_statement!(DeleteExpired(owner: str as Text, newest: i64 as BigInt) => (),
    ["delete from idempotency_keys where owner_id = ? and number <= ?"]);

text_statement!(DeleteTombstone(owner: str as Text, kind: str as Text, id: TaskId as Id, revision: i64 as BigInt) => (),
    ["delete from tombstones where owner_id = ? and type = ? and object_id = ? and revision = ?"]);

text_statement!(PageOfTasks(owner: str as Text, id: TaskId as Id) => (Text, Id, Bool, Bool),
    [format!("select owner_id, id, title <> '' and not {IS_CURRENT}, title <> '' and position is null from tasks where (owner_id, id) > (?, ?)
    order by owner_id, id limit {ROWS}")]);

text_statement!(TextsOf(owner: str as Text, id: TaskId as Id) => (Text, Nullable<Text>, Text),
    [format!("select title, description, search from tasks where owner_id = ? and id = ? and not {IS_CURRENT}")]);

text_statement!(WithoutKey(owner: str as Text, id: TaskId as Id) => UtcTimestamp,
    ["select created_at from tasks where owner_id = ? and id = ? and position is null"]);

text_statement!(StorePosition(position: str as Text, owner: str as Text, id: TaskId as Id) => (),
    ["update tasks set position = ? where owner_id = ? and id = ? and position is null"]);

text_statement!(
    RewriteSearchText(text: Option<String> as Nullable<Text>, version: i16 as SmallInt, owner: str as Text, id: TaskId as Id)
    => (), ["update tasks set search_text = ?, search_version = ?, search_revision = revision where owner_id = ? and id = ?"]);
