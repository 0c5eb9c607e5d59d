use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
use domain::{OrderKey, Revision, TaskId, Timestamp, Touch};

use super::super::push;
use super::BY_KEY;
use crate::backend::rows::{Id, UtcTimestamp};

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

    /// A current search text remains current, since no text changes.
    pub(super) fn push_clause<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            ", touched as (update tasks set position = coalesce(new_position, position),
                search_revision = case when search_revision = revision then coalesce(new_revision, revision)
                    else search_revision end,
                revision = coalesce(new_revision, revision), updated_at = greatest(updated_at, new_time),
                list_id = case when loses_list then null else list_id end,
                deleted_at = coalesce(new_deletion, deleted_at)
            from (select of_owner, of_id, new_position, new_revision, new_time, loses_list, new_deletion
                from unnest(",
        );
        out.push_bind_param::<Array<BigInt>, _>(&self.of)?;
        push!(out, Array<Id> => &self.ids, Array<Nullable<Text>> => &self.positions,
            Array<Nullable<BigInt>> => &self.revisions, Array<Nullable<UtcTimestamp>> => &self.timestamps,
            Array<Bool> => &self.lists_lost, Array<Nullable<UtcTimestamp>> => &self.deletions);
        out.push_sql(
            ") as input (ordinal, of_id, new_position, new_revision, new_time, loses_list, new_deletion) join passed using (ordinal)",
        );
        out.push_sql(BY_KEY);
        out.push_sql(") as input where tasks.owner_id = of_owner and tasks.id = of_id)");
        Ok(())
    }
}
