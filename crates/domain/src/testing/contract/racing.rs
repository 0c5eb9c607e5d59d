use std::collections::BTreeSet;
use std::thread;

use pollster::block_on;

use super::{create, fresh_id, fresh_owner, get, moment, new_task, title};
use crate::{
    Change, Completion, EntityTags, NewTask, Precondition, RepositoryError, Revision, Task, TaskRepository,
};

pub(super) const RACERS: usize = 24;

/// Runs a closure on many threads concurrently and returns the results.
pub(super) fn race<T: Send>(run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let run = &run;
        let racers: Vec<_> = (0..RACERS).map(|racer| scope.spawn(move || run(racer))).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    })
}

pub fn one_of_concurrent_conditional_updates_succeeds(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let task = create(repository, &owner, new_task("start"), moment(0));
    let results = race(|racer| {
        let change = Change { title: Some(title(&format!("racer {racer}"))), ..Change::default() };
        let tags = EntityTags::Revisions(vec![task.revision]);
        let precondition = Precondition { if_match: Some(tags), ..Precondition::default() };
        block_on(repository.update(&owner, task.id, change, precondition, moment(1)))
    });
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, RACERS - 1));
    let winner: Task = won.into_iter().next().unwrap().unwrap();
    assert_eq!(get(repository, &owner, task.id), winner);
    for error in lost {
        let error = error.unwrap_err();
        let RepositoryError::PreconditionFailed { current } = error else { panic!("{error:?}") };
        assert_eq!(current, winner.revision);
    }
}

pub fn concurrent_toggles_are_all_applied(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let task = create(repository, &owner, new_task("start"), moment(0));
    let seen: BTreeSet<Revision> = race(|_| {
        let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
        block_on(repository.update(&owner, task.id, change, Precondition::default(), moment(1)))
            .unwrap()
            .revision
    })
    .into_iter()
    .collect();
    let expected = i64::try_from(RACERS).unwrap() + 1;
    assert!(seen.into_iter().map(Revision::number).eq(2..=expected));
    assert_eq!(get(repository, &owner, task.id).completed, RACERS % 2 == 1);
}

pub fn concurrent_creates_have_revisions_without_gaps(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let numbers: BTreeSet<i64> =
        race(|_| create(repository, &owner, new_task("one of many"), moment(0)).revision.number())
            .into_iter()
            .collect();
    assert!(numbers.into_iter().eq(1..=i64::try_from(RACERS).unwrap()));
}

pub fn one_of_concurrent_creates_with_one_id_succeeds(repository: &dyn TaskRepository) {
    let (owner, id) = (fresh_owner("racer"), fresh_id());
    let results = race(|racer| {
        let task = NewTask::new(id, title(&format!("racer {racer}")));
        block_on(repository.create(&owner, task, moment(0)))
    });
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, RACERS - 1));
    let winner: Task = won.into_iter().next().unwrap().unwrap();
    assert_eq!((winner.revision.number(), &winner), (1, &get(repository, &owner, id)));
    for error in lost {
        let error = error.unwrap_err();
        let RepositoryError::AlreadyExists { current } = error else { panic!("{error:?}") };
        assert_eq!(current, Some(winner.revision));
    }
}
