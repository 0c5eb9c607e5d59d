//! Statements that write one row by its key, in SQL that both databases understand.

mod lists;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::query_dsl::methods::ExecuteDsl;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, HasSqlType, Text};
use diesel::{Connection, QueryResult, RunQueryDsl};
use domain::{DroppedKeys, KeyPlace, KeyRecord, OwnerId, TaskId, Timestamp, WriteSet};

use crate::backend::rows::{BindTask, Id, TaskValues, UtcTimestamp, WRITTEN, statement, text_statement};

pub(crate) use lists::store_lists;

/// A new row.
pub(crate) struct InsertTask<'a> {
    pub(crate) owner: &'a OwnerId,
    pub(crate) task: TaskValues<'a>,
}

statement!(InsertTask => ());

impl<DB: Backend> QueryFragment<DB> for InsertTask<'_>
where
    for<'a> TaskValues<'a>: BindTask<DB>,
    str: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("insert into tasks (owner_id, ");
        out.push_sql(WRITTEN);
        out.push_sql(") values (");
        out.push_bind_param::<Text, str>(self.owner.as_str())?;
        out.push_sql(", ");
        BindTask::<DB>::push_values(&self.task, &mut out)?;
        out.push_sql(")");
        Ok(())
    }
}

/// All columns of a row.
pub(crate) struct UpdateTask<'a> {
    pub(crate) owner: &'a OwnerId,
    pub(crate) task: TaskValues<'a>,
}

statement!(UpdateTask => ());

impl<DB: Backend + HasSqlType<Id>> QueryFragment<DB> for UpdateTask<'_>
where
    for<'a> TaskValues<'a>: BindTask<DB>,
    str: ToSql<Text, DB>,
    TaskId: ToSql<Id, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("update tasks set ");
        BindTask::<DB>::push_assignments(&self.task, &mut out)?;
        out.push_sql(" where owner_id = ");
        out.push_bind_param::<Text, str>(self.owner.as_str())?;
        out.push_sql(" and id = ");
        out.push_bind_param::<Id, _>(BindTask::<DB>::id(&self.task))
    }
}

text_statement!(DropKeys(owner: str as Text, below_number: i64 as BigInt, below_start: i64 as BigInt) => (),
    ["delete from idempotency_keys where owner_id = ? and number < ? and start_byte < ?"]);

text_statement!(
    PutKey(owner: str as Text, key: str as Text, number: i64 as BigInt, start: i64 as BigInt, end: i64 as BigInt,
        at: Timestamp as UtcTimestamp, request: [u8] as Binary, response: [u8] as Binary) => (),
    ["insert into idempotency_keys (owner_id, key, number, start_byte, end_byte, at, request, response)
    values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (owner_id, key) do update set number = excluded.number,
        start_byte = excluded.start_byte, end_byte = excluded.end_byte, at = excluded.at,
        request = excluded.request, response = excluded.response"]);

/// Records requests of an owner, and deletes the oldest.
pub(crate) fn store_keys<C: Connection>(
    connection: &mut C,
    owner: &OwnerId,
    set: &WriteSet,
) -> QueryResult<()>
where
    for<'a> DropKeys<'a>: ExecuteDsl<C>,
    for<'a> PutKey<'a>: ExecuteDsl<C>,
{
    let owner = owner.as_str();
    for DroppedKeys { below_number, below_start } in &set.dropped {
        DropKeys { owner, below_number, below_start }.execute(connection)?;
    }
    for KeyRecord { key, request, response, place } in &set.recorded {
        let KeyPlace { number, start, end, at } = place;
        let (key, request) = (key.as_str(), request.as_slice());
        PutKey { owner, key, number, start, end, at, request, response }.execute(connection)?;
    }
    Ok(())
}
