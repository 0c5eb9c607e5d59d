//! Stores the lists of an owner, row by row.

use diesel::query_dsl::methods::ExecuteDsl;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{Connection, QueryResult, RunQueryDsl};
use domain::{Color, List, ListId, ListWrites, OwnerId, Timestamp, Tombstone};

use crate::backend::rows::{Id, UtcTimestamp, text_statement};

text_statement!(
    PutList(owner: str as Text, id: ListId as Id, name: str as Text, color: Option<i32> as Nullable<Integer>,
        position: str as Text, created_at: Timestamp as UtcTimestamp, updated_at: Timestamp as UtcTimestamp,
        revision: i64 as BigInt) => (),
    ["insert into lists (owner_id, id, name, color, position, created_at, updated_at, revision)
    values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (owner_id, id) do update set name = excluded.name,
        color = excluded.color, position = excluded.position, created_at = excluded.created_at,
        updated_at = excluded.updated_at, revision = excluded.revision"]);

text_statement!(DeleteList(owner: str as Text, id: ListId as Id) => (),
    ["delete from lists where owner_id = ? and id = ?"]);

text_statement!(
    InsertTombstone(owner: str as Text, id: ListId as Id, revision: i64 as BigInt, at: Timestamp as UtcTimestamp) => (),
    ["insert into tombstones (owner_id, type, object_id, revision, at) values (?, 'list', ?, ?, ?)
    on conflict (owner_id, type, object_id) do update set revision = excluded.revision, at = excluded.at"]);

text_statement!(DeleteTombstone(owner: str as Text, id: ListId as Id) => (),
    ["delete from tombstones where owner_id = ? and type = 'list' and object_id = ?"]);

/// Stores the lists of an owner.
pub(crate) fn store_lists<C: Connection>(
    connection: &mut C,
    owner: &OwnerId,
    ListWrites { put, created, deleted }: &ListWrites,
) -> QueryResult<()>
where
    for<'a> PutList<'a>: ExecuteDsl<C>,
    for<'a> DeleteList<'a>: ExecuteDsl<C>,
    for<'a> InsertTombstone<'a>: ExecuteDsl<C>,
    for<'a> DeleteTombstone<'a>: ExecuteDsl<C>,
{
    let owner = owner.as_str();
    for List { id, owner_id: _, name, color, position, created_at, updated_at, revision } in put {
        let (name, position, revision) = (name.as_str(), position.as_str(), &revision.number());
        let color = &color.map(Color::number);
        PutList { owner, id, name, color, position, created_at, updated_at, revision }.execute(connection)?;
    }
    for id in created {
        DeleteTombstone { owner, id }.execute(connection)?;
    }
    for Tombstone { id, revision, at } in deleted {
        DeleteList { owner, id }.execute(connection)?;
        InsertTombstone { owner, id, revision: &revision.number(), at }.execute(connection)?;
    }
    Ok(())
}
