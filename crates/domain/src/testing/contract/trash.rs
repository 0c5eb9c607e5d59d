use std::collections::BTreeSet;
use std::sync::Arc;

use pollster::block_on;

use super::ownership::{FreshIds, erase};
use super::racing::race;
use super::{create, fresh_id, fresh_owner, get, moment, new_task, title};
use crate::{
    Change, Command, Direction, EntityTags, ListQuery, NewTask, Outcome, Owner, Precondition,
    RepositoryError, Revision, Scope, SearchText, Sort, SortKey, Task, TaskId, TaskRepository, TrashCapacity,
};

const TEN: u64 = 10;

fn write(
    repository: &dyn TaskRepository,
    owner: &Owner,
    command: Command,
    millis: i64,
) -> Result<Outcome, RepositoryError> {
    block_on(repository.write(owner, command, moment(millis)))
}

fn trash(repository: &dyn TaskRepository, owner: &Owner, id: TaskId, millis: i64) -> Revision {
    trash_of(repository, owner, id, (millis, TEN))
}

fn trash_of(
    repository: &dyn TaskRepository,
    owner: &Owner,
    id: TaskId,
    (millis, size): (i64, u64),
) -> Revision {
    let (precondition, trash) = (Precondition::default(), TrashCapacity::tasks(size));
    match write(repository, owner, Command::Delete { id, precondition, trash }, millis) {
        Ok(Outcome::Deleted(revision)) => revision,
        other => panic!("{other:?}"),
    }
}

fn restore(id: TaskId) -> Command {
    Command::Restore { id, precondition: Precondition::default() }
}

fn purge(id: TaskId) -> Command {
    Command::Purge { id, precondition: Precondition::default() }
}

fn by_deletion(direction: Direction) -> ListQuery {
    let sort = Sort { key: SortKey::Deleted, direction };
    ListQuery { scope: Scope::Trash, sort, count: true, ..ListQuery::default() }
}

/// The trash, newest deletion first.
fn trashed(repository: &dyn TaskRepository, owner: &Owner) -> Vec<Task> {
    let page = block_on(repository.list(owner, by_deletion(Direction::Descending))).unwrap();
    assert_eq!(page.total, Some(page.tasks.len() as u64));
    page.tasks
}

fn live(repository: &dyn TaskRepository, owner: &Owner) -> Vec<Task> {
    let page = block_on(repository.list(owner, ListQuery { count: true, ..ListQuery::default() })).unwrap();
    assert_eq!(page.total, Some(page.tasks.len() as u64));
    page.tasks
}

fn is_gone<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::NotFound))
}

/// Live tasks with these titles, created one after another.
fn made(repository: &dyn TaskRepository, owner: &Owner, titles: &[&str]) -> Vec<Task> {
    (0..).zip(titles).map(|(at, text)| create(repository, owner, new_task(text), moment(at))).collect()
}

pub fn trashed_tasks_are_not_live(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let tasks = made(repository, &owner, &["kept", "gone"]);
    let revision = trash(repository, &owner, tasks[1].id, 9);
    assert_eq!(revision, Revision::new(3));
    let id = tasks[1].id;
    assert!(is_gone(&block_on(repository.get(&owner, id))));
    let renamed = Change { title: Some(title("x")), ..Change::default() };
    assert!(is_gone(&block_on(repository.update(&owner, id, renamed, Precondition::default(), moment(10)))));
    assert!(is_gone(&block_on(repository.delete(&owner, id, Precondition::default(), moment(10)))));
    assert_eq!(live(repository, &owner), tasks[..1]);
    let deleted_at = Some(moment(9));
    let expected = Task { updated_at: moment(9), revision, deleted_at, ..tasks[1].clone() };
    assert_eq!(block_on(repository.get_trashed(&owner, id)).unwrap(), expected);
    assert_eq!(trashed(repository, &owner), [expected]);
    assert!(is_gone(&block_on(repository.get_trashed(&owner, tasks[0].id))));
    let again = block_on(repository.create(&owner, NewTask::new(id, title("again")), moment(11)));
    assert!(matches!(again, Err(RepositoryError::AlreadyExists { current: None })));
}

pub fn trashed_tasks_are_restored(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = made(repository, &owner, &["back"]).remove(0);
    trash(repository, &owner, task.id, 9);
    let stale = EntityTags::Revisions(vec![task.revision]);
    let precondition = Precondition { if_match: Some(stale), ..Precondition::default() };
    let refused = write(repository, &owner, Command::Restore { id: task.id, precondition }, 10);
    let current = Revision::new(2);
    assert!(matches!(refused, Err(RepositoryError::PreconditionFailed { current: at }) if at == current));
    let restored = Task { updated_at: moment(10), revision: Revision::new(3), ..task.clone() };
    let restore_it = || write(repository, &owner, restore(task.id), 10).unwrap();
    assert_eq!(restore_it(), Outcome::Task(restored.clone()));
    assert_eq!(restore_it(), Outcome::Unchanged(restored.clone()));
    assert_eq!(get(repository, &owner, task.id), restored);
    assert_eq!((live(repository, &owner), trashed(repository, &owner)), (vec![restored], vec![]));
    assert!(is_gone(&write(repository, &owner, restore(fresh_id()), 11)));
}

pub fn purged_tasks_free_their_id(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = made(repository, &owner, &["gone"]).remove(0);
    assert!(is_gone(&write(repository, &owner, purge(task.id), 8)));
    trash(repository, &owner, task.id, 9);
    let outcome = write(repository, &owner, purge(task.id), 10).unwrap();
    assert_eq!(outcome, Outcome::Deleted(Revision::new(3)));
    assert!(is_gone(&write(repository, &owner, purge(task.id), 11)));
    assert!(is_gone(&write(repository, &owner, restore(task.id), 11)));
    assert!(is_gone(&block_on(repository.get_trashed(&owner, task.id))));
    let again = create(repository, &owner, NewTask::new(task.id, title("again")), moment(12));
    assert_eq!(again.revision, Revision::new(4));
    assert_eq!((live(repository, &owner), trashed(repository, &owner)), (vec![again], vec![]));
}

pub fn emptied_trashes_have_a_revision_per_task(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    assert_eq!(write(repository, &owner, Command::EmptyTrash, 0).unwrap(), Outcome::Purged(0));
    let tasks = made(repository, &owner, &["kept", "one", "two", "three"]);
    for task in &tasks[1..] {
        trash(repository, &owner, task.id, 9);
    }
    assert_eq!(write(repository, &owner, Command::EmptyTrash, 10).unwrap(), Outcome::Purged(3));
    assert_eq!(write(repository, &owner, Command::EmptyTrash, 10).unwrap(), Outcome::Purged(0));
    assert_eq!((live(repository, &owner), trashed(repository, &owner)), (tasks[..1].to_vec(), vec![]));
    let next = create(repository, &owner, new_task("next"), moment(11));
    assert_eq!(next.revision, Revision::new(4 + 3 + 3 + 1));
}

pub fn full_trashes_lose_their_oldest_task(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let tasks = made(repository, &owner, &["a", "b", "c", "d"]);
    // The first two in one millisecond, the second one first.
    for (place, millis) in [(1, 10), (0, 10), (2, 11)] {
        trash_of(repository, &owner, tasks[place].id, (millis, 3));
    }
    let revision = trash_of(repository, &owner, tasks[3].id, (12, 3));
    // One more for the task that made room.
    assert_eq!(revision, Revision::new(4 + 3 + 2));
    let kept: Vec<TaskId> = trashed(repository, &owner).iter().map(|task| task.id).collect();
    assert_eq!(kept, [tasks[3].id, tasks[2].id, tasks[0].id]);
    assert!(is_gone(&write(repository, &owner, restore(tasks[1].id), 13)));
}

pub fn expired_tasks_are_purged(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let tasks = made(repository, &owner, &["a", "b", "c"]);
    for (at, task) in (10..).zip(&tasks) {
        trash(repository, &owner, task.id, at);
    }
    let expire = |before, size| Command::ExpireTrash {
        before: moment(before),
        trash: TrashCapacity::tasks(size),
        limit: 9,
    };
    assert_eq!(write(repository, &owner, expire(10, TEN), 20).unwrap(), Outcome::Purged(0));
    assert_eq!(write(repository, &owner, expire(11, TEN), 20).unwrap(), Outcome::Purged(1));
    assert_eq!(write(repository, &owner, expire(10, 1), 20).unwrap(), Outcome::Purged(1));
    let kept: Vec<TaskId> = trashed(repository, &owner).iter().map(|task| task.id).collect();
    assert_eq!(kept, [tasks[2].id]);
}

pub fn trashes_are_listed_like_tasks(repository: &dyn TaskRepository) {
    let owner = fresh_owner("lister");
    let tasks = made(repository, &owner, &["delta", "Alpha", "charlie", "Bravo"]);
    for (at, place) in (10..).zip([2, 0, 3, 1]) {
        trash(repository, &owner, tasks[place].id, at);
    }
    create(repository, &owner, new_task("alpha, live"), moment(50));
    let titles = |query: ListQuery| -> Vec<String> {
        let page = block_on(repository.list(&owner, query)).unwrap();
        page.tasks.iter().map(|task| task.title.as_str().to_owned()).collect()
    };
    assert_eq!(titles(by_deletion(Direction::Descending)), ["Alpha", "Bravo", "delta", "charlie"]);
    assert_eq!(titles(by_deletion(Direction::Ascending)), ["charlie", "delta", "Bravo", "Alpha"]);
    let by_title = Sort { key: SortKey::Title, direction: Direction::Ascending };
    let sorted = ListQuery { sort: by_title, ..by_deletion(Direction::Ascending) };
    assert_eq!(titles(sorted), ["Alpha", "Bravo", "charlie", "delta"]);
    let search = SearchText::parse("ALPHA").unwrap();
    assert_eq!(titles(ListQuery { search, ..by_deletion(Direction::Ascending) }), ["Alpha"]);
    let mut query = ListQuery { limit: 3, ..by_deletion(Direction::Descending) };
    let first = block_on(repository.list(&owner, query.clone())).unwrap();
    query.after = first.next(SortKey::Deleted);
    assert_eq!((first.tasks.len(), first.total, titles(query)), (3, Some(4), vec!["charlie".to_owned()]));
}

pub fn trashes_of_others_are_empty(repository: &dyn TaskRepository) {
    let (alice, bob) = (fresh_owner("alice"), fresh_owner("bob"));
    let task = made(repository, &alice, &["hers"]).remove(0);
    trash(repository, &alice, task.id, 9);
    let before = trashed(repository, &alice);
    assert!(is_gone(&block_on(repository.get_trashed(&bob, task.id))));
    assert!(is_gone(&write(repository, &bob, restore(task.id), 10)));
    assert!(is_gone(&write(repository, &bob, purge(task.id), 10)));
    assert_eq!(write(repository, &bob, Command::EmptyTrash, 10).unwrap(), Outcome::Purged(0));
    assert_eq!((trashed(repository, &bob), trashed(repository, &alice)), (vec![], before));
    create(repository, &bob, NewTask::new(task.id, title("his")), moment(11));
}

pub fn erased_owners_have_no_trash(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = made(repository, &owner, &["gone"]).remove(0);
    trash(repository, &owner, task.id, 9);
    erase(repository, &owner);
    assert!(is_gone(&block_on(repository.get_trashed(&owner, task.id))));
    assert_eq!(trashed(repository, &owner), []);
    assert!(is_gone(&write(repository, &owner, restore(task.id), 10)));
}

pub fn moved_trashes_keep_times_and_order(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("alice"));
    let tasks = made(repository, &from, &["a", "b", "c", "live"]);
    for (at, place) in [(10, 2), (10, 0), (11, 1)] {
        trash(repository, &from, tasks[place].id, at);
    }
    let own = create(repository, &to, NewTask::new(tasks[0].id, title("own")), moment(0));
    trash(repository, &to, own.id, 5);
    block_on(repository.move_tasks(&from, &to, Arc::new(FreshIds))).unwrap();
    assert_eq!(trashed(repository, &from), []);
    let moved = trashed(repository, &to);
    let shown: Vec<_> = moved.iter().map(|task| (task.title.as_str(), task.deleted_at)).collect();
    let at = |millis| Some(moment(millis));
    assert_eq!(shown, [("b", at(11)), ("a", at(10)), ("c", at(10)), ("own", at(5))]);
    assert_ne!(moved[1].id, own.id, "an id in use is replaced");
    assert_eq!(live(repository, &to).len(), 1);
    let outcome = write(repository, &to, restore(moved[0].id), 20).unwrap();
    assert!(matches!(outcome, Outcome::Task(task) if task.id == tasks[1].id));
}

pub fn concurrent_deletions_fill_the_trash_exactly(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let ids = race(|_| create(repository, &owner, new_task("one of many"), moment(0)).id);
    let revisions: BTreeSet<Revision> =
        race(|racer| trash_of(repository, &owner, ids[racer], (10, TEN))).into_iter().collect();
    assert_eq!(revisions.len(), ids.len());
    let kept = trashed(repository, &owner);
    assert_eq!(kept.len() as u64, TEN);
    // The last of them in the order of their deletion.
    let expected: Vec<Revision> = revisions.into_iter().rev().take(kept.len()).collect();
    assert_eq!(kept.iter().map(|task| task.revision).collect::<Vec<_>>(), expected);
    let made_room = ids.len() - kept.len();
    let next = create(repository, &owner, new_task("next"), moment(11)).revision.number();
    assert_eq!(usize::try_from(next).unwrap(), ids.len() * 2 + made_room + 1);
}
