//! The SQL that counts the tags of an owner.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};
use domain::{AtRevision, Owner, OwnerRevision, TagCount, Tags, count_tags};

use super::SqlFunctions;

/// The owner's epoch and revision, with the stored tags of their live tasks and how many tasks have the same ones; without
/// tags one row. Most tasks share theirs with others.
pub(crate) struct UsedTags<'a> {
    functions: &'a SqlFunctions,
    owner: &'a Owner,
}

/// Counts the tags of the owner's live tasks.
pub(crate) fn tag_counts<C>(
    connection: &mut C,
    functions: &SqlFunctions,
    owner: &Owner,
) -> QueryResult<AtRevision<Vec<TagCount>>>
where
    for<'a> UsedTags<'a>: LoadQuery<'a, C, Row>,
{
    let rows: Vec<Row> = UsedTags { functions, owner }.load(connection)?;
    let at = rows
        .first()
        .map_or(OwnerRevision::NONE, |(epoch, revision, _)| OwnerRevision::new(*epoch, *revision));
    let tasks = rows.into_iter().filter_map(|(.., used)| {
        let (stored, count) = used?;
        Some((Tags::from_stored(&stored), count.unsigned_abs()))
    });
    Ok(AtRevision { read: count_tags(tasks), at })
}

type Row = (i64, i64, Option<(String, i64)>);

impl<DB: Backend> QueryFragment<DB> for UsedTags<'_>
where
    str: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "select epoch, revision, tags, number from (
                select coalesce(max(epoch), 0) as epoch, coalesce(max(revision), 0) as revision
                from owners where owner_id = ",
        );
        out.push_bind_param::<Text, str>(self.owner.id().as_str())?;
        out.push_sql(") as owner left join (select tags, count(*) as number from tasks where owner_id = ");
        out.push_bind_param::<Text, str>(self.owner.id().as_str())?;
        out.push_sql(" and deleted_at is null and tags <> ''");
        out.push_sql(self.functions.in_time);
        out.push_sql(" group by tags) as used on true");
        Ok(())
    }
}

impl Query for UsedTags<'_> {
    type SqlType = (BigInt, BigInt, Nullable<(Text, BigInt)>);
}

// One text for each database, which is prepared once.
impl QueryId for UsedTags<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for UsedTags<'_> {}
