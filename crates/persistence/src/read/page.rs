//! The SQL of a page ([`PageQuery`]). It is the same on both databases except for what [`SqlFunctions`] has.
//!
//! PostgreSQL reads several small pages of newest tasks with one statement instead: `database::postgres::group_reads`.

mod filter;
mod head;
mod rows;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};
use domain::{
    Direction, DueFilter, ListQuery, Owner, OwnerRevision, Page, Position, Scope, SortKey, Status, stored_key,
};

use super::List;
use super::values::{ListBackend, Value};
use crate::backend::rows::{COLUMNS, Columns, TaskRow};
use crate::workers::Replies;

pub(crate) use head::Head;

/// Pages with a larger offset are scans, since the skipped rows are read too.
const MAX_PAGE_OFFSET: u64 = 1_000;

/// Whether the query reads many more tasks than the page has: a search, an order without an index, the count of a filtered
/// list, a large offset, or the trash (`docs/decisions/0023-queues-by-cost.md`).
pub(crate) fn is_scan(query: &ListQuery) -> bool {
    is_sorted(query)
        || selects_few(query)
        || (query.count && query.status != Status::All)
        || query.offset > MAX_PAGE_OFFSET
}

/// Whether no index has the order.
fn is_sorted(query: &ListQuery) -> bool {
    query.scope == Scope::Trash || query.sort.key != SortKey::Created
}

/// Whether a filter may exclude most of the owner's tasks, so that a page reads many of them.
fn selects_few(query: &ListQuery) -> bool {
    let ListQuery {
        scope: _,
        priorities,
        tags,
        due,
        list,
        search,
        status: _,
        sort: _,
        after: _,
        offset: _,
        limit: _,
        count: _,
    } = query;
    search.is_some()
        || !priorities.is_empty()
        || !tags.is_empty()
        || *due != DueFilter::default()
        || list.is_some()
}

fn is_filtered(query: &ListQuery) -> bool {
    query.status != Status::All || selects_few(query)
}

/// Whether the head of a page also depends on the matches of its filters.
fn reads_matches_twice(query: &ListQuery) -> bool {
    query.due.overdue.is_some() || (query.count && is_filtered(query))
}

/// What differs between the databases.
pub(crate) struct SqlFunctions {
    /// The folded title, extracted from `search`.
    pub(crate) title: &'static str,
    /// A condition that fails when the statement takes too long, if the database has no statement timeout.
    pub(crate) in_time: &'static str,
    /// The function that returns the position of its second argument in its first, from 1; 0 without a match.
    pub(crate) find: &'static str,
    /// The key in the manual order, also of a row that has none.
    pub(crate) position: &'static str,
    /// Whether a subquery can be run for each row of a join.
    pub(crate) lateral: bool,
}

/// A page and one more row, which shows whether more tasks follow.
pub(crate) struct PageQuery<'a> {
    functions: &'a SqlFunctions,
    owner: &'a Owner,
    query: &'a ListQuery,
    completed: Option<bool>,
    /// The searches for the keys of the tags.
    tags: Vec<String>,
    after_revision: i64,
    limit: i64,
    offset: i64,
    form: Form,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// The tasks, each with the head. An empty page has no row, and so no head.
    Plain,
    /// The head, joined to the tasks.
    Joined,
    /// The head, joined to the tasks with the ids that a first step selects from the matches of the filters. The owner's tasks are
    /// read once, also if the head depends on them.
    ById,
}

/// The head, if the owner has a row, and a task: `None` if the page is empty and was not read in [`Form::Plain`].
pub(crate) type Row = (Option<Head>, Option<TaskRow>);

/// Reads the page of each request, each from one snapshot.
pub(crate) fn pages<C>(connection: &mut C, functions: &SqlFunctions, set: &[&List]) -> Replies<Page>
where
    for<'a> PageQuery<'a>: LoadQuery<'a, C, Row>,
{
    let read = |List { owner, query }: &&List| -> QueryResult<Page> {
        let statement = PageQuery::new(functions, owner, query);
        let mut rows: Vec<Row> = statement.load(connection)?;
        if rows.is_empty() {
            let statement = PageQuery { form: Form::Joined, ..PageQuery::new(functions, owner, query) };
            rows = statement.load(connection)?;
        }
        let head = rows.first_mut().and_then(|(head, _)| head.take());
        Ok(page(owner, query, rows.into_iter().filter_map(|(_, row)| row).collect(), head))
    };
    set.iter().map(read).map(|page| page.map(Ok)).collect()
}

/// The page from these rows, which may be one more than its limit.
pub(crate) fn page(owner: &Owner, query: &ListQuery, mut rows: Vec<TaskRow>, head: Option<Head>) -> Page {
    let more = rows.len() > query.limit as usize;
    rows.truncate(query.limit as usize);
    let tasks = rows.into_iter().map(|row| row.into_task(owner.id())).collect();
    let head = head.unwrap_or_default();
    let total = query.count.then_some(head.total.unsigned_abs());
    let until = query.due.overdue.and_then(|overdue| overdue.until(head.next_moment));
    Page { tasks, more, total, at: OwnerRevision::new(head.epoch, head.revision), until }
}

impl Form {
    /// A page that may read many tasks and find none is not read in [`Form::Plain`], since it would be read again for the head.
    fn of(query: &ListQuery) -> Self {
        if is_sorted(query) || (selects_few(query) && reads_matches_twice(query)) {
            Self::ById
        } else if query.count || is_filtered(query) || query.offset > 0 {
            Self::Joined
        } else {
            Self::Plain
        }
    }
}

impl<'a> PageQuery<'a> {
    fn new(functions: &'a SqlFunctions, owner: &'a Owner, query: &'a ListQuery) -> Self {
        let offset = i64::try_from(query.offset).unwrap_or(i64::MAX);
        let limit = i64::from(query.limit) + 1;
        let after_revision = match &query.after {
            Some(Position::Revision(revision, _)) => revision.number(),
            _ => 0,
        };
        let tags = query.tags.iter().map(|tag| stored_key(&tag.key())).collect();
        Self {
            functions,
            owner,
            query,
            completed: query.status.completed(),
            tags,
            after_revision,
            limit,
            offset,
            form: Form::of(query),
        }
    }

    /// The expression for the key of the order, in the table.
    const fn key(&self) -> &'a str {
        match self.query.sort.key {
            SortKey::Created => "created_at",
            SortKey::Updated => "updated_at",
            SortKey::Title => self.functions.title,
            SortKey::DueDate => "due_date",
            SortKey::Priority => "priority",
            SortKey::Completed => "completed",
            SortKey::Position => self.functions.position,
            SortKey::Deleted => "revision",
        }
    }

    /// The order by this expression for the key.
    fn order(&self, key: &str) -> String {
        let direction = match self.query.sort.direction {
            Direction::Ascending => "asc",
            Direction::Descending => "desc",
        };
        let nulls = if self.query.sort.key == SortKey::DueDate { " nulls last" } else { "" };
        format!(" order by {key} {direction}{nulls}, id {direction}")
    }

    /// Whether the text is one of few. A connection keeps prepared statements until it is closed, and a client chooses the
    /// combination of filters and orders, of which there are millions.
    fn has_few_texts(&self) -> bool {
        let ListQuery { scope, priorities, tags, due, list, sort, .. } = self.query;
        *scope == Scope::Live
            && priorities.is_empty()
            && tags.is_empty()
            && *due == DueFilter::default()
            && list.is_none()
            && matches!(sort.key, SortKey::Created | SortKey::Updated | SortKey::Title | SortKey::Position)
    }
}

impl<DB: ListBackend> QueryFragment<DB> for PageQuery<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.has_few_texts() {
            out.unsafe_to_cache_prepared();
        }
        if self.form == Form::Plain {
            out.push_sql("select ");
            self.push_head(&mut out)?;
            out.push_sql(&format!(", {COLUMNS}"));
            return self.push_rows(&mut out);
        }
        if self.form == Form::ById {
            self.push_matches(&mut out)?;
        }
        out.push_sql(&format!("select head, {COLUMNS} from (select "));
        self.push_head(&mut out)?;
        out.push_sql(&format!(" as head) as owner left join (select {COLUMNS}, {} as sort_key", self.key()));
        self.push_page(&mut out)?;
        out.push_sql(") as page on true");
        out.push_sql(&self.order("sort_key"));
        Ok(())
    }
}

impl PageQuery<'_> {
    fn push_head<'b, DB: ListBackend>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(select epoch || ' ' || revision || ' ' || ");
        self.push_total(out)?;
        self.push_next_moment(out)?;
        out.push_sql(" from owners where owner_id = ");
        DB::push_value(out, Value::Text(self.owner.id().as_str()))?;
        out.push_sql(")");
        Ok(())
    }

    /// Counts the matches; without a filter it is the stored count of the owner's tasks.
    fn push_total<'b, DB: ListBackend>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.query.count {
            out.push_sql("0");
        } else if is_filtered(self.query) {
            out.push_sql("(select count(*)");
            self.push_source(out)?;
            out.push_sql(")");
        } else {
            out.push_sql(match self.query.scope {
                Scope::Live => "live_tasks",
                Scope::Trash => "trashed_tasks",
            });
        }
        Ok(())
    }
}

impl Query for PageQuery<'_> {
    type SqlType = (Nullable<Text>, Nullable<Columns>);
}

// The text depends on the query; each of the few common ones is prepared once.
impl QueryId for PageQuery<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for PageQuery<'_> {}

#[cfg(test)]
mod tests;
