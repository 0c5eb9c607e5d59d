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
    let is_of_one = reads.windows(2).all(|pair| matches!(pair, [one, next] if one.owner == next.owner));
    let mut rows: Vec<(i64, LoadedRow)> = if reads.iter().any(|read| read.key.is_some()) {
        let with_keys = LoadKeys::of(reads);
        let rows: Vec<(i64, Rows, KeyRows)> = if is_of_one {
            LoadKeysOfOne(with_keys).load(connection)?
        } else {
            with_keys.load(connection)?
        };
        let with_key = |(ordinal, (owner, task), (record, oldest, newest))| {
            (ordinal, (owner, task, LoadedKey { record, oldest, newest }))
        };
        rows.into_iter().map(with_key).collect()
    } else {
        let rows: Vec<(i64, Rows)> = match reads {
            [read] => LoadOne { read, owner: Owners::One(read.owner.as_str()) }.load(connection)?,
            _ if is_of_one => LoadManyOfOne(LoadMany::of(reads)).load(connection)?,
            _ => LoadMany::of(reads).load(connection)?,
        };
        let without_key = |(ordinal, (owner, task))| (ordinal, (owner, task, LoadedKey::default()));
        rows.into_iter().map(without_key).collect()
    };
    rows.sort_by_key(|(ordinal, _)| *ordinal);
    Ok(collect(reads, rows.into_iter().map(|(_, row)| row)))
}

/// The owners of the rows of a statement.
enum Owners<'a> {
    /// Each row has its own, from the input.
    OfRows(Vec<&'a str>),
    /// All rows have this one. As a value in every condition it tells the planner which partition or server has the rows.
    One(&'a str),
}

impl<'a> Owners<'a> {
    fn of(reads: &'a [ToLoad]) -> Self {
        match reads {
            [first, rest @ ..] if rest.iter().all(|read| read.owner == first.owner) => {
                Self::One(first.owner.as_str())
            }
            _ => Self::OfRows(reads.iter().map(|read| read.owner.as_str()).collect()),
        }
    }

    /// Pushes the array of the input, if the input has one.
    fn push_array<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if let Self::OfRows(owners) = self {
            out.push_bind_param::<Array<Text>, _>(owners)?;
            out.push_sql(", ");
        }
        Ok(())
    }

    /// The column of that array, with a comma.
    const fn column(&self) -> &'static str {
        match self {
            Self::OfRows(_) => "of_owner, ",
            Self::One(_) => "",
        }
    }

    /// Pushes the condition of a table.
    fn push_own<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" owner_id = ");
        match self {
            Self::OfRows(_) => out.push_sql("of_owner"),
            Self::One(owner) => out.push_bind_param::<Text, str>(owner)?,
        }
        Ok(())
    }

    /// Joins the rows of the input by key. `offset 0` is an optimization fence against a join with whole tables.
    fn push_by_key<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            " left join lateral (
                select version, revision, epoch, cast(live_tasks as bigint) as live_tasks,
                    cast(trashed_tasks as bigint) as trashed_tasks
                from owners where",
        );
        self.push_own(out)?;
        out.push_sql(" offset 0) as owner on true left join lateral (select * from tasks where");
        self.push_own(out)?;
        out.push_sql(" and id = of_id offset 0) as task on true");
        Ok(())
    }
}

fn push_select(out: &mut AstPass<'_, '_, Pg>) {
    out.push_sql("select ordinal, version, owner.revision, epoch, live_tasks, trashed_tasks, ");
    out.push_sql(TASK_COLUMNS);
}

struct LoadOne<'a> {
    read: &'a ToLoad,
    owner: Owners<'a>,
}

statement!(LoadOne => (BigInt, LoadedColumns));

impl QueryFragment<Pg> for LoadOne<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_select(&mut out);
        out.push_sql(" from (select ");
        out.push_bind_param::<Nullable<Id>, _>(&self.read.task)?;
        out.push_sql(" as of_id, cast(1 as bigint) as ordinal) as input");
        self.owner.push_by_key(&mut out)
    }
}

struct LoadMany<'a> {
    owners: Owners<'a>,
    tasks: Vec<Option<TaskId>>,
}

impl<'a> LoadMany<'a> {
    fn of(reads: &'a [ToLoad]) -> Self {
        Self { owners: Owners::of(reads), tasks: reads.iter().map(|read| read.task).collect() }
    }
}

statement!(LoadMany => (BigInt, LoadedColumns));

impl QueryFragment<Pg> for LoadMany<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_select(&mut out);
        out.push_sql(" from unnest(");
        self.owners.push_array(&mut out)?;
        out.push_bind_param::<Array<Nullable<Id>>, _>(&self.tasks)?;
        out.push_sql(&format!(") with ordinality as input ({}of_id, ordinal)", self.owners.column()));
        self.owners.push_by_key(&mut out)
    }
}

/// The same for one owner, with a text of its own.
struct LoadManyOfOne<'a>(LoadMany<'a>);

statement!(LoadManyOfOne => (BigInt, LoadedColumns));

impl QueryFragment<Pg> for LoadManyOfOne<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
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
        let LoadMany { owners, tasks } = &self.rows;
        push_select(&mut out);
        out.push_sql(
            ", recorded.number, recorded.start_byte, recorded.end_byte, recorded.at, recorded.request, recorded.response,
            oldest.number, oldest.start_byte, oldest.end_byte, oldest.at,
            newest.number, newest.start_byte, newest.end_byte, newest.at from unnest(",
        );
        owners.push_array(&mut out)?;
        out.push_bind_param::<Array<Nullable<Id>>, _>(tasks)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.keys)?;
        out.push_sql(&format!(") with ordinality as input ({}of_id, of_key, ordinal)", owners.column()));
        owners.push_by_key(&mut out)?;
        out.push_sql(" left join lateral (select * from idempotency_keys where");
        owners.push_own(&mut out)?;
        out.push_sql(" and key = of_key offset 0) as recorded on true");
        for (name, order) in [("oldest", "number"), ("newest", "number desc")] {
            out.push_sql(
                " left join lateral (
                    select number, start_byte, end_byte, at from idempotency_keys where of_key is not null and",
            );
            owners.push_own(&mut out)?;
            out.push_sql(&format!(" order by {order} limit 1) as {name} on true"));
        }
        Ok(())
    }
}

/// The same for one owner, with a text of its own.
struct LoadKeysOfOne<'a>(LoadKeys<'a>);

statement!(LoadKeysOfOne => (BigInt, LoadedColumns, KeyColumns));

impl QueryFragment<Pg> for LoadKeysOfOne<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
