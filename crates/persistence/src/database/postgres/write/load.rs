use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::TaskId;

use crate::backend::rows::statement;
use crate::backend::rows::{Columns, Id, TASK_COLUMNS};
use crate::write::{Loaded, LoadedRow, ToLoad, collect};

/// The columns of a [`LoadedRow`].
type LoadedColumns = (Nullable<(BigInt, BigInt, BigInt, BigInt, BigInt)>, Nullable<Columns>);

/// Loads owners and tasks in one statement, so that both are from one snapshot.
pub(super) fn load(connection: &mut PgConnection, reads: &[ToLoad]) -> QueryResult<Vec<Loaded>> {
    let mut rows: Vec<(i64, LoadedRow)> = match reads {
        [read] => LoadOne { read }.load(connection)?,
        _ => LoadMany::of(reads).load(connection)?,
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
    out.push_sql(" from ");
}

struct LoadOne<'a> {
    read: &'a ToLoad,
}

statement!(LoadOne => (BigInt, LoadedColumns));

impl QueryFragment<Pg> for LoadOne<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_select(&mut out);
        out.push_sql("(select ");
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
        out.push_sql("unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Id>>, _>(&self.tasks)?;
        out.push_sql(") with ordinality as input (of_owner, of_id, ordinal)");
        push_by_key(&mut out);
        Ok(())
    }
}
