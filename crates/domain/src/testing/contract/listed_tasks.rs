use std::sync::Arc;

use pollster::block_on;

use super::lists::{all_lists, counted, fresh_list_id, list_after, make, new_list, rename, run};
use super::ownership::FreshIds;
use super::{create, fresh_id, fresh_owner, get, moment, new_task};
use crate::{
    Change, Command, CountedList, EntityTags, List, ListCommand, ListFilter, ListQuery, NewList, NewTask,
    Outcome, Owner, Precondition, RepositoryError, Revision, Scope, Task, TaskId, TaskRepository,
    TasksOfList, TrashCapacity,
};

fn task_in(repository: &dyn TaskRepository, owner: &Owner, list: &List, text: &str) -> Task {
    create(repository, owner, NewTask { list_id: Some(list.id), ..new_task(text) }, moment(1))
}

fn delete_list(
    repository: &dyn TaskRepository,
    owner: &Owner,
    (list, tasks): (&List, TasksOfList),
    millis: i64,
) -> Revision {
    let command = ListCommand::Delete { id: list.id, tasks, precondition: Precondition::default() };
    match run(repository, owner, command, millis) {
        Ok(Outcome::Deleted(revision)) => revision,
        other => panic!("{other:?}"),
    }
}

fn listed(
    repository: &dyn TaskRepository,
    owner: &Owner,
    list: Option<ListFilter>,
    scope: Scope,
) -> Vec<TaskId> {
    let query = ListQuery { list, scope, count: true, ..ListQuery::default() };
    let page = block_on(repository.list(owner, query)).unwrap();
    assert_eq!(page.total, Some(page.tasks.len() as u64));
    let mut ids: Vec<TaskId> = page.tasks.iter().map(|task| task.id).collect();
    ids.sort();
    ids
}

fn trash_task(repository: &dyn TaskRepository, owner: &Owner, task: &Task, millis: i64) -> Task {
    let (precondition, trash) = (Precondition::default(), TrashCapacity::tasks(10));
    let command = Command::Delete { id: task.id, precondition, trash };
    block_on(repository.write(owner, command, moment(millis))).unwrap();
    block_on(repository.get_trashed(owner, task.id)).unwrap()
}

pub fn tasks_are_in_lists_of_their_owner(repository: &dyn TaskRepository) {
    let (owner, other) = (fresh_owner("alice"), fresh_owner("bob"));
    let (home, work) = (make(repository, &owner, "home"), make(repository, &owner, "work"));
    let theirs = make(repository, &other, "theirs");
    let in_home = task_in(repository, &owner, &home, "in home");
    assert_eq!((in_home.list_id, &get(repository, &owner, in_home.id)), (Some(home.id), &in_home));
    let loose = create(repository, &owner, new_task("in none"), moment(1));
    let to = |list_id| Change { list_id: Some(list_id), ..Change::default() };
    let change = |task: &Task, change: Change, precondition: Precondition| {
        block_on(repository.update(&owner, task.id, change, precondition, moment(2)))
    };
    let moved = change(&in_home, to(Some(work.id)), Precondition::default()).unwrap();
    assert_eq!((moved.list_id, moved.revision), (Some(work.id), Revision::new(5)));
    assert_eq!(change(&in_home, to(Some(work.id)), Precondition::default()).unwrap(), moved, "no change");
    let stale = Precondition { if_match: Some(EntityTags::Revisions(vec![])), ..Precondition::default() };
    for unknown in [theirs.id, fresh_list_id()] {
        for precondition in [Precondition::default(), stale.clone()] {
            let rejected = change(&moved, to(Some(unknown)), precondition);
            assert!(matches!(rejected, Err(RepositoryError::UnknownList)), "before the condition");
        }
        let missing = NewTask { list_id: Some(unknown), ..new_task("nowhere") };
        let rejected = block_on(repository.create(&owner, missing, moment(2)));
        assert!(matches!(rejected, Err(RepositoryError::UnknownList)));
        let gone = block_on(repository.update(
            &owner,
            fresh_id(),
            to(Some(unknown)),
            Precondition::default(),
            moment(2),
        ));
        assert!(matches!(gone, Err(RepositoryError::NotFound)), "the task comes first");
    }
    let live = |list| listed(repository, &owner, list, Scope::Live);
    assert_eq!(live(Some(ListFilter::Of(work.id))), [moved.id]);
    assert_eq!(live(Some(ListFilter::Of(home.id))), []);
    assert_eq!(live(Some(ListFilter::Of(theirs.id))), []);
    assert_eq!(live(Some(ListFilter::None)), [loose.id]);
    let freed = change(&moved, to(None), Precondition::default()).unwrap();
    assert_eq!((freed.list_id, live(Some(ListFilter::None)).len()), (None, 2));
}

pub fn live_tasks_of_lists_are_counted(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let (full, empty) = (make(repository, &owner, "full"), make(repository, &owner, "empty"));
    let tasks: Vec<Task> = (0..5).map(|_| task_in(repository, &owner, &full, "task")).collect();
    create(repository, &owner, new_task("in none"), moment(1));
    let done = Change { completion: Some(crate::Completion::Set(true)), ..Change::default() };
    for task in &tasks[..2] {
        block_on(repository.update(&owner, task.id, done.clone(), Precondition::default(), moment(2)))
            .unwrap();
    }
    trash_task(repository, &owner, &tasks[4], 3);
    let expected = [
        CountedList { list: full, open: 2, completed: 2 },
        CountedList { list: empty, open: 0, completed: 0 },
    ];
    assert_eq!(counted(repository, &owner), expected);
    let uncounted = block_on(repository.lists(&owner, false)).unwrap();
    assert!(uncounted.read.iter().all(|list| (list.open, list.completed) == (0, 0)));
}

pub fn deleted_lists_leave_their_tasks(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let (list, other) = (make(repository, &owner, "list"), make(repository, &owner, "other"));
    let [one, two, trashed] = ["one", "two", "trashed"].map(|text| task_in(repository, &owner, &list, text));
    let elsewhere = task_in(repository, &owner, &other, "elsewhere");
    let trashed = trash_task(repository, &owner, &trashed, 5);
    let stale = Precondition { if_match: Some(EntityTags::Revisions(vec![])), ..Precondition::default() };
    let command = ListCommand::Delete { id: list.id, tasks: TasksOfList::Keep, precondition: stale };
    let refused = run(repository, &owner, command, 9);
    assert!(
        matches!(refused, Err(RepositoryError::PreconditionFailed { current }) if current == list.revision)
    );
    // Each live task takes a revision before that of the list.
    assert_eq!(delete_list(repository, &owner, (&list, TasksOfList::Keep), 9), Revision::new(7 + 2 + 1));
    assert_eq!(all_lists(repository, &owner), [other]);
    let mut revisions: Vec<i64> = [one, two]
        .into_iter()
        .map(|task| {
            let kept = get(repository, &owner, task.id);
            let expected = Task { list_id: None, updated_at: moment(9), revision: kept.revision, ..task };
            assert_eq!(kept, expected);
            kept.revision.number()
        })
        .collect();
    revisions.sort_unstable();
    assert_eq!(revisions, [8, 9]);
    let in_trash = block_on(repository.get_trashed(&owner, trashed.id)).unwrap();
    assert_eq!(in_trash, Task { list_id: None, ..trashed }, "without a revision of its own");
    assert_eq!(get(repository, &owner, elsewhere.id), elsewhere);
    let gone = run(repository, &owner, rename(&list, "x", Precondition::default()), 10);
    assert!(matches!(gone, Err(RepositoryError::NotFound)));
    // Its name and its id are free.
    let again = NewList { id: list.id, ..new_list("list") };
    assert_eq!(list_after(repository, &owner, ListCommand::Create(again), 11).revision, Revision::new(11));
    let next = create(repository, &owner, new_task("next"), moment(12));
    assert_eq!(next.revision, Revision::new(12));
}

pub fn deleted_lists_take_their_tasks_to_the_trash(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "list");
    let old = create(repository, &owner, new_task("old"), moment(0));
    trash_task(repository, &owner, &old, 1);
    let tasks: Vec<Task> = (0..3).map(|_| task_in(repository, &owner, &list, "task")).collect();
    let trash = TasksOfList::Trash(TrashCapacity::tasks(3));
    // The old task makes room, and is deleted with a revision of its own.
    assert_eq!(delete_list(repository, &owner, (&list, trash), 9), Revision::new(6 + 1 + 3 + 1));
    assert!(matches!(block_on(repository.get_trashed(&owner, old.id)), Err(RepositoryError::NotFound)));
    assert_eq!(listed(repository, &owner, None, Scope::Live), []);
    let mut ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    ids.sort();
    assert_eq!(listed(repository, &owner, Some(ListFilter::None), Scope::Trash), ids);
    for task in tasks {
        let trashed = block_on(repository.get_trashed(&owner, task.id)).unwrap();
        let (revision, deleted_at) = (trashed.revision, Some(moment(9)));
        assert_eq!(trashed, Task { list_id: None, updated_at: moment(9), revision, deleted_at, ..task });
    }
    let command = Command::Restore { id: ids[0], precondition: Precondition::default() };
    let restored = block_on(repository.write(&owner, command, moment(10))).unwrap();
    assert!(matches!(restored, Outcome::Task(task) if task.list_id.is_none() && task.id == ids[0]));
    let forever = make(repository, &owner, "forever");
    let gone = task_in(repository, &owner, &forever, "gone");
    delete_list(repository, &owner, (&forever, TasksOfList::Trash(TrashCapacity::NONE)), 11);
    assert!(matches!(block_on(repository.get_trashed(&owner, gone.id)), Err(RepositoryError::NotFound)));
    assert_eq!(listed(repository, &owner, None, Scope::Live), [ids[0]]);
}

pub fn lists_larger_than_the_trash_leave_the_last_tasks_there(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "list");
    let old = create(repository, &owner, new_task("old"), moment(0));
    trash_task(repository, &owner, &old, 1);
    for _ in 0..5 {
        task_in(repository, &owner, &list, "task");
    }
    // As if the tasks were deleted one after another: 6 deletions with the one that was in the trash, and 2 have room.
    let trash = TasksOfList::Trash(TrashCapacity::tasks(2));
    assert_eq!(delete_list(repository, &owner, (&list, trash), 9), Revision::new(8 + 1 + 5 + 1));
    assert_eq!(listed(repository, &owner, None, Scope::Live), []);
    let left = listed(repository, &owner, None, Scope::Trash);
    let revision = |id: &TaskId| block_on(repository.get_trashed(&owner, *id)).unwrap().revision.number();
    let mut revisions: Vec<i64> = left.iter().map(revision).collect();
    revisions.sort_unstable();
    assert_eq!(revisions, [13, 14], "the others were deleted for good");
}

pub fn moved_owners_keep_their_lists(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("alice"));
    let (own, shared) = (make(repository, &from, "own"), make(repository, &from, "SHOPPING"));
    let same_id = NewList { id: own.id, ..new_list("other") };
    let other = list_after(repository, &to, ListCommand::Create(same_id), 0);
    let shopping = make(repository, &to, "shopping");
    let (one, two) = (task_in(repository, &from, &own, "one"), task_in(repository, &from, &shared, "two"));
    let trashed = task_in(repository, &from, &own, "three");
    trash_task(repository, &from, &trashed, 5);
    block_on(repository.move_tasks(&from, &to, Arc::new(FreshIds))).unwrap();
    assert_eq!(all_lists(repository, &from), []);
    let lists = all_lists(repository, &to);
    let names: Vec<&str> = lists.iter().map(|list| list.name.as_str()).collect();
    assert_eq!(names, ["other", "shopping", "own"], "a list of the same name takes the tasks");
    assert_eq!((&lists[0], &lists[1]), (&other, &shopping));
    assert_ne!(lists[2].id, own.id, "an id in use is replaced");
    assert_eq!(get(repository, &to, one.id).list_id, Some(lists[2].id));
    assert_eq!(get(repository, &to, two.id).list_id, Some(shopping.id));
    assert_eq!(block_on(repository.get_trashed(&to, trashed.id)).unwrap().list_id, Some(lists[2].id));
    let (empty, fresh) = (fresh_owner("lists-alone"), fresh_owner("fresh"));
    let alone = make(repository, &empty, "alone");
    block_on(repository.move_tasks(&empty, &fresh, Arc::new(FreshIds))).unwrap();
    assert_eq!(all_lists(repository, &fresh).iter().map(|list| list.id).collect::<Vec<_>>(), [alone.id]);
}
