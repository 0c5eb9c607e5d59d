//! The tasks that a set of changes or deletions is about, and the part of the statement that both share.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, Nullable, Text};
use domain::{EntityTags, Precondition, RepositoryError, Revision, TaskId, Timestamp};

use crate::dialect::Write;
use crate::rows::{Id, Moment};

/// Which tasks, under which conditions, when.
#[derive(Default)]
pub(super) struct Targets<'a> {
    owners: Vec<&'a str>,
    ids: Vec<TaskId>,
    if_match: Vec<Option<String>>,
    if_none_match: Vec<Option<String>>,
    moments: Vec<Timestamp>,
}

impl<'a> Targets<'a> {
    pub(super) fn push(&mut self, write: &'a Write, id: TaskId, precondition: &Precondition, at: Timestamp) {
        self.owners.push(write.owner.id().as_str());
        self.ids.push(id);
        // Every task that is there matches the star.
        let listed = precondition.if_match.as_ref().filter(|tags| **tags != EntityTags::Any);
        self.if_match.push(listed.map(text));
        self.if_none_match.push(precondition.if_none_match.as_ref().map(text));
        self.moments.push(at);
    }

    /// The values for [`Self::NAMES`].
    pub(super) fn push_values<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Id>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.if_match)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.if_none_match)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Moment>, _>(&self.moments)
    }

    pub(super) const NAMES: &'static str = "of_owner, of_id, if_match, if_none_match, moment";

    /// From `input` to `granted`: locks, and tests the conditions on what it locked. Each of the granted is a step of
    /// its owner's revision.
    ///
    /// The order in the inner queries is the order of locking. `held` keeps tombstones too: were they left out where
    /// the row is looked up, the planner could look for it among all live tasks of the owner.
    pub(super) const GRANTED: &'static str = "
        owner as materialized (
            select of_owner as held_owner
            from (select of_owner from input group by of_owner order by of_owner collate \"C\") as asked
            cross join lateral (
                select from owners where owner_id = of_owner for no key update
            ) as owner
        ), held as materialized (
            select * from (
                select * from input join owner on held_owner = of_owner
                order by of_owner collate \"C\", of_id
            ) as asked
            cross join lateral (
                select title, description, completed, search, created_at, deleted_at,
                    revision as current_revision
                from tasks where owner_id = of_owner and id = of_id for no key update
            ) as task
        ), granted as materialized (
            select *, row_number() over (partition by of_owner order by ordinal) as step,
                count(*) over (partition by of_owner) as steps
            from held
            where deleted_at is null
                and (if_match is null or current_revision = any (string_to_array(if_match, ',')::bigint[]))
                and case if_none_match when '*' then false else coalesce(
                    current_revision <> all (string_to_array(if_none_match, ',')::bigint[]), true) end
        )";

    /// Takes the revisions of the granted; so many live tasks go. An upsert of a row that is there finds it by its key,
    /// in its newest version, whatever the planner thinks of the table.
    pub(super) const ADVANCED: &'static str = ", advanced as (
            insert into owners as owner (owner_id, revision, live_tasks)
            select of_owner, count(*), count(*) from granted group by of_owner
            on conflict (owner_id) do update set
                revision = owner.revision + excluded.revision,
                live_tasks = owner.live_tasks - ";
}

fn text(tags: &EntityTags) -> String {
    match tags {
        EntityTags::Any => "*".into(),
        EntityTags::Revisions(revisions) => {
            revisions.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        }
    }
}

/// What the precondition left of a write on a task at this revision.
pub(super) fn refused(current: i64) -> RepositoryError {
    RepositoryError::PreconditionFailed { current: Revision::new(current) }
}
