//! Reads: their requests, and how a worker serves a group of them. A group is one statement, which can be repeated.
//!
//! SQL that both databases understand belongs here: one task by its key ([`one_task`]), an owner's revision
//! ([`one_revision`]), a page (`page`), changes (`changes`), the counts of tags (`tag_counts`). PostgreSQL reads several tasks,
//! several revisions, and several pages of newest tasks with one statement each: `database::postgres::group_reads`.

mod changes;
mod lists;
mod look_up;
mod page;
mod paged;
mod tag_counts;
mod values;

use std::time::Instant;

use diesel::connection::LoadConnection;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Text};
use diesel::{OptionalExtension, QueryResult, RunQueryDsl};
use domain::{
    AtRevision, Changes, CountedList, ListQuery, Owner, OwnerId, OwnerRevision, Page, RepositoryError, Scope,
    TagCount, Task, TaskId,
};

use crate::backend::rows::{COLUMNS, Columns, Id, TaskRow, text_statement};
use crate::backend::{Backend, Failure, FailureKind};
use crate::workers::{
    CheckedOut, Group, PendingCall, Pool, ROLE_CHECK_AFTER, Replies, Reply, Request, Serve, StatementResult,
    Worker,
};

pub(crate) use changes::Follow;
pub(crate) use lists::Lists;
pub(crate) use look_up::{Found, LookUp};
#[cfg(feature = "postgres")]
pub(crate) use page::{Head, page};
pub(crate) use page::{SqlFunctions, is_scan, pages};
pub(crate) use paged::{PageOf, Paged};
pub(crate) use tag_counts::tag_counts;

/// Maximum attempts of a statement after conflicts and lost connections.
const ATTEMPTS: usize = 4;

/// The most rows of a group of pages. With the longest texts they are 8 MB.
pub(crate) const GROUP_ROWS: usize = 1_600;

/// Reads one task, live or in the trash.
#[derive(Debug)]
pub(crate) struct Get {
    pub(crate) owner: Owner,
    pub(crate) id: TaskId,
    pub(crate) scope: Scope,
}

impl Get {
    /// The reply for the row of this key.
    pub(crate) fn reply(&self, row: Option<TaskRow>) -> Reply<Task> {
        let stored = row.filter(|row| !row.is_retired()).map(|row| row.into_task(self.owner.id()));
        stored.filter(|task| self.scope.contains(task)).ok_or(RepositoryError::NotFound)
    }
}

/// Reads one page of an owner's tasks.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) owner: Owner,
    pub(crate) query: ListQuery,
}

/// Reads many rows of an owner.
#[derive(Debug)]
pub(crate) enum Scan {
    /// Reads a page.
    List(Box<List>),
    /// Reads the lists.
    Lists(Lists),
    /// Counts the tags.
    Tags(Owner),
}

/// The result of a scan.
pub(crate) enum Scanned {
    /// Of [`Scan::List`].
    Page(Page),
    /// Of [`Scan::Lists`].
    Lists(AtRevision<Vec<CountedList>>),
    /// Of [`Scan::Tags`].
    Tags(AtRevision<Vec<TagCount>>),
}

impl Request for Scan {
    fn owner(&self) -> Option<&OwnerId> {
        match self {
            Self::List(list) => Some(list.owner.id()),
            Self::Lists(lists) => Some(lists.owner.id()),
            Self::Tags(owner) => Some(owner.id()),
        }
    }
}

/// A database that reads tasks. A single request is a group of one.
pub(crate) trait ReadBackend: Backend {
    fn get(connection: &mut Self::Connection, group: &[&Get]) -> Replies<Task>;

    fn revisions(
        &self,
        connection: &mut Self::Connection,
        owners: &[&Owner],
    ) -> QueryResult<Vec<OwnerRevision>>;

    /// Reads the tasks and the revisions of a group, with a statement for each kind.
    fn look_up(&self, connection: &mut Self::Connection, group: &[LookUp]) -> Replies<Found> {
        look_up::look_up(self, connection, group)
    }

    fn list(connection: &mut Self::Connection, group: &[&List]) -> Replies<Page>;

    fn changes(connection: &mut Self::Connection, follow: &Follow) -> QueryResult<Reply<Changes>>;

    /// Reads the pages of a group, of tasks or of changes.
    fn paged(connection: &mut Self::Connection, group: &[PageOf]) -> Replies<Paged> {
        paged::paged::<Self>(connection, group)
    }

    fn lists(connection: &mut Self::Connection, lists: &Lists) -> QueryResult<AtRevision<Vec<CountedList>>>;

    fn tags(connection: &mut Self::Connection, owner: &Owner) -> QueryResult<AtRevision<Vec<TagCount>>>;

    fn scan(connection: &mut Self::Connection, group: &[Scan]) -> Replies<Scanned> {
        let mut replies = Vec::with_capacity(group.len());
        for scan in group {
            match scan {
                Scan::List(list) => {
                    let pages = Self::list(connection, &[list])?;
                    replies.extend(pages.into_iter().map(|page| page.map(Scanned::Page)));
                }
                Scan::Lists(lists) => replies.push(Ok(Scanned::Lists(Self::lists(connection, lists)?))),
                Scan::Tags(owner) => replies.push(Ok(Scanned::Tags(Self::tags(connection, owner)?))),
            }
        }
        Ok(replies)
    }

    /// How many rows a page adds to a group of at most [`GROUP_ROWS`]; all of them when it must be read alone.
    fn page_weight(_: &List) -> usize {
        GROUP_ROWS
    }
}

/// The result of a read.
pub(crate) trait Rows {
    /// How many rows it has.
    fn rows(&self) -> usize;
}

impl Rows for Page {
    fn rows(&self) -> usize {
        self.tasks.len()
    }
}

impl Rows for Scanned {
    fn rows(&self) -> usize {
        match self {
            Self::Page(page) => page.rows(),
            Self::Lists(lists) => lists.read.len(),
            Self::Tags(tags) => tags.read.len(),
        }
    }
}

/// Serves groups of reads with one statement.
pub(crate) struct Reads<B: Backend, R, A> {
    pub(crate) run: fn(&B, &mut B::Connection, &[R]) -> Replies<A>,
}

impl<B: Backend, R: Request, A: Rows + Send + 'static> Serve<B, R, A> for Reads<B, R, A> {
    /// Runs calls together. If one of them may have caused a failure, each is run alone, so that it fails alone. If the
    /// group takes too long, the calls of each owner are run alone.
    fn serve(&mut self, worker: &Worker<'_, B, R, A>, mut group: Group<R, A>) {
        group.calls.iter().for_each(PendingCall::await_connection);
        let Err(failure) = self.attempt(worker, &mut group) else { return };
        match failure.kind {
            FailureKind::Fault | FailureKind::Unrecognized | FailureKind::Duplicate | FailureKind::Damage
                if group.len() > 1 =>
            {
                group.split_each().into_iter().for_each(|single| self.serve(worker, single));
            }
            FailureKind::Timeout if group.has_several_owners() => {
                worker.queue().put_back(group, worker.context().timeouts.response * 2);
            }
            _ => group.reply_all(|| Err(failure.error())),
        }
    }
}

impl<B: Backend, R: Request, A: Rows + Send + 'static> Reads<B, R, A> {
    /// Runs calls together and replies to them, unless it fails.
    fn attempt(&self, worker: &Worker<'_, B, R, A>, group: &mut Group<R, A>) -> Result<(), Failure> {
        let context = worker.context();
        for attempt in 1.. {
            let mut connection = worker.connect()?;
            group.begin(context, attempt == 1);
            if group.is_empty() {
                return Ok(());
            }
            let begun = Instant::now();
            let requests = &group.requests;
            let result = worker.run_with_limit(&mut connection, context.timeouts.hang, |connection| {
                context.pool.read(connection, |database, inner| (self.run)(database, inner, requests))
            });
            let elapsed = begun.elapsed();
            context.statement_ended(&group.calls, elapsed, statement_result(result.as_ref()));
            let error = match result {
                Some(Ok(outcomes)) if outcomes.len() == group.len() => {
                    drop(connection);
                    group.reply(outcomes);
                    return Ok(());
                }
                Some(Ok(_)) => {
                    return Err(Failure::internal("the numbers of replies and calls differ"));
                }
                Some(Err(error)) => error,
                None => return Err(Failure::no_response_within(elapsed)),
            };
            let failure = Failure::of::<B>(error, elapsed >= context.timeouts.statement);
            if !conclude(&context.pool, &failure, connection, attempt) {
                return Err(failure);
            }
            context.observer.retried(context.kind);
        }
        Err(Failure::internal("no attempt was made"))
    }
}

fn statement_result<A: Rows>(result: Option<&Replies<A>>) -> StatementResult {
    match result {
        Some(Ok(replies)) => {
            StatementResult::Completed { rows: Some(replies.iter().flatten().map(Rows::rows).sum()) }
        }
        Some(Err(_)) => StatementResult::Failed,
        None => StatementResult::NoResponse,
    }
}

/// Updates the pool after a failure, and returns whether to retry.
fn conclude<B: Backend>(
    pool: &Pool<B>,
    failure: &Failure,
    connection: CheckedOut<B>,
    attempt: usize,
) -> bool {
    match failure.kind {
        FailureKind::Lost => {
            pool.record_loss(connection);
            attempt < ATTEMPTS
        }
        FailureKind::Damage => {
            Pool::discard(connection);
            false
        }
        FailureKind::Conflict => attempt < ATTEMPTS,
        // A new connection may reach a writable server, which readiness requires.
        FailureKind::ReadOnly if connection.made().elapsed() >= ROLE_CHECK_AFTER => {
            pool.discard_all();
            drop(connection);
            attempt == 1
        }
        _ => false,
    }
}

/// Reads one task by its key: the fastest statement for a group of one.
pub(crate) fn one_task<C>(connection: &mut C, get: &Get) -> QueryResult<Reply<Task>>
where
    C: LoadConnection,
    for<'a> OneTask<'a>: LoadQuery<'a, C, TaskRow>,
{
    let row = OneTask { owner: get.owner.id().as_str(), id: &get.id }.get_result(connection).optional()?;
    Ok(get.reply(row))
}

// Without a condition on `deleted_at`: PostgreSQL might choose the index of the live tasks and read all of the owner's,
// since that index is smaller than the primary key after many deletions.
text_statement!(OneTask(owner: str as Text, id: TaskId as Id) => Columns,
    ["select ", COLUMNS, " from tasks where owner_id = ? and id = ?"]);

/// Reads the revision of one owner: the fastest statement for a group of one.
pub(crate) fn one_revision<C>(connection: &mut C, owner: &Owner) -> QueryResult<OwnerRevision>
where
    C: LoadConnection,
    for<'a> OneRevision<'a>: LoadQuery<'a, C, (i64, i64)>,
{
    let row = OneRevision { owner: owner.id().as_str() }.get_result(connection).optional()?;
    Ok(row.map_or(OwnerRevision::NONE, |(epoch, revision)| OwnerRevision::new(epoch, revision)))
}

text_statement!(OneRevision(owner: str as Text) => (BigInt, BigInt),
    ["select epoch, revision from owners where owner_id = ?"]);
