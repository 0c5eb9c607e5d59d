//! The statements of erasures, moves and exports, in SQL that both databases understand.

use diesel::sql_types::{BigInt, Bool, Text};
use domain::{TaskId, Timestamp};

use super::ROWS;
use crate::backend::rows::{COLUMNS, Columns, IN_TRASH, Id, UtcTimestamp, text_statement};

text_statement!(Claim(owner: str as Text, epoch: i64 as BigInt) => BigInt,
    ["insert into owners (owner_id, version, epoch) values (?, 1, ?)
    on conflict (owner_id) do update set version = owners.version + 1 returning epoch"]);

text_statement!(PageOfTasks(owner: str as Text, after: TaskId as Id) => Columns,
    [format!("select {COLUMNS} from tasks where owner_id = ? and id > ? and deleted_at is null
    order by id limit {ROWS}")]);

text_statement!(PageOfTrash(owner: str as Text, at: Timestamp as UtcTimestamp, revision: i64 as BigInt) => Columns,
    [format!("select {COLUMNS} from tasks where owner_id = ? and {IN_TRASH} and (deleted_at, revision) > (?, ?)
    order by deleted_at, revision limit {ROWS}")]);

text_statement!(PageOfTaskIds(owner: str as Text, after: TaskId as Id) => (Id, Bool, Bool),
    [format!("select id, deleted_at is null, {IN_TRASH} from tasks where owner_id = ? and id > ? order by id limit {ROWS}")]);

text_statement!(DeleteTasks(owner: str as Text, after: TaskId as Id, last: TaskId as Id) => (),
    ["delete from tasks where owner_id = ? and id > ? and id <= ?"]);

text_statement!(PageOfTombstones(owner: str as Text, kind: str as Text, after: TaskId as Id) => (Text, Id),
    [format!("select type, object_id from tombstones where owner_id = ? and (type, object_id) > (?, ?)
    order by type, object_id limit {ROWS}")]);

text_statement!(RevisionOf(owner: str as Text) => BigInt, ["select revision from owners where owner_id = ?"]);

text_statement!(TombstonesAfter(owner: str as Text, after: TaskId as Id, retired_of: str as Text, retired_after: TaskId as Id)
    => (Id, BigInt, UtcTimestamp),
    [format!("select object_id, revision, at from tombstones where owner_id = ? and type = 'task' and object_id > ?
    union all select id, revision, deleted_at from tasks where owner_id = ? and id > ? and deleted_at is not null and title = ''
    order by object_id limit {ROWS}")]);

text_statement!(DeleteTombstones(owner: str as Text, kind: str as Text, after: TaskId as Id,
    last_kind: str as Text, last: TaskId as Id) => (),
    ["delete from tombstones where owner_id = ? and (type, object_id) > (?, ?) and (type, object_id) <= (?, ?)"]);

text_statement!(PageOfKeys(owner: str as Text, after: i64 as BigInt) => BigInt,
    [format!("select number from idempotency_keys where owner_id = ? and number > ? order by number limit {ROWS}")]);

text_statement!(DeleteKeys(owner: str as Text, after: i64 as BigInt, last: i64 as BigInt) => (),
    ["delete from idempotency_keys where owner_id = ? and number > ? and number <= ?"]);

text_statement!(DeleteLists(owner: str as Text) => (), ["delete from lists where owner_id = ?"]);

text_statement!(DeleteOwner(owner: str as Text) => (), ["delete from owners where owner_id = ?"]);
