//! The SQL that counts the tags of an owner.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryResult, RunQueryDsl};
use domain::{Owner, TagCount, Tags, count_tags};

use super::SqlFunctions;

/// The stored tags of the owner's live tasks, and how many tasks have the same ones. Most tasks share theirs with others.
pub(crate) struct UsedTags<'a> {
    functions: &'a SqlFunctions,
    owner: &'a Owner,
}

/// Counts the tags of the owner's live tasks.
pub(crate) fn tag_counts<C>(
    connection: &mut C,
    functions: &SqlFunctions,
    owner: &Owner,
) -> QueryResult<Vec<TagCount>>
where
    for<'a> UsedTags<'a>: LoadQuery<'a, C, (String, i64)>,
{
    let rows: Vec<(String, i64)> = UsedTags { functions, owner }.load(connection)?;
    let tasks = rows.into_iter().map(|(stored, count)| (Tags::from_stored(&stored), count.unsigned_abs()));
    Ok(count_tags(tasks))
}

impl<DB: Backend> QueryFragment<DB> for UsedTags<'_>
where
    str: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("select tags, count(*) from tasks where owner_id = ");
        out.push_bind_param::<Text, str>(self.owner.id().as_str())?;
        out.push_sql(" and deleted_at is null and tags <> ''");
        out.push_sql(self.functions.in_time);
        out.push_sql(" group by tags");
        Ok(())
    }
}

impl Query for UsedTags<'_> {
    type SqlType = (Text, BigInt);
}

// One text for each database, which is prepared once.
impl QueryId for UsedTags<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for UsedTags<'_> {}
