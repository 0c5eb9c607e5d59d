//! Several services on one database, each with its own connections. Calls go to them in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use domain::{
    AtRevision, Changes, Command, CountedList, FeedPosition, Idempotency, Ids, ListQuery, Outcome, Owner,
    OwnerRevision, Page, RepositoryError, TagCount, Task, TaskId, TaskRepository, Timestamp,
};

pub(crate) struct Replicas {
    services: Vec<Arc<dyn TaskRepository>>,
    calls: AtomicUsize,
}

impl Replicas {
    pub(crate) fn new(services: impl IntoIterator<Item = Arc<dyn TaskRepository>>) -> Self {
        Self { services: services.into_iter().collect(), calls: AtomicUsize::new(0) }
    }

    fn next(&self) -> &dyn TaskRepository {
        &*self.services[self.calls.fetch_add(1, Ordering::Relaxed) % self.services.len()]
    }
}

#[async_trait]
impl TaskRepository for Replicas {
    async fn execute(
        &self,
        owner: &Owner,
        command: Command,
        request: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<Outcome, RepositoryError> {
        self.next().execute(owner, command, request, now).await
    }

    async fn erase(&self, owner: &Owner) -> Result<(), RepositoryError> {
        self.next().erase(owner).await
    }

    async fn execute_move(
        &self,
        from: &Owner,
        to: &Owner,
        ids: Arc<dyn Ids>,
        request: Option<(Idempotency, Timestamp)>,
    ) -> Result<Outcome, RepositoryError> {
        self.next().execute_move(from, to, ids, request).await
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.next().get(owner, id).await
    }

    async fn get_trashed(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.next().get_trashed(owner, id).await
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        self.next().list(owner, query).await
    }

    async fn lists(
        &self,
        owner: &Owner,
        counted: bool,
    ) -> Result<AtRevision<Vec<CountedList>>, RepositoryError> {
        self.next().lists(owner, counted).await
    }

    async fn tags(&self, owner: &Owner) -> Result<AtRevision<Vec<TagCount>>, RepositoryError> {
        self.next().tags(owner).await
    }

    async fn revision(&self, owner: &Owner) -> Result<OwnerRevision, RepositoryError> {
        self.next().revision(owner).await
    }

    async fn changes(
        &self,
        owner: &Owner,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Changes, RepositoryError> {
        self.next().changes(owner, after, limit).await
    }
}
