//! The domain's repository: each call becomes a request in the queue of its kind.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    AtRevision, Changes, Command, CountedList, FeedPosition, Idempotency, Ids, ListQuery, Outcome, Owner,
    OwnerId, OwnerRevision, Page, RepositoryError, Scope, TagCount, Task, TaskId, TaskRepository, Timestamp,
};

use super::notifier::{Known, OwnerNotifier};
use super::outage::Part;
use super::queues::Queues;
use super::replicas::Replicas;
use super::servers::Servers;
use crate::backend::Failure;
use crate::read::{Follow, Found, Get, List, Lists, LookUp, PageOf, Paged, Scan, Scanned, is_scan};
use crate::write::{Ownership, Write};

/// Tasks behind workers.
pub(crate) struct WorkerTasks {
    /// Of the file, or of the server that the URL names.
    pub(super) queues: Arc<Queues>,
    /// Of the servers that distributed tables are on.
    pub(super) servers: Option<Servers>,
    /// For pages that may be old.
    pub(super) replicas: Option<Replicas>,
    /// Whether every write is rejected.
    pub(super) read_only: bool,
    /// Other processes are notified as long as this one writes.
    pub(super) _notifier: Arc<OwnerNotifier>,
}

#[async_trait]
impl TaskRepository for WorkerTasks {
    async fn execute(
        &self,
        owner: &Owner,
        command: Command,
        request: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<Outcome, RepositoryError> {
        self.check_writable()?;
        let owner = owner.id().clone();
        let queues = self.queues_of(&owner);
        let queue = queues.writes_of(&owner);
        let queue = queue.ok_or_else(|| Failure::internal("there is no worker for writes").error())?;
        let outcome = queue.submit(Write { owner: owner.clone(), command, request, now }).await;
        queues.outages.record(Part::Writes, &outcome);
        self.note_unknown(&[&owner], &outcome);
        outcome
    }

    async fn erase(&self, owner: &Owner) -> Result<(), RepositoryError> {
        self.check_writable()?;
        let owners = &self.queues_of(owner.id()).owners;
        let outcome = owners.submit(Ownership::Erase(owner.id().clone())).await;
        self.note_unknown(&[owner.id()], &outcome);
        outcome.map(|_| ())
    }

    async fn execute_move(
        &self,
        from: &Owner,
        to: &Owner,
        ids: Arc<dyn Ids>,
        request: Option<(Idempotency, Timestamp)>,
    ) -> Result<Outcome, RepositoryError> {
        self.check_writable()?;
        let (from, to) = (from.id().clone(), to.id().clone());
        let request = Ownership::Move { from: from.clone(), to: to.clone(), ids, request };
        let outcome = self.queues.owners.submit(request).await;
        self.note_unknown(&[&from, &to], &outcome);
        outcome
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.get_in(Scope::Live, owner, id).await
    }

    async fn get_trashed(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.get_in(Scope::Trash, owner, id).await
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        let is_scan = is_scan(&query);
        let list = List { owner: owner.clone(), query };
        let page = if is_scan {
            let page = |scanned| if let Scanned::Page(page) = scanned { Some(page) } else { None };
            self.scan(owner, Scan::List(Box::new(list)), page).await?
        } else {
            let page = |paged| if let Paged::Tasks(page) = paged { Some(page) } else { None };
            self.page(owner, PageOf::Tasks(list), page).await?
        };
        self.has_read(owner, page.at);
        Ok(page)
    }

    async fn list_within(
        &self,
        owner: &Owner,
        query: ListQuery,
        max_age: Duration,
    ) -> Result<(Page, bool), RepositoryError> {
        if let Some(replicas) = &self.replicas
            && let Some(page) = replicas.list(owner, &query, max_age).await
        {
            return Ok((page, true));
        }
        Ok((self.list(owner, query).await?, false))
    }

    async fn lists(
        &self,
        owner: &Owner,
        counted: bool,
    ) -> Result<AtRevision<Vec<CountedList>>, RepositoryError> {
        let lists = |scanned| if let Scanned::Lists(lists) = scanned { Some(lists) } else { None };
        let lists = self.scan(owner, Scan::Lists(Lists { owner: owner.clone(), counted }), lists).await?;
        self.has_read(owner, lists.at);
        Ok(lists)
    }

    async fn tags(&self, owner: &Owner) -> Result<AtRevision<Vec<TagCount>>, RepositoryError> {
        let tags = |scanned| if let Scanned::Tags(tags) = scanned { Some(tags) } else { None };
        let tags = self.scan(owner, Scan::Tags(owner.clone()), tags).await?;
        self.has_read(owner, tags.at);
        Ok(tags)
    }

    async fn revision(&self, owner: &Owner) -> Result<OwnerRevision, RepositoryError> {
        let revision = |found| if let Found::Revision(revision) = found { Some(revision) } else { None };
        let at = self.look_up(owner, LookUp::Revision(owner.clone()), revision).await?;
        self.has_read(owner, at);
        Ok(at)
    }

    async fn changes(
        &self,
        owner: &Owner,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Changes, RepositoryError> {
        if let FeedPosition::At(seen) = after
            && self.revision(owner).await? == seen
        {
            return Ok(Changes::page(after, seen, Vec::new(), limit));
        }
        let changes = |paged| if let Paged::Changes(changes) = paged { Some(changes) } else { None };
        self.page(owner, PageOf::Changes(Follow { owner: owner.clone(), after, limit }), changes).await
    }
}

impl WorkerTasks {
    /// What was read here is not missing in a later page of a replica.
    fn has_read(&self, owner: &Owner, at: OwnerRevision) {
        if let Some(replicas) = &self.replicas {
            replicas.read(owner.id(), at);
        }
    }

    /// A client that reads after an unknown outcome must see the write, if it was stored.
    fn note_unknown<T>(&self, owners: &[&OwnerId], outcome: &Result<T, RepositoryError>) {
        if let (Some(replicas), Err(RepositoryError::OutcomeUnknown(_))) = (&self.replicas, outcome) {
            for owner in owners {
                replicas.may_have_changed(owner);
            }
        }
    }

    const fn check_writable(&self) -> Result<(), RepositoryError> {
        if self.read_only { Err(RepositoryError::ReadOnly) } else { Ok(()) }
    }

    /// The owners of each server.
    pub(super) fn by_server(&self, owners: Vec<Known>) -> Vec<(Arc<Queues>, Vec<Known>)> {
        let mut all: Vec<(Arc<Queues>, Vec<Known>)> = Vec::new();
        for known in owners {
            let queues = self.queues_of(known.0.id());
            match all.iter_mut().find(|(other, _)| Arc::ptr_eq(other, &queues)) {
                Some((_, same)) => same.push(known),
                None => all.push((queues, vec![known])),
            }
        }
        all
    }

    async fn get_in(&self, scope: Scope, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        let task = |found| if let Found::Task(task) = found { Some(task) } else { None };
        self.look_up(owner, LookUp::Task(Get { owner: owner.clone(), id, scope }), task).await
    }

    /// Reads one row; `result` is that of the request's kind.
    async fn look_up<A>(
        &self,
        owner: &Owner,
        request: LookUp,
        result: fn(Found) -> Option<A>,
    ) -> Result<A, RepositoryError> {
        let queues = self.queues_of(owner.id());
        let found = queues.gets.submit(request).await;
        queues.outages.record(Part::Reads, &found);
        result(found?).ok_or_else(|| Failure::internal("the result of another look-up").error())
    }

    /// Reads a page; `result` is that of the request's kind.
    async fn page<A>(
        &self,
        owner: &Owner,
        request: PageOf,
        result: fn(Paged) -> Option<A>,
    ) -> Result<A, RepositoryError> {
        let queues = self.queues_of(owner.id());
        let paged = queues.pages.submit(request).await;
        queues.outages.record(Part::Reads, &paged);
        result(paged?).ok_or_else(|| Failure::internal("the result of another page").error())
    }

    /// Reads many rows; `result` is that of the request's kind.
    async fn scan<A>(
        &self,
        owner: &Owner,
        scan: Scan,
        result: fn(Scanned) -> Option<A>,
    ) -> Result<A, RepositoryError> {
        let queues = self.queues_of(owner.id());
        let scanned = queues.scans.submit(scan).await;
        queues.outages.record(Part::Reads, &scanned);
        result(scanned?).ok_or_else(|| Failure::internal("the result of another scan").error())
    }

    /// The queues of the server that has the rows of an owner.
    fn queues_of(&self, owner: &OwnerId) -> Arc<Queues> {
        let queues = self.servers.as_ref().and_then(|servers| servers.queues_of(owner));
        queues.unwrap_or_else(|| Arc::clone(&self.queues))
    }
}
