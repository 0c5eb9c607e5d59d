use std::collections::BTreeSet;
use std::sync::Arc;

use pollster::block_on;

use super::ownership::{FreshIds, erase};
use super::racing::race;
use super::{create, fresh_id, fresh_owner, get, moment, new_task};
use crate::{
    Command, Direction, EntityTags, ListQuery, MoveTo, OrderKey, Outcome, Owner, Precondition,
    RepositoryError, Revision, Scope, Sort, SortKey, Task, TaskId, TaskRepository, TrashCapacity,
};

fn move_to(
    repository: &dyn TaskRepository,
    owner: &Owner,
    id: TaskId,
    to: MoveTo,
) -> Result<Outcome, RepositoryError> {
    let command = Command::Move { id, to, precondition: Precondition::default() };
    block_on(repository.write(owner, command, moment(50)))
}

fn moved(repository: &dyn TaskRepository, owner: &Owner, id: TaskId, to: MoveTo) -> Task {
    match move_to(repository, owner, id, to).unwrap() {
        Outcome::Task(task) => task,
        other => panic!("{other:?}"),
    }
}

fn trash(repository: &dyn TaskRepository, owner: &Owner, id: TaskId) {
    let trash = TrashCapacity::tasks(9);
    let command = Command::Delete { id, precondition: Precondition::default(), trash };
    block_on(repository.write(owner, command, moment(40))).unwrap();
}

fn restore(repository: &dyn TaskRepository, owner: &Owner, id: TaskId) {
    let command = Command::Restore { id, precondition: Precondition::default() };
    block_on(repository.write(owner, command, moment(60))).unwrap();
}

fn by_position(direction: Direction) -> ListQuery {
    ListQuery { sort: Sort { key: SortKey::Position, direction }, ..ListQuery::default() }
}

/// The tasks in the manual order, read in pages of two.
fn ordered(repository: &dyn TaskRepository, owner: &Owner) -> Vec<Task> {
    let mut query = ListQuery { limit: 2, ..by_position(Direction::Ascending) };
    let mut tasks: Vec<Task> = Vec::new();
    loop {
        let page = block_on(repository.list(owner, query.clone())).unwrap();
        query.after = page.next(SortKey::Position);
        tasks.extend(page.tasks);
        if query.after.is_none() {
            break;
        }
    }
    let mut reversed = block_on(repository.list(owner, by_position(Direction::Descending))).unwrap().tasks;
    reversed.reverse();
    assert_eq!(tasks, reversed);
    tasks
}

fn ids(tasks: &[Task]) -> Vec<TaskId> {
    tasks.iter().map(|task| task.id).collect()
}

fn made<const N: usize>(repository: &dyn TaskRepository, owner: &Owner) -> [TaskId; N] {
    std::array::from_fn(|number| {
        create(repository, owner, new_task(&format!("task {number}")), moment(number.try_into().unwrap())).id
    })
}

pub fn new_tasks_come_first(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [a, b, c] = made(repository, &owner);
    let tasks = ordered(repository, &owner);
    assert_eq!(ids(&tasks), [c, b, a]);
    let keys: Vec<OrderKey> = tasks.iter().map(|task| task.position.clone()).collect();
    assert_eq!(keys, [3, 2, 1].map(|number| OrderKey::first(Revision::new(number))));
    assert_eq!(get(repository, &owner, b), tasks[1]);
}

pub fn moved_tasks_are_where_they_were_put(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [a, b, c, d] = made(repository, &owner);
    let last = moved(repository, &owner, d, MoveTo::Last);
    assert_eq!((last.revision, last.updated_at), (Revision::new(5), moment(50)));
    assert_eq!(get(repository, &owner, d), last);
    assert_eq!(ids(&ordered(repository, &owner)), [c, b, a, d]);
    moved(repository, &owner, a, MoveTo::First);
    assert_eq!(ids(&ordered(repository, &owner)), [a, c, b, d]);
    moved(repository, &owner, d, MoveTo::Before(b));
    assert_eq!(ids(&ordered(repository, &owner)), [a, c, d, b]);
    moved(repository, &owner, a, MoveTo::After(c));
    assert_eq!(ids(&ordered(repository, &owner)), [c, a, d, b]);
    let before = ordered(repository, &owner);
    for (id, to) in [
        (c, MoveTo::First),
        (b, MoveTo::Last),
        (a, MoveTo::After(c)),
        (d, MoveTo::Before(b)),
        (a, MoveTo::Before(a)),
    ] {
        let outcome = move_to(repository, &owner, id, to).unwrap();
        assert!(matches!(outcome, Outcome::Unchanged(task) if before.contains(&task)), "{to:?}");
    }
    assert_eq!(ordered(repository, &owner), before);
}

pub fn unknown_neighbours_are_rejected(repository: &dyn TaskRepository) {
    let (owner, other) = (fresh_owner("alice"), fresh_owner("bob"));
    let [a, b, gone] = made(repository, &owner);
    let [foreign] = made(repository, &other);
    trash(repository, &owner, gone);
    let before = ordered(repository, &owner);
    for unknown in [foreign, gone, fresh_id()] {
        let result = move_to(repository, &owner, a, MoveTo::Before(unknown));
        assert!(matches!(result, Err(RepositoryError::UnknownNeighbour { member: "before" })), "{result:?}");
        let result = move_to(repository, &owner, unknown, MoveTo::After(a));
        assert!(matches!(result, Err(RepositoryError::NotFound)), "{result:?}");
    }
    let stale = Precondition { if_match: Some(EntityTags::Revisions(vec![])), ..Precondition::default() };
    let command = |to| Command::Move { id: a, to, precondition: stale.clone() };
    let result = block_on(repository.write(&owner, command(MoveTo::After(gone)), moment(50)));
    assert!(matches!(result, Err(RepositoryError::UnknownNeighbour { member: "after" })), "{result:?}");
    let result = block_on(repository.write(&owner, command(MoveTo::Before(b)), moment(50)));
    assert!(matches!(result, Err(RepositoryError::PreconditionFailed { .. })), "{result:?}");
    assert_eq!(ordered(repository, &owner), before);
}

pub fn restored_tasks_have_their_former_place(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [a, b, c, d] = made(repository, &owner);
    trash(repository, &owner, b);
    trash(repository, &owner, d);
    assert_eq!(ids(&ordered(repository, &owner)), [c, a]);
    moved(repository, &owner, a, MoveTo::Before(c));
    restore(repository, &owner, b);
    restore(repository, &owner, d);
    assert_eq!(ids(&ordered(repository, &owner)), [d, a, c, b]);
}

pub fn moved_trashes_keep_their_places(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("alice"));
    let [a, b, c, d] = made(repository, &from);
    moved(repository, &from, a, MoveTo::After(c));
    trash(repository, &from, a);
    trash(repository, &from, d);
    let [own] = made(repository, &to);
    block_on(repository.move_tasks(&from, &to, Arc::new(FreshIds))).unwrap();
    assert_eq!(ids(&ordered(repository, &to)), [c, b, own]);
    restore(repository, &to, a);
    restore(repository, &to, d);
    assert_eq!(ids(&ordered(repository, &to)), [d, c, a, b, own]);
    let [next] = made(repository, &to);
    assert_eq!(ids(&ordered(repository, &to))[0], next);
}

/// Always into the same gap, until keys would be too long, and their neighbours get new ones.
pub fn full_gaps_are_renumbered(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [low, gone, one, other, high] = made(repository, &owner);
    trash(repository, &owner, gone);
    let mut expected = vec![high, other, one, low];
    let mut seen: Vec<(TaskId, Revision)> = Vec::new();
    let mut renumbered = 0;
    for number in 0..400 {
        expected.swap(1, 2);
        let (before, id) = (expected[2], expected[1]);
        let task = moved(repository, &owner, id, MoveTo::Before(before));
        let others: Vec<Task> =
            if number % 20 == 0 || renumbered > 0 { ordered(repository, &owner) } else { vec![] };
        if !others.is_empty() {
            assert_eq!(ids(&others), expected);
        }
        assert!(others.iter().all(|other| OrderKey::parse(other.position.as_str()).is_some()));
        let high = get(repository, &owner, high);
        let low = get(repository, &owner, low);
        if seen.last().is_some_and(|_| (high.revision, low.revision) != (seen[0].1, seen[1].1)) {
            renumbered += 1;
            assert!(
                high.updated_at < moment(40) && low.updated_at < moment(40),
                "a new key is no change of the task"
            );
            assert_eq!(ids(&ordered(repository, &owner)), expected);
            assert!(high.revision < task.revision && low.revision < task.revision);
        }
        seen = vec![(high.id, high.revision), (low.id, low.revision)];
        if renumbered > 0 {
            break;
        }
    }
    assert!(renumbered > 0, "no key became too long");
    restore(repository, &owner, gone);
    let at_the_end = ids(&ordered(repository, &owner));
    assert_eq!(at_the_end, [expected[..3].to_vec(), vec![gone, low]].concat());
}

pub fn concurrent_moves_have_unique_keys(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let [anchor] = made(repository, &owner);
    let racers = race(|_| create(repository, &owner, new_task("one of many"), moment(0)).id);
    let results: BTreeSet<Revision> =
        race(|racer| match move_to(repository, &owner, racers[racer], MoveTo::After(anchor)).unwrap() {
            Outcome::Task(task) | Outcome::Unchanged(task) => task.revision,
            other => panic!("{other:?}"),
        })
        .into_iter()
        .collect();
    assert_eq!(results.len(), racers.len());
    let tasks = ordered(repository, &owner);
    assert_eq!((tasks.len(), tasks[0].id), (racers.len() + 1, anchor));
    assert!(tasks.is_sorted_by(|one, next| one.position < next.position));
    // Each was put directly after the first one, so the last move is the second task.
    let revisions: Vec<Revision> = tasks[1..].iter().map(|task| task.revision).collect();
    assert!(revisions.is_sorted_by(|one, next| one > next), "{revisions:?}");
    erase(repository, &owner);
    let [again] = made(repository, &owner);
    assert_eq!(ids(&ordered(repository, &owner)), [again]);
}

pub fn trashes_are_sorted_by_position(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [a, b, c] = made(repository, &owner);
    moved(repository, &owner, c, MoveTo::After(b));
    for id in [c, a, b] {
        trash(repository, &owner, id);
    }
    let query = ListQuery { scope: Scope::Trash, ..by_position(Direction::Ascending) };
    assert_eq!(ids(&block_on(repository.list(&owner, query)).unwrap().tasks), [b, c, a]);
}
