use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::testing::MemoryTasks;
use domain::{
    AtRevision, Changes, Command, CountedList, FeedPosition, Idempotency, Ids, ListQuery, Outcome, Owner,
    OwnerRevision, Page, RepositoryError, TagCount, Task, TaskId, TaskRepository, Timestamp,
};

/// Counts the reads of lists, also of changes, and of revisions.
#[derive(Default)]
pub(in crate::tests) struct Watched {
    tasks: MemoryTasks,
    revisions: AtomicUsize,
    lists: AtomicUsize,
}

impl Watched {
    /// The reads of revisions and of lists since the last call.
    pub(in crate::tests) fn take_calls(&self) -> (usize, usize) {
        (self.revisions.swap(0, Ordering::SeqCst), self.lists.swap(0, Ordering::SeqCst))
    }
}

#[async_trait::async_trait]
impl TaskRepository for Watched {
    async fn execute(
        &self,
        owner: &Owner,
        command: Command,
        request: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<Outcome, RepositoryError> {
        self.tasks.execute(owner, command, request, now).await
    }

    async fn erase(&self, owner: &Owner) -> Result<(), RepositoryError> {
        self.tasks.erase(owner).await
    }

    async fn execute_move(
        &self,
        from: &Owner,
        to: &Owner,
        ids: Arc<dyn Ids>,
        request: Option<(Idempotency, Timestamp)>,
    ) -> Result<Outcome, RepositoryError> {
        self.tasks.execute_move(from, to, ids, request).await
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.tasks.get(owner, id).await
    }

    async fn get_trashed(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.tasks.get_trashed(owner, id).await
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        self.tasks.list(owner, query).await
    }

    async fn lists(
        &self,
        owner: &Owner,
        counted: bool,
    ) -> Result<AtRevision<Vec<CountedList>>, RepositoryError> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        self.tasks.lists(owner, counted).await
    }

    async fn tags(&self, owner: &Owner) -> Result<AtRevision<Vec<TagCount>>, RepositoryError> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        self.tasks.tags(owner).await
    }

    async fn revision(&self, owner: &Owner) -> Result<OwnerRevision, RepositoryError> {
        self.revisions.fetch_add(1, Ordering::SeqCst);
        self.tasks.revision(owner).await
    }

    async fn changes(
        &self,
        owner: &Owner,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Changes, RepositoryError> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        self.tasks.changes(owner, after, limit).await
    }
}
