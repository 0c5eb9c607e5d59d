mod lists;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::{IdempotencyKey, TaskId};

use crate::backend::rows::statement;
use crate::backend::rows::{Columns, Id, TASK_COLUMNS, TaskRow};
use crate::write::keys::{LoadedKey, PlaceColumns, PlaceRow, RecordColumns, RecordRow};
use crate::write::{Loaded, LoadedRow, OwnerRow, ToLoad, collect};

pub(super) use lists::lists;

/// The columns of an owner and a task.
type LoadedColumns = (Nullable<(BigInt, BigInt, BigInt, BigInt, BigInt)>, Nullable<Columns>);

/// The columns of a key: its record, and the places of the owner's oldest and newest records.
type KeyColumns = (Nullable<RecordColumns>, Nullable<PlaceColumns>, Nullable<PlaceColumns>);
type KeyRows = (Option<RecordRow>, Option<PlaceRow>, Option<PlaceRow>);

type Rows = (Option<OwnerRow>, Option<TaskRow>);

/// Loads owners, tasks and keys in one statement, so that all are from one snapshot.
pub(super) fn load(connection: &mut PgConnection, reads: &[ToLoad]) -> QueryResult<Vec<Loaded>> {
    let mut rows: Vec<(i64, LoadedRow)> = if reads.iter().any(|read| read.key.is_some()) {
        let rows: Vec<(i64, Rows, KeyRows)> = LoadKeys::of(reads).load(connection)?;
        let with_key = |(ordinal, (owner, task), (record, oldest, newest))| {
            (ordinal, (owner, task, LoadedKey { record, oldest, newest }))
        };
        rows.into_iter().map(with_key).collect()
    } else {
        let rows: Vec<(i64, Rows)> = match reads {
            [read] => LoadOne { read }.load(connection)?,
            _ => LoadMany::of(reads).load(connection)?,
        };
        let without_key = |(ordinal, (owner, task))| (ordinal, (owner, task, LoadedKey::default()));
        rows.into_iter().map(without_key).collect()
    };
    rows.sort_by_key(|(ordinal, _)| *ordinal);
    Ok(collect(reads, rows.into_iter().map(|(_, row)| row)))
}

/// Joins the rows of the input by key. `offset 0` is an optimization fence against a join with whole tables.
fn push_by_key(out: &mut AstPass<'_, '_, Pg>) {
    out.push_sql(
        " left join lateral (
            select version, revision, epoch, cast(live_tasks as bigint) as live_tasks,
                cast(trashed_tasks as bigint) as trashed_tasks
            from owners where owner_id = of_owner offset 0
        ) as owner on true left join lateral (
            select * from tasks where owner_id = of_owner and id = of_id offset 0
        ) as task on true",
    );
}

fn push_select(out: &mut AstPass<'_, '_, Pg>) {
    out.push_sql("select ordinal, version, owner.revision, epoch, live_tasks, trashed_tasks, ");
    out.push_sql(TASK_COLUMNS);
}

struct LoadOne<'a> {
    read: &'a ToLoad,
}

statement!(LoadOne => (BigInt, LoadedColumns));

impl QueryFragment<Pg> for LoadOne<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_select(&mut out);
        out.push_sql(" from (select ");
        out.push_bind_param::<Text, str>(self.read.owner.as_str())?;
        out.push_sql(" as of_owner, ");
        out.push_bind_param::<Nullable<Id>, _>(&self.read.task)?;
        out.push_sql(" as of_id, cast(1 as bigint) as ordinal) as input");
        push_by_key(&mut out);
        Ok(())
    }
}

struct LoadMany<'a> {
    owners: Vec<&'a str>,
    tasks: Vec<Option<TaskId>>,
}

impl<'a> LoadMany<'a> {
    fn of(reads: &'a [ToLoad]) -> Self {
        let owners = reads.iter().map(|read| read.owner.as_str()).collect();
        Self { owners, tasks: reads.iter().map(|read| read.task).collect() }
    }
}

statement!(LoadMany => (BigInt, LoadedColumns));

impl QueryFragment<Pg> for LoadMany<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_select(&mut out);
        out.push_sql(" from unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Id>>, _>(&self.tasks)?;
        out.push_sql(") with ordinality as input (of_owner, of_id, ordinal)");
        push_by_key(&mut out);
        Ok(())
    }
}

struct LoadKeys<'a> {
    rows: LoadMany<'a>,
    keys: Vec<Option<&'a str>>,
}

impl<'a> LoadKeys<'a> {
    fn of(reads: &'a [ToLoad]) -> Self {
        let keys = reads.iter().map(|read| read.key.as_ref().map(IdempotencyKey::as_str)).collect();
        Self { rows: LoadMany::of(reads), keys }
    }
}

statement!(LoadKeys => (BigInt, LoadedColumns, KeyColumns));

impl QueryFragment<Pg> for LoadKeys<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_select(&mut out);
        out.push_sql(
            ", recorded.number, recorded.start_byte, recorded.end_byte, recorded.at, recorded.request, recorded.response,
            oldest.number, oldest.start_byte, oldest.end_byte, oldest.at,
            newest.number, newest.start_byte, newest.end_byte, newest.at from unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.rows.owners)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Id>>, _>(&self.rows.tasks)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.keys)?;
        out.push_sql(") with ordinality as input (of_owner, of_id, of_key, ordinal)");
        push_by_key(&mut out);
        out.push_sql(
            " left join lateral (
                select * from idempotency_keys where owner_id = of_owner and key = of_key offset 0
            ) as recorded on true left join lateral (
                select number, start_byte, end_byte, at from idempotency_keys
                where of_key is not null and owner_id = of_owner order by number limit 1
            ) as oldest on true left join lateral (
                select number, start_byte, end_byte, at from idempotency_keys
                where of_key is not null and owner_id = of_owner order by number desc limit 1
            ) as newest on true",
        );
        Ok(())
    }
}
