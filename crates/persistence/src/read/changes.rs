//! Reads what follows a position in the changes of an owner.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};
use domain::{
    ChangedObject, Changes, FeedPosition, ListId, ObjectId, Owner, OwnerRevision, RepositoryError, Revision,
    TaskId,
};
use uuid::Uuid;

use super::SqlFunctions;
use super::values::{ListBackend, Value};
use crate::backend::rows::lists::{ListColumns, ListRow, QUALIFIED_LIST_COLUMNS, list};
use crate::backend::rows::{Columns, Id, TASK_COLUMNS, TaskRow};
use crate::workers::Reply;

/// Reads the changes after a position.
#[derive(Debug)]
pub(crate) struct Follow {
    pub(crate) owner: Owner,
    pub(crate) after: FeedPosition,
    pub(crate) limit: u32,
}

/// The epoch, the revision and the pruned revision of the owner.
type Head = (i64, i64, i64);

/// The head with an object that follows: its type, its id, the revision of its change, and its row unless it was deleted.
/// If nothing follows there is one row, with the head alone.
pub(crate) type Row = (Head, Option<(String, TaskId, i64)>, Option<TaskRow>, Option<ListRow>);

impl Follow {
    /// Reads them in one statement, from one snapshot.
    pub(crate) fn read<C>(
        &self,
        connection: &mut C,
        functions: &'static SqlFunctions,
    ) -> QueryResult<Reply<Changes>>
    where
        for<'a> Following<'a>: LoadQuery<'a, C, Row>,
    {
        let rows: Vec<Row> = Following::new(functions, self).load(connection)?;
        let (epoch, revision, pruned) = rows.first().map(|(head, ..)| *head).unwrap_or_default();
        let at = OwnerRevision::new(epoch, revision);
        if !self.after.is_usable(at, Revision::new(pruned)) {
            return Ok(Err(RepositoryError::ResyncRequired));
        }
        let mut found: Vec<ChangedObject> = rows.into_iter().filter_map(|row| self.object(row)).collect();
        // As good as sorted already, but only `order by` of the whole statement would guarantee it.
        match self.after {
            FeedPosition::At(_) => found.sort_by_key(ChangedObject::revision),
            FeedPosition::Start | FeedPosition::InSnapshot { .. } => found.sort_by_key(ChangedObject::id),
        }
        Ok(Ok(Changes::page(self.after, at, found, self.limit)))
    }

    fn object(&self, (_, change, task, listed): Row) -> Option<ChangedObject> {
        let (kind, id, revision) = change?;
        Some(match (task, listed) {
            (Some(task), _) => ChangedObject::of(task.into_task(self.owner.id())),
            (None, Some(row)) => ChangedObject::List(list(row, self.owner.id())),
            (None, None) => {
                let id =
                    if kind == "list" { ObjectId::List(ListId::new(id.uuid())) } else { ObjectId::Task(id) };
                ChangedObject::Deleted(id, Revision::new(revision))
            }
        })
    }
}

/// The objects that follow.
enum Part {
    /// All with a later revision than this one, in the order of their revisions.
    Later(i64),
    /// The live ones from these ids on, in the order of their ids; none of a type without an id.
    Live(Option<ListId>, Option<TaskId>),
}

impl Part {
    fn after(position: FeedPosition) -> Self {
        let next = |id: Uuid| id.as_u128().checked_add(1).map(Uuid::from_u128);
        let first_task = Some(TaskId::new(Uuid::nil()));
        match position {
            FeedPosition::At(seen) => Self::Later(seen.revision.number()),
            FeedPosition::Start => Self::Live(Some(ListId::new(Uuid::nil())), first_task),
            FeedPosition::InSnapshot { after: ObjectId::List(id), .. } => {
                Self::Live(next(id.uuid()).map(ListId::new), first_task)
            }
            FeedPosition::InSnapshot { after: ObjectId::Task(id), .. } => {
                Self::Live(None, next(id.uuid()).map(TaskId::new))
            }
        }
    }
}

/// Finds the keys of the objects, and looks up the rows of as many as the page has.
pub(crate) struct Following<'a> {
    functions: &'static SqlFunctions,
    owner: &'a str,
    part: Part,
    /// One more shows whether more follow.
    limit: i64,
}

impl<'a> Following<'a> {
    fn new(functions: &'static SqlFunctions, Follow { owner, after, limit }: &'a Follow) -> Self {
        let (owner, limit) = (owner.id().as_str(), i64::from(*limit) + 1);
        Self { functions, owner, part: Part::after(*after), limit }
    }

    fn push_objects<'b, DB: ListBackend>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match &self.part {
            Part::Later(seen) => {
                let all = "union all select";
                for (select, table) in [
                    ("select 'task' as type, id as object_id, revision as changed", "tasks"),
                    (&format!("{all} 'list', id, revision"), "lists"),
                    (&format!("{all} type, object_id, revision"), "tombstones"),
                ] {
                    out.push_sql(&format!("{select} from {table} where owner_id = "));
                    DB::push_value(out, Value::Text(self.owner))?;
                    out.push_sql(" and revision > ");
                    DB::push_value(out, Value::Number(seen))?;
                    out.push_sql(self.functions.in_time);
                    out.push_sql(" ");
                }
                out.push_sql(") as object order by changed limit ");
            }
            Part::Live(lists, tasks) => {
                out.push_sql(
                    "select 'list' as type, id as object_id, revision as changed from lists where owner_id = ",
                );
                DB::push_value(out, Value::Text(self.owner))?;
                out.push_sql(" and id >= ");
                DB::push_value(out, Value::ListOrNull(lists))?;
                out.push_sql(
                    " union all select 'task', id, revision from (select id, revision from tasks where owner_id = ",
                );
                DB::push_value(out, Value::Text(self.owner))?;
                out.push_sql(" and id >= ");
                DB::push_value(out, Value::TaskOrNull(tasks))?;
                out.push_sql(" and deleted_at is null");
                out.push_sql(self.functions.in_time);
                out.push_sql(" order by id limit ");
                DB::push_value(out, Value::Number(&self.limit))?;
                out.push_sql(") as live) as object order by type, object_id limit ");
            }
        }
        DB::push_value(out, Value::Number(&self.limit))
    }

    /// Joins the rows of the objects of this type, which is the name of the table in the singular. With `offset 0`, an
    /// optimization fence, PostgreSQL looks each up by its key instead of joining all rows of the owner.
    fn push_rows<'b, DB: ListBackend>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        kind: &str,
    ) -> QueryResult<()> {
        let (begin, end) = if self.functions.lateral {
            (
                format!("lateral (select * from {kind}s as {kind} where"),
                format!("offset 0) as {kind} on true"),
            )
        } else {
            (format!("{kind}s as {kind} on"), String::new())
        };
        out.push_sql(&format!(" left join {begin} type = '{kind}' and {kind}.owner_id = "));
        DB::push_value(out, Value::Text(self.owner))?;
        out.push_sql(&format!(" and {kind}.id = object_id {end}"));
        Ok(())
    }
}

impl<DB: ListBackend> QueryFragment<DB> for Following<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&format!(
            "select epoch, seen, pruned, type, object_id, changed, {TASK_COLUMNS}, {QUALIFIED_LIST_COLUMNS} from (
                select coalesce(max(epoch), 0) as epoch, coalesce(max(revision), 0) as seen,
                    coalesce(max(pruned_revision), 0) as pruned from owners where owner_id = "
        ));
        DB::push_value(&mut out, Value::Text(self.owner))?;
        out.push_sql(") as owner left join (select type, object_id, changed from (");
        self.push_objects(&mut out)?;
        out.push_sql(") as change on true");
        self.push_rows(&mut out, "task")?;
        self.push_rows(&mut out, "list")
    }
}

impl Query for Following<'_> {
    type SqlType =
        ((BigInt, BigInt, BigInt), Nullable<(Text, Id, BigInt)>, Nullable<Columns>, Nullable<ListColumns>);
}

// Two texts for each database, which are prepared once.
impl QueryId for Following<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Following<'_> {}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
