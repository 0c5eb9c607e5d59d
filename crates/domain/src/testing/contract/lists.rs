use std::sync::Arc;

use pollster::block_on;

use super::ownership::FreshIds;
use super::racing::race;
use super::{create, fresh_id, fresh_owner, get, moment, new_task};
use crate::{
    Change, Color, Command, CountedList, EntityTags, List, ListChange, ListCommand, ListFilter, ListId,
    ListName, ListQuery, MoveTo, NewList, NewTask, Outcome, Owner, Precondition, RepositoryError, Revision,
    Scope, Task, TaskId, TaskRepository, TasksOfList, TrashCapacity,
};

/// A new list with this name.
pub(super) fn new_list(name: &str) -> NewList {
    NewList { id: fresh_list_id(), name: list_name(name), color: None }
}

fn fresh_list_id() -> ListId {
    ListId::new(fresh_id().uuid())
}

fn list_name(text: &str) -> ListName {
    ListName::parse(text).unwrap()
}

pub(super) fn run(
    repository: &dyn TaskRepository,
    owner: &Owner,
    command: ListCommand,
    millis: i64,
) -> Result<Outcome, RepositoryError> {
    block_on(repository.write(owner, Command::List(command), moment(millis)))
}

/// The list after the command.
fn list_after(repository: &dyn TaskRepository, owner: &Owner, command: ListCommand, millis: i64) -> List {
    match run(repository, owner, command, millis) {
        Ok(Outcome::List(list)) => list,
        other => panic!("{other:?}"),
    }
}

pub(super) fn make(repository: &dyn TaskRepository, owner: &Owner, name: &str) -> List {
    list_after(repository, owner, ListCommand::Create(new_list(name)), 0)
}

fn rename(list: &List, name: &str, precondition: Precondition) -> ListCommand {
    let change = ListChange { name: Some(list_name(name)), ..ListChange::default() };
    ListCommand::Update { id: list.id, change, precondition }
}

pub(super) fn counted(repository: &dyn TaskRepository, owner: &Owner) -> Vec<CountedList> {
    block_on(repository.lists(owner, true)).unwrap().read
}

/// All lists in their order.
pub(super) fn all_lists(repository: &dyn TaskRepository, owner: &Owner) -> Vec<List> {
    let lists: Vec<List> = block_on(repository.lists(owner, false))
        .unwrap()
        .read
        .into_iter()
        .map(|counted| counted.list)
        .collect();
    let again: Vec<List> = counted(repository, owner).into_iter().map(|counted| counted.list).collect();
    assert_eq!(lists, again);
    lists
}

pub fn lists_are_created_last_and_changed(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    assert_eq!(all_lists(repository, &owner), []);
    let color = Color::parse("#1e90ff").ok();
    let new = NewList { color, ..new_list("Straße 🚀") };
    let first = list_after(repository, &owner, ListCommand::Create(new.clone()), 1);
    assert_eq!((first.id, &first.name, first.color), (new.id, &new.name, color));
    assert_eq!(
        (first.created_at, first.updated_at, first.revision),
        (moment(1), moment(1), Revision::new(1))
    );
    assert_eq!(&first.owner_id, owner.id());
    let others = ["b", "a", "c"].map(|name| make(repository, &owner, name));
    let [b, a, c] = others.clone();
    assert_eq!(all_lists(repository, &owner), [first.clone(), b.clone(), a.clone(), c.clone()]);
    let change = ListChange { name: Some(list_name("B")), color: Some(None) };
    let update = ListCommand::Update { id: first.id, change, precondition: Precondition::default() };
    assert!(matches!(run(repository, &owner, update, 5), Err(RepositoryError::NameTaken)));
    let change = ListChange { name: Some(list_name("STRASSE 🚀")), color: Some(None) };
    let update = ListCommand::Update { id: first.id, change, precondition: Precondition::default() };
    let changed = list_after(repository, &owner, update, 5);
    let expected = List {
        name: list_name("STRASSE 🚀"),
        color: None,
        updated_at: moment(5),
        revision: Revision::new(5),
        ..first
    };
    assert_eq!(changed, expected);
    assert_eq!(all_lists(repository, &owner), [expected, b, a, c]);
}

pub fn list_changes_of_no_value_keep_the_revision(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "list");
    for command in [
        rename(&list, "list", Precondition::default()),
        ListCommand::Update {
            id: list.id,
            change: ListChange { name: None, color: Some(None) },
            precondition: Precondition::default(),
        },
    ] {
        assert_eq!(list_after(repository, &owner, command, 9), list);
    }
    assert_eq!(all_lists(repository, &owner), [list]);
    let next = create(repository, &owner, new_task("task"), moment(10));
    assert_eq!(next.revision, Revision::new(2), "tasks and lists share their revisions");
}

pub fn list_names_are_unique_without_case(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "École");
    for name in ["école", "ÉCOLE", "E\u{301}cole", " École "] {
        let taken = run(repository, &owner, ListCommand::Create(new_list(name)), 1);
        assert!(matches!(taken, Err(RepositoryError::NameTaken)), "{name}");
    }
    let other = make(repository, &owner, "Ecole");
    let taken = run(repository, &owner, rename(&other, "école", Precondition::default()), 1);
    assert!(matches!(taken, Err(RepositoryError::NameTaken)));
    let renamed = list_after(repository, &owner, rename(&list, "ÉCOLE", Precondition::default()), 1);
    assert_eq!(all_lists(repository, &owner), [renamed, other]);
    make(repository, &fresh_owner("bob"), "École");
}

pub fn failed_preconditions_of_lists_return_the_revision(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let (list, other) = (make(repository, &owner, "list"), make(repository, &owner, "other"));
    let tags = |revision| Some(EntityTags::Revisions(vec![revision]));
    let stale = Precondition { if_match: tags(other.revision), ..Precondition::default() };
    // Before the name.
    let refused = run(repository, &owner, rename(&list, "other", stale), 1);
    let current = list.revision;
    assert!(matches!(refused, Err(RepositoryError::PreconditionFailed { current: at }) if at == current));
    let fresh = Precondition { if_match: tags(list.revision), ..Precondition::default() };
    assert_eq!(list_after(repository, &owner, rename(&list, "new", fresh), 1).revision, Revision::new(3));
}

pub fn list_ids_in_use_are_rejected_first(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "list");
    let other = make(repository, &owner, "other");
    let again = NewList { id: list.id, ..new_list("other") };
    let rejected = run(repository, &owner, ListCommand::Create(again), 1);
    let current = Some(list.revision);
    assert!(matches!(rejected, Err(RepositoryError::AlreadyExists { current: at }) if at == current));
    assert_eq!(all_lists(repository, &owner), [list.clone(), other]);
    let bob = fresh_owner("bob");
    let theirs = NewList { id: list.id, ..new_list("list") };
    list_after(repository, &bob, ListCommand::Create(theirs), 1);
}

pub fn an_owner_has_at_most_200_lists(repository: &dyn TaskRepository) {
    let owner = fresh_owner("collector");
    let lists: Vec<List> =
        (0..200).map(|number| make(repository, &owner, &format!("list {number}"))).collect();
    let rejected = run(repository, &owner, ListCommand::Create(new_list("one more")), 1);
    assert!(matches!(rejected, Err(RepositoryError::QuotaExceeded { limit: 200 })));
    let named = run(repository, &owner, ListCommand::Create(new_list("LIST 7")), 1);
    assert!(matches!(named, Err(RepositoryError::NameTaken)), "the name comes first");
    assert_eq!(all_lists(repository, &owner), lists);
    make(repository, &fresh_owner("other"), "list");
}

pub fn lists_of_other_owners_are_not_found(repository: &dyn TaskRepository) {
    let (alice, bob) = (fresh_owner("alice"), fresh_owner("bob"));
    let list = make(repository, &alice, "hers");
    let anything = [
        Precondition::default(),
        Precondition { if_match: Some(EntityTags::Any), ..Precondition::default() },
        Precondition { if_none_match: Some(EntityTags::Any), ..Precondition::default() },
    ];
    for precondition in anything {
        let rejected = run(repository, &bob, rename(&list, "his", precondition), 1);
        assert!(matches!(rejected, Err(RepositoryError::NotFound)));
    }
    assert_eq!((all_lists(repository, &bob), all_lists(repository, &alice)), (vec![], vec![list]));
}

pub fn one_of_concurrent_lists_gets_a_name(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let results = race(|racer| {
        let name = if racer % 2 == 0 { "Same" } else { "sAME" };
        run(repository, &owner, ListCommand::Create(new_list(name)), 0)
    });
    let won = results.iter().filter(|result| result.is_ok()).count();
    let taken = |result: &&_| matches!(result, Err(RepositoryError::NameTaken));
    assert_eq!((won, results.iter().filter(taken).count()), (1, results.len() - 1));
    assert_eq!(all_lists(repository, &owner).len(), 1);
}

pub fn erased_owners_have_no_lists(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let list = make(repository, &owner, "list");
    block_on(repository.erase(&owner)).unwrap();
    assert_eq!(all_lists(repository, &owner), []);
    let again = NewList { id: list.id, ..new_list("list") };
    assert_eq!(list_after(repository, &owner, ListCommand::Create(again), 1).revision, Revision::new(1));
}

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

pub fn moved_lists_are_where_they_were_put(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let lists = ["a", "b", "c"].map(|name| make(repository, &owner, name));
    let names = || -> String {
        all_lists(repository, &owner).iter().map(|list| list.name.as_str().to_owned()).collect()
    };
    let [a, b, c] = lists.each_ref().map(|list| list.id);
    let put = |id, to, millis| {
        let command = ListCommand::Move { id, to, precondition: Precondition::default() };
        list_after(repository, &owner, command, millis)
    };
    for (id, to, expected, revision) in [
        (c, MoveTo::First, "cab", 4),
        (c, MoveTo::First, "cab", 4),
        (c, MoveTo::Before(a), "cab", 4),
        (b, MoveTo::After(b), "cab", 4),
        (b, MoveTo::Before(a), "cba", 5),
        (c, MoveTo::After(a), "bac", 6),
        (b, MoveTo::Last, "acb", 7),
    ] {
        let moved = put(id, to, i64::from(revision));
        assert_eq!(names(), expected, "{to:?}");
        if moved.id == id && moved.updated_at == moment(i64::from(revision)) {
            assert_eq!(moved.revision, Revision::new(i64::from(revision)));
        }
    }
    let theirs = make(repository, &fresh_owner("bob"), "theirs").id;
    for neighbour in [theirs, fresh_list_id()] {
        let stale = Precondition { if_match: Some(EntityTags::Revisions(vec![])), ..Precondition::default() };
        let command = ListCommand::Move { id: a, to: MoveTo::After(neighbour), precondition: stale };
        let rejected = run(repository, &owner, command, 9);
        assert!(
            matches!(rejected, Err(RepositoryError::UnknownNeighbour { member: "after" })),
            "{rejected:?}"
        );
    }
    assert_eq!(names(), "acb");
    // As often as a key between two others would become too long.
    for _ in 0..150 {
        let order = all_lists(repository, &owner);
        put(order[2].id, MoveTo::Before(order[1].id), 10);
        assert_eq!(all_lists(repository, &owner)[1].id, order[2].id);
    }
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
