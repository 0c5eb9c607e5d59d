use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::{Description, Revision, SearchText, TaskId, Timestamp};

use crate::dialect::{Deed, Outcomes, Write, Written};
use crate::failure::Failure;
use crate::postgres::sets::by_ordinal;
use crate::rows::{Id, Moment};
use crate::statement::statement;

/// Makes the tasks of a set of creations.
pub(super) fn create(connection: &mut PgConnection, set: &[Write]) -> Outcomes<Written> {
    let statement = CreateTasks::of(set);
    let rows: Vec<(i64, i64)> = statement.load(connection)?;
    let missing = || Err(Failure::defect("a task was not made and no error was given").error());
    Ok(by_ordinal(set, rows, missing, |write, revision| match &write.deed {
        Deed::Create(task) => Ok(Some(task.kept(&write.owner, Revision::new(revision)))),
        Deed::Update { .. } | Deed::Delete { .. } => missing(),
    }))
}

#[derive(Default)]
struct CreateTasks<'a> {
    owners: Vec<&'a str>,
    ids: Vec<TaskId>,
    titles: Vec<&'a str>,
    descriptions: Vec<Option<&'a str>>,
    completed: Vec<bool>,
    searches: Vec<String>,
    moments: Vec<Timestamp>,
}

impl<'a> CreateTasks<'a> {
    fn of(set: &'a [Write]) -> Self {
        let mut all = Self::default();
        for write in set {
            let Deed::Create(task) = &write.deed else { continue };
            let description = task.description.as_ref().map(Description::as_str);
            all.owners.push(write.owner.id().as_str());
            all.ids.push(task.id);
            all.titles.push(task.title.as_str());
            all.descriptions.push(description);
            all.completed.push(task.completed);
            all.searches.push(SearchText::haystack(task.title.as_str(), description));
            all.moments.push(task.at);
        }
        all
    }
}

statement!(CreateTasks => (BigInt, BigInt));

impl QueryFragment<Pg> for CreateTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with input as materialized (select * from unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Id>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.titles)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.descriptions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Bool>, _>(&self.completed)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.searches)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Moment>, _>(&self.moments)?;
        out.push_sql(
            ") with ordinality as input (of_owner, of_id, title, description, completed, search, moment, ordinal)
            ), enrolled as (
                insert into owners as owner (owner_id, revision, live_tasks)
                select of_owner, count(*), count(*) from input
                group by of_owner order by of_owner collate \"C\"
                on conflict (owner_id) do update set
                    revision = owner.revision + excluded.revision,
                    live_tasks = owner.live_tasks + excluded.live_tasks
                returning owner_id, revision
            ), numbered as materialized (
                select input.*, enrolled.revision + 1
                    - row_number() over (partition by of_owner order by ordinal desc) as next_revision
                from input join enrolled on enrolled.owner_id = of_owner
            ), written as (
                insert into tasks (owner_id, id, title, description, completed, search,
                    created_at, updated_at, revision)
                select of_owner, of_id, title, description, completed, search, moment, moment, next_revision
                from numbered
            )
            select ordinal, next_revision from numbered",
        );
        Ok(())
    }
}
