//! Statements that read a whole group in one round trip: tasks by their keys, revisions of owners, and small pages of the
//! newest tasks.
//!
//! A single row and every other page are read with the statements of both databases, in [`read`](crate::read).

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::{
    DueFilter, ListQuery, Owner, OwnerRevision, Page, Position, RepositoryError, Scope, Sort, Status, Task,
    TaskId, Timestamp,
};

use crate::backend::Layout;
use crate::backend::rows::manual_order::POSTGRES_POSITION;
use crate::backend::rows::{COLUMNS, Columns, Id, TaskRow, UtcTimestamp, statement};
use crate::read::{GROUP_ROWS, Get, Head, List, SqlFunctions, page, pages};
use crate::workers::{Replies, Reply};

/// Reads the tasks of a group.
pub(super) fn tasks(connection: &mut PgConnection, group: &[&Get]) -> Replies<Task> {
    let owners = group.iter().map(|get| get.owner.id().as_str()).collect();
    let ids = group.iter().map(|get| get.id).collect();
    let rows: Vec<(i64, TaskRow)> = TasksByKey { owners, ids }.load(connection)?;
    let mut replies: Vec<Reply<Task>> = group.iter().map(|_| Err(RepositoryError::NotFound)).collect();
    for (ordinal, row) in rows {
        // Ordinals count from 1.
        let place = usize::try_from(ordinal - 1).unwrap_or(usize::MAX);
        if let (Some(reply), Some(get)) = (replies.get_mut(place), group.get(place)) {
            *reply = get.reply(Some(row));
        }
    }
    Ok(replies)
}

/// Reads the revisions of a group.
pub(super) fn revisions(
    connection: &mut PgConnection,
    group: &[&Owner],
    layout: Layout,
) -> QueryResult<Vec<OwnerRevision>> {
    let owners: Vec<&str> = group.iter().map(|owner| owner.id().as_str()).collect();
    let rows: Vec<(String, i64, i64)> = match layout {
        Layout::Together => Revisions { owners }.load(connection)?,
        Layout::Distributed => RevisionsOnServers { owners }.load(connection)?,
    };
    let stored: HashMap<&str, OwnerRevision> = rows
        .iter()
        .map(|(owner, epoch, revision)| (owner.as_str(), OwnerRevision::new(*epoch, *revision)))
        .collect();
    let revision = |owner: &&Owner| stored.get(owner.id().as_str()).copied().unwrap_or(OwnerRevision::NONE);
    Ok(group.iter().map(revision).collect())
}

/// A look-up of each owner: `any` with an array would enter all partitions.
struct Revisions<'a> {
    owners: Vec<&'a str>,
}

statement!(Revisions => (Text, BigInt, BigInt));

impl QueryFragment<Pg> for Revisions<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select of_owner, epoch, revision from unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(
            ") as input (of_owner) cross join lateral (
                select epoch, revision from owners where owner_id = of_owner offset 0
            ) as owner",
        );
        Ok(())
    }
}

/// The same on several servers, each of which looks up its owners.
struct RevisionsOnServers<'a> {
    owners: Vec<&'a str>,
}

statement!(RevisionsOnServers => (Text, BigInt, BigInt));

impl QueryFragment<Pg> for RevisionsOnServers<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select owner_id, epoch, revision from owners where owner_id = any(");
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(")");
        Ok(())
    }
}

/// `offset 0` is an optimization fence: each task is looked up by its key. Without it, the planner may join the group to
/// a scan of a table that it assumes to be small.
struct TasksByKey<'a> {
    owners: Vec<&'a str>,
    ids: Vec<TaskId>,
}

statement!(TasksByKey => (BigInt, Columns));

impl QueryFragment<Pg> for TasksByKey<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select ordinal, ");
        out.push_sql(COLUMNS);
        out.push_sql(" from unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Id>, _>(&self.ids)?;
        out.push_sql(
            ") with ordinality as input (of_owner, of_id, ordinal)
            cross join lateral (
                select * from tasks where owner_id = of_owner and id = of_id offset 0
            ) as task",
        );
        Ok(())
    }
}

pub(super) const FUNCTIONS: SqlFunctions = SqlFunctions {
    title: "split_part(search, chr(31), 1)",
    in_time: "",
    find: "strpos",
    position: POSTGRES_POSITION,
    lateral: true,
};

/// The largest page that is read in a group. Larger ones gain nothing from it, and wait for the others.
const LARGEST_IN_GROUP: u32 = 100;

/// The rows of a page in a group; small pages of the newest tasks share a group.
pub(super) fn page_weight(List { query, .. }: &List) -> usize {
    if is_newest(query) && query.limit <= LARGEST_IN_GROUP { query.limit.max(1) as usize } else { GROUP_ROWS }
}

/// Reads the pages of a group: in one statement if all are of the newest tasks, else one by one.
pub(super) fn list(connection: &mut PgConnection, group: &[&List]) -> Replies<Page> {
    if group.len() == 1 || !group.iter().all(|List { query, .. }| is_newest(query)) {
        return pages(connection, &FUNCTIONS, group);
    }
    let mut rows: Vec<(i64, Option<Head>, Option<TaskRow>)> = NewestTasks::of(group).load(connection)?;
    // The rows usually arrive in this order, but only `order by` would guarantee it, which doubles the cost of a page.
    let time_order = |row: &Option<TaskRow>| row.as_ref().map(TaskRow::time_order);
    rows.sort_by(|(one, _, row), (other, _, next)| {
        one.cmp(other).then_with(|| time_order(next).cmp(&time_order(row)))
    });
    let mut rows = rows.into_iter().peekable();
    let outcome = |(number, List { owner, query }): (i64, &&List)| {
        let mut head = None;
        let of_page = std::iter::from_fn(|| rows.next_if(|(ordinal, ..)| *ordinal == number));
        let tasks = of_page.filter_map(|(_, of_row, row)| {
            head = of_row;
            row
        });
        let tasks = tasks.collect();
        Ok(page(owner, query, tasks, head))
    };
    Ok((1..).zip(group).map(outcome).collect())
}

/// Whether it is a page of all of an owner's tasks, newest first, as most are.
fn is_newest(query: &ListQuery) -> bool {
    let ListQuery {
        scope,
        status,
        priorities,
        tags,
        due,
        list,
        search,
        sort,
        after,
        count,
        offset: _,
        limit: _,
    } = query;
    *scope == Scope::Live
        && *status == Status::All
        && priorities.is_empty()
        && tags.is_empty()
        && *due == DueFilter::default()
        && list.is_none()
        && search.is_none()
        && *sort == Sort::default()
        && matches!(after, None | Some(Position::Time(..)))
        && !*count
}

struct NewestTasks<'a> {
    owners: Vec<&'a str>,
    after_times: Vec<Option<Timestamp>>,
    after_ids: Vec<Option<TaskId>>,
    limits: Vec<i64>,
    offsets: Vec<i64>,
}

impl<'a> NewestTasks<'a> {
    fn of(group: &[&'a List]) -> Self {
        let after = |list: &List| match list.query.after {
            Some(Position::Time(time, id)) => Some((time, id)),
            _ => None,
        };
        Self {
            owners: group.iter().map(|list| list.owner.id().as_str()).collect(),
            after_times: group.iter().map(|list| Some(after(list)?.0)).collect(),
            after_ids: group.iter().map(|list| Some(after(list)?.1)).collect(),
            // One more row shows whether more tasks follow.
            limits: group.iter().map(|list| i64::from(list.query.limit) + 1).collect(),
            offsets: group.iter().map(|list| i64::try_from(list.query.offset).unwrap_or(i64::MAX)).collect(),
        }
    }
}

statement!(NewestTasks => (BigInt, Nullable<Text>, Nullable<Columns>));

impl QueryFragment<Pg> for NewestTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select ordinal, head, ");
        out.push_sql(COLUMNS);
        out.push_sql(" from unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<UtcTimestamp>>, _>(&self.after_times)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Id>>, _>(&self.after_ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.limits)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.offsets)?;
        // Without a position, the page begins at infinity.
        out.push_sql(
            ") with ordinality as input (of_owner, after_time, after_id, page_limit, page_offset, ordinal)
            left join lateral (
                select epoch || ' ' || revision as head from owners where owner_id = of_owner offset 0
            ) as owner on true
            left join lateral (
                select * from tasks where owner_id = of_owner and deleted_at is null
                    and (created_at, id) < (coalesce(after_time, 'infinity'),
                        coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
                order by created_at desc, id desc limit page_limit offset page_offset
            ) as page on true",
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::{Owner, SortKey};

    use super::*;

    fn weight_of(query: ListQuery) -> usize {
        page_weight(&List { owner: Owner::for_test("a"), query })
    }

    #[test]
    fn small_newest_pages_are_grouped() {
        let small = || ListQuery { limit: 50, ..ListQuery::default() };
        assert_eq!(weight_of(small()), 50);
        let by_title = Sort { key: SortKey::Title, ..Sort::default() };
        let alone = [
            ListQuery { status: Status::Pending, ..small() },
            ListQuery { sort: by_title, ..small() },
            ListQuery { count: true, ..small() },
            ListQuery::default(),
        ];
        assert!(alone.into_iter().all(|query| weight_of(query) == GROUP_ROWS));
    }
}
