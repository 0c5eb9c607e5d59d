//! Reads: one task by its key ([`one_task`]) and pages of tasks ([`page`]).
//!
//! SQL that both databases understand belongs here; statements for whole groups are PostgreSQL's.

mod page;

use diesel::connection::LoadConnection;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::Text;
use diesel::{OptionalExtension, QueryResult, RunQueryDsl};
use domain::{ListQuery, Owner, OwnerId, Page, RepositoryError, Task, TaskId};

use crate::backend::Backend;
use crate::backend::rows::{COLUMNS, Columns, Id, TaskRow, text_statement};
use crate::workers::{Replies, Reply, Request};

#[cfg(feature = "postgres")]
pub(crate) use page::page;
pub(crate) use page::{SqlFunctions, is_scan, pages};

/// The most rows of a group of pages. With the longest texts they are 8 MB.
pub(crate) const GROUP_ROWS: usize = 1_600;

/// Reads one live task.
#[derive(Debug)]
pub(crate) struct Get {
    pub(crate) owner: Owner,
    pub(crate) id: TaskId,
}

/// Reads one page of an owner's tasks.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) owner: Owner,
    pub(crate) query: ListQuery,
}

impl Request for Get {
    fn owner(&self) -> Option<&OwnerId> {
        Some(self.owner.id())
    }
}

impl Request for List {
    fn owner(&self) -> Option<&OwnerId> {
        Some(self.owner.id())
    }
}

/// A database that reads tasks. A single request is a group of one.
pub(crate) trait ReadBackend: Backend {
    fn get(connection: &mut Self::Connection, group: &[Get]) -> Replies<Task>;

    fn list(connection: &mut Self::Connection, group: &[List]) -> Replies<Page>;

    /// How many rows a page adds to a group of at most [`GROUP_ROWS`]; all of them when it must be read alone.
    fn page_weight(_: &List) -> usize {
        GROUP_ROWS
    }
}

/// Reads one live task by its key: the fastest statement for a group of one.
pub(crate) fn one_task<C>(connection: &mut C, get: &Get) -> QueryResult<Reply<Task>>
where
    C: LoadConnection,
    for<'a> OneTask<'a>: LoadQuery<'a, C, TaskRow>,
{
    let row = OneTask { owner: get.owner.id().as_str(), id: &get.id }.get_result(connection).optional()?;
    Ok(row.map(|row| row.into_task(get.owner.id())).ok_or(RepositoryError::NotFound))
}

// `limit 1` keeps the outer condition out of the subquery. Inside it, PostgreSQL may choose the index of the live tasks and
// read all of the owner's: that index is smaller than the primary key after many deletions.
text_statement!(OneTask(owner: str as Text, id: TaskId as Id) => Columns,
    ["select ", COLUMNS, " from (select * from tasks where owner_id = ? and id = ? limit 1) as task where deleted_at is null"]);
