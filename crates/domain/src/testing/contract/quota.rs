use std::num::NonZeroU64;
use std::sync::Arc;

use pollster::block_on;

use super::racing::{RACERS, race};
use super::{create, fresh_owner, moment, new_task};
use crate::testing::SequentialIds;
use crate::{
    Change, Command, Completion, EntityTags, ListQuery, NewTask, Outcome, Owner, Precondition,
    RepositoryError, Task, TaskRepository, TrashCapacity, WriteLimits,
};

/// The quota of the repositories that [`quota_contract!`](crate::quota_contract) tests.
pub const QUOTA: usize = 5;

/// The limits of these repositories.
#[must_use]
pub const fn quota_limits() -> WriteLimits {
    WriteLimits { tasks_per_owner: NonZeroU64::new(QUOTA as u64) }
}

/// Makes one `#[test]` of each requirement of repositories with [`quota_limits`](crate::testing::contract::quota_limits).
#[macro_export]
macro_rules! quota_contract {
    ($repository:expr) => {
        $crate::repository_contract! { @each $repository;
            creates_beyond_the_quota_are_rejected
            deletions_make_room_for_creates
            concurrent_creates_stay_within_the_quota
            existing_ids_are_reported_at_the_quota
            restored_tasks_count
            moves_may_exceed_the_quota
            operations_respect_the_quota
        }
    };
}

/// An owner with as many tasks as allowed.
fn full_owner(repository: &dyn TaskRepository) -> (Owner, Vec<Task>) {
    let owner = fresh_owner("full");
    let tasks = (0..QUOTA).map(|_| create(repository, &owner, generated(), moment(0))).collect();
    (owner, tasks)
}

/// A task as POST creates it.
fn generated() -> NewTask {
    NewTask { id_is_new: true, ..new_task("task") }
}

fn assert_full(repository: &dyn TaskRepository, owner: &Owner, tasks: usize) {
    for task in [generated(), new_task("with an id")] {
        let rejected = block_on(repository.create(owner, task, moment(1))).unwrap_err();
        let limit = QUOTA as u64;
        assert!(
            matches!(rejected, RepositoryError::QuotaExceeded { limit: at } if at == limit),
            "{rejected:?}"
        );
    }
    let query = ListQuery { count: true, ..ListQuery::default() };
    assert_eq!(block_on(repository.list(owner, query)).unwrap().total, Some(tasks as u64));
}

pub fn creates_beyond_the_quota_are_rejected(repository: &dyn TaskRepository) {
    let (owner, tasks) = full_owner(repository);
    assert_full(repository, &owner, QUOTA);
    let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
    let update = repository.update(&owner, tasks[0].id, change, Precondition::default(), moment(1));
    let revision = block_on(update).unwrap().revision.number();
    assert_eq!(revision, i64::try_from(QUOTA).unwrap() + 1, "a rejected write takes no revision");
    let other = create(repository, &fresh_owner("other"), generated(), moment(1));
    assert_eq!(other.revision.number(), 1);
}

pub fn deletions_make_room_for_creates(repository: &dyn TaskRepository) {
    let (owner, tasks) = full_owner(repository);
    block_on(repository.delete(&owner, tasks[1].id, Precondition::default(), moment(1))).unwrap();
    let again = NewTask::new(tasks[1].id, tasks[1].title.clone());
    assert_eq!(create(repository, &owner, again, moment(2)).id, tasks[1].id);
    assert_full(repository, &owner, QUOTA);
    block_on(repository.erase(&owner)).unwrap();
    create(repository, &owner, generated(), moment(3));
}

pub fn concurrent_creates_stay_within_the_quota(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let results = race(|_| block_on(repository.create(&owner, generated(), moment(0))));
    let created = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!((created, results.len()), (QUOTA, RACERS));
    assert_full(repository, &owner, QUOTA);
}

pub fn existing_ids_are_reported_at_the_quota(repository: &dyn TaskRepository) {
    let (owner, tasks) = full_owner(repository);
    let again = NewTask::new(tasks[0].id, tasks[0].title.clone());
    let again = block_on(repository.create(&owner, again, moment(1))).unwrap_err();
    assert!(
        matches!(again, RepositoryError::AlreadyExists { current } if current == Some(tasks[0].revision))
    );
}

pub fn restored_tasks_count(repository: &dyn TaskRepository) {
    let (owner, tasks) = full_owner(repository);
    let id = tasks[0].id;
    let write = |command| block_on(repository.write(&owner, command, moment(1)));
    let restore = || Command::Restore { id, precondition: Precondition::default() };
    let trash = TrashCapacity::tasks(QUOTA as u64);
    write(Command::Delete { id, precondition: Precondition::default(), trash }).unwrap();
    let replacement = create(repository, &owner, generated(), moment(1));
    let rejected = write(restore()).unwrap_err();
    assert!(matches!(rejected, RepositoryError::QuotaExceeded { .. }), "{rejected:?}");
    let stale = Precondition { if_match: Some(EntityTags::Revisions(Vec::new())), if_none_match: None };
    let stale = write(Command::Restore { id, precondition: stale }).unwrap_err();
    assert!(
        matches!(stale, RepositoryError::PreconditionFailed { .. }),
        "conditions are judged first: {stale:?}"
    );
    let again = block_on(repository.create(&owner, NewTask::new(id, tasks[0].title.clone()), moment(1)));
    assert!(matches!(again, Err(RepositoryError::AlreadyExists { current: None })), "{again:?}");
    write(Command::Delete { id: replacement.id, precondition: Precondition::default(), trash }).unwrap();
    assert!(matches!(write(restore()), Ok(Outcome::Task(task)) if task.id == id));
    assert_full(repository, &owner, QUOTA);
}

pub fn moves_may_exceed_the_quota(repository: &dyn TaskRepository) {
    let ((from, _), (to, _)) = (full_owner(repository), full_owner(repository));
    block_on(repository.move_tasks(&from, &to, Arc::new(SequentialIds::default()))).unwrap();
    assert_full(repository, &to, 2 * QUOTA);
    let tasks = block_on(repository.list(&to, ListQuery::default())).unwrap().tasks;
    for (deleted, task) in tasks.iter().take(QUOTA + 1).enumerate() {
        assert_full(repository, &to, 2 * QUOTA - deleted);
        block_on(repository.delete(&to, task.id, Precondition::default(), moment(1))).unwrap();
    }
    create(repository, &to, generated(), moment(2));
    assert_full(repository, &to, QUOTA);
}
