use std::collections::BTreeSet;
use std::sync::Arc;

use pollster::block_on;

use super::racing::race;
use super::{create, description, fresh_id, fresh_owner, get, moment, new_task, title};
use crate::testing::SequentialIds;
use crate::{
    Change, Completion, Ids, ListQuery, NewTask, Owner, Precondition, RepositoryError, Task, TaskId,
    TaskRepository,
};

/// Ids that no other test uses.
pub(crate) struct FreshIds;

impl Ids for FreshIds {
    fn next(&self) -> TaskId {
        fresh_id()
    }
}

fn move_tasks(repository: &dyn TaskRepository, from: &Owner, to: &Owner) {
    block_on(repository.move_tasks(from, to, Arc::new(FreshIds))).unwrap();
}

pub(super) fn erase(repository: &dyn TaskRepository, owner: &Owner) {
    block_on(repository.erase(owner)).unwrap();
}

fn all(repository: &dyn TaskRepository, owner: &Owner) -> Vec<Task> {
    let mut tasks = Vec::new();
    let mut query = ListQuery { count: true, ..ListQuery::default() };
    loop {
        let page = block_on(repository.list(owner, query.clone())).unwrap();
        query.after = page.next(query.sort.key);
        tasks.extend(page.tasks);
        if query.after.is_none() {
            assert_eq!(page.total, Some(tasks.len() as u64));
            return tasks;
        }
    }
}

fn delete(repository: &dyn TaskRepository, owner: &Owner, id: TaskId) {
    block_on(repository.delete(owner, id, Precondition::default(), moment(9))).unwrap();
}

pub fn erased_owners_begin_again(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let first = create(repository, &owner, new_task("first"), moment(0));
    let second = create(repository, &owner, new_task("second"), moment(0));
    delete(repository, &owner, second.id);
    erase(repository, &owner);
    assert!(matches!(block_on(repository.get(&owner, first.id)), Err(RepositoryError::NotFound)));
    assert_eq!(all(repository, &owner), []);
    erase(repository, &owner);
    let again = create(repository, &owner, NewTask::new(first.id, title("again")), moment(1));
    assert_eq!(again.revision.number(), 1);
    assert_eq!(all(repository, &owner), [again]);
}

pub fn erasures_affect_one_owner(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let others = [format!("{} ", owner.id().as_str()), owner.id().as_str().to_uppercase(), "%_".into()];
    let others = others.map(|id| Owner::for_test(&id));
    let id = fresh_id();
    let kept =
        others.each_ref().map(|other| create(repository, other, NewTask::new(id, title("x")), moment(0)));
    create(repository, &owner, NewTask::new(id, title("x")), moment(0));
    erase(repository, &owner);
    for (other, task) in others.iter().zip(kept) {
        assert_eq!(get(repository, other, id), task);
    }
}

pub fn erasures_of_unknown_owners_succeed(repository: &dyn TaskRepository) {
    let owner = fresh_owner("unknown");
    erase(repository, &owner);
    assert_eq!(create(repository, &owner, new_task("first"), moment(0)).revision.number(), 1);
}

pub fn moved_tasks_keep_ids_and_times(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("алиса/ 🚀"));
    let written = NewTask { description: description("two litres"), completed: true, ..new_task("Buy milk") };
    let task = create(repository, &from, written, moment(0));
    let change = Change { completion: Some(Completion::Set(false)), ..Change::default() };
    let before =
        block_on(repository.update(&from, task.id, change, Precondition::default(), moment(7))).unwrap();
    move_tasks(repository, &from, &to);
    let after = get(repository, &to, task.id);
    let position = crate::OrderKey::first(after.revision);
    let expected = Task { owner_id: to.id().clone(), revision: after.revision, position, ..before };
    assert_eq!(after, expected);
    assert_eq!(all(repository, &to), [after]);
    let query = ListQuery { search: crate::SearchText::parse("LITRES").unwrap(), ..ListQuery::default() };
    assert_eq!(block_on(repository.list(&to, query)).unwrap().tasks.len(), 1);
}

pub fn moved_tasks_have_higher_revisions_than_both_owners(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("alice"));
    let moved: BTreeSet<TaskId> =
        (0..3).map(|_| create(repository, &from, new_task("x"), moment(0)).id).collect();
    let own = create(repository, &to, new_task("own"), moment(0));
    move_tasks(repository, &from, &to);
    let tasks = all(repository, &to);
    let revisions: BTreeSet<i64> = tasks.iter().map(|task| task.revision.number()).collect();
    assert_eq!(revisions, [1, 4, 5, 6].into(), "the tag of a task never names another version of it");
    assert_eq!(get(repository, &to, own.id), own);
    assert!(tasks.iter().all(|task| task.id == own.id || moved.contains(&task.id)));
    assert_eq!(create(repository, &to, new_task("next"), moment(1)).revision.number(), 7);
}

pub fn moved_owners_are_erased(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("alice"));
    let task = create(repository, &from, new_task("x"), moment(0));
    let deleted = create(repository, &from, new_task("y"), moment(0));
    delete(repository, &from, deleted.id);
    move_tasks(repository, &from, &to);
    assert!(matches!(block_on(repository.get(&from, task.id)), Err(RepositoryError::NotFound)));
    assert_eq!(all(repository, &from), []);
    assert_eq!(all(repository, &to).len(), 1);
    assert_eq!(create(repository, &from, new_task("z"), moment(1)).revision.number(), 1);
}

pub fn ids_in_use_are_replaced_by_a_move(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("alice"));
    let (used, deleted) = (fresh_id(), fresh_id());
    for id in [used, deleted] {
        create(repository, &from, NewTask::new(id, title("moved")), moment(0));
        create(repository, &to, NewTask::new(id, title("own")), moment(0));
    }
    delete(repository, &to, deleted);
    move_tasks(repository, &from, &to);
    assert_eq!(get(repository, &to, used).title.as_str(), "own");
    assert_eq!(get(repository, &to, deleted).title.as_str(), "moved");
    let titles: Vec<String> =
        all(repository, &to).into_iter().map(|task| task.title.as_str().to_owned()).collect();
    assert_eq!(titles.iter().filter(|title| *title == "moved").count(), 2, "{titles:?}");
    assert_eq!(titles.len(), 3);
    // The tombstone is gone, too: a deletion can leave one again.
    delete(repository, &to, deleted);
}

pub fn moves_of_nothing_change_nothing(repository: &dyn TaskRepository) {
    let (from, to, unknown) = (fresh_owner("anonymous"), fresh_owner("alice"), fresh_owner("bob"));
    move_tasks(repository, &from, &unknown);
    assert_eq!(create(repository, &unknown, new_task("first"), moment(0)).revision.number(), 1);
    let task = create(repository, &to, new_task("x"), moment(0));
    move_tasks(repository, &from, &to);
    assert_eq!(all(repository, &to), [task]);
    assert_eq!(create(repository, &to, new_task("next"), moment(0)).revision.number(), 2);
}

pub fn moves_to_the_same_owner_change_nothing(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("x"), moment(0));
    move_tasks(repository, &owner, &owner);
    assert_eq!(all(repository, &owner), [task]);
}

pub fn moves_are_complete_for_many_tasks(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("alice"));
    let made: BTreeSet<TaskId> =
        (0..2100).map(|number| create(repository, &from, new_task("x"), moment(number)).id).collect();
    move_tasks(repository, &from, &to);
    let tasks = all(repository, &to);
    assert_eq!(tasks.iter().map(|task| task.id).collect::<BTreeSet<_>>(), made);
    let revisions: BTreeSet<i64> = tasks.iter().map(|task| task.revision.number()).collect();
    assert!(revisions.into_iter().eq(2101..=4200));
    assert_eq!(all(repository, &from), []);
}

/// Repeats a call until it succeeds: moves may wait longer for each other than a call may. Nothing was done when it fails.
fn repeated<T>(call: impl Fn() -> Result<T, RepositoryError>) -> T {
    loop {
        match call() {
            Ok(value) => return value,
            Err(RepositoryError::Unavailable(_) | RepositoryError::Busy(_) | RepositoryError::Overloaded) => {
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

pub fn concurrent_moves_lose_and_double_nothing(repository: &dyn TaskRepository) {
    let (one, other) = (fresh_owner("one"), fresh_owner("other"));
    let ids = Arc::new(SequentialIds::default());
    let made: BTreeSet<TaskId> = race(|racer| {
        let (from, to) = if racer % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let task = fresh_id();
        repeated(|| block_on(repository.create(from, NewTask::new(task, title("x")), moment(0))));
        repeated(|| block_on(repository.move_tasks(from, to, Arc::clone(&ids) as _)));
        task
    })
    .into_iter()
    .collect();
    let found = [all(repository, &one), all(repository, &other)].concat();
    assert_eq!(found.len(), made.len());
    assert_eq!(found.iter().map(|task| task.id).collect::<BTreeSet<_>>(), made);
    assert_eq!(ids.next(), SequentialIds::default().next(), "no id is in use by both");
}
