use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use domain::{OrderKey, Revision, TaskId, Timestamp, Touch};

use super::super::unnest::{IN_FROM, IN_SELECT, Unnest, push_rows};
use super::BY_KEY;
use crate::backend::rows::{Id, UtcTimestamp, statement};

/// Columns of rows that are not loaded; null leaves a column as it is.
#[derive(Default)]
pub(super) struct Touched<'a> {
    pub(super) of: Vec<i64>,
    ids: Vec<TaskId>,
    positions: Vec<Option<&'a str>>,
    revisions: Vec<Option<i64>>,
    timestamps: Vec<Option<Timestamp>>,
    lists_lost: Vec<bool>,
    deletions: Vec<Option<Timestamp>>,
}

impl<'a> Touched<'a> {
    pub(super) fn push(&mut self, ordinal: i64, touch: &'a Touch) {
        let Touch { id, position, revision, updated_at, loses_list, deleted_at } = touch;
        self.of.push(ordinal);
        self.ids.push(*id);
        self.positions.push(position.as_ref().map(OrderKey::as_str));
        self.revisions.push(revision.map(Revision::number));
        self.timestamps.push(*updated_at);
        self.lists_lost.push(*loses_list);
        self.deletions.push(*deleted_at);
    }

    pub(super) fn push_clause<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(", touched as (");
        push_assignments(out);
        out.push_sql(" from (select of_owner, ");
        out.push_sql(INPUT);
        self.push_input(out, &IN_SELECT)?;
        out.push_sql(" join passed using (ordinal)");
        out.push_sql(BY_KEY);
        out.push_sql(") as input where tasks.owner_id = of_owner and tasks.id = of_id)");
        Ok(())
    }

    /// The ordinal is of use only for rows of several owners.
    fn push_input<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>, unnest: &Unnest) -> QueryResult<()> {
        out.push_sql(" from ");
        push_rows!(out, unnest, BigInt => &self.of, Id => &self.ids, Nullable<Text> => &self.positions,
            Nullable<BigInt> => &self.revisions, Nullable<UtcTimestamp> => &self.timestamps,
            Bool => &self.lists_lost, Nullable<UtcTimestamp> => &self.deletions);
        out.push_sql(" as input (ordinal, ");
        out.push_sql(INPUT);
        out.push_sql(")");
        Ok(())
    }
}

/// A current search text remains current, since no text changes.
fn push_assignments(out: &mut AstPass<'_, '_, Pg>) {
    out.push_sql(
        "update tasks set position = coalesce(new_position, position),
            search_revision = case when search_revision = revision then coalesce(new_revision, revision)
                else search_revision end,
            revision = coalesce(new_revision, revision), updated_at = greatest(updated_at, new_time),
            list_id = case when loses_list then null else list_id end,
            deleted_at = coalesce(new_deletion, deleted_at)",
    );
}

/// The columns of the input.
const INPUT: &str = "of_id, new_position, new_revision, new_time, loses_list, new_deletion";

/// The same for rows of one owner, as a statement of its own.
pub(in crate::database::postgres::write) struct TouchTasks<'a> {
    owner: &'a str,
    touched: Touched<'a>,
}

impl<'a> TouchTasks<'a> {
    pub(in crate::database::postgres::write) fn of(owner: &'a str, rows: &'a [Touch]) -> Self {
        let mut touched = Touched::default();
        for touch in rows {
            touched.push(1, touch);
        }
        Self { owner, touched }
    }
}

statement!(TouchTasks => ());

impl QueryFragment<Pg> for TouchTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_assignments(&mut out);
        out.push_sql(" from (select *");
        self.touched.push_input(&mut out, &IN_FROM)?;
        out.push_sql(BY_KEY);
        out.push_sql(") as input where tasks.id = of_id and tasks.owner_id = ");
        out.push_bind_param::<Text, str>(self.owner)
    }
}
