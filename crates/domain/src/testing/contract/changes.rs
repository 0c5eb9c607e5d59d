use std::sync::Arc;

use pollster::block_on;

use super::lists::{fresh_list_id, list_after, make, rename, run};
use super::ownership::{FreshIds, erase};
use super::racing::{RACERS, race};
use super::{create, fresh_id, fresh_owner, get, moment, new_task, title};
use crate::testing::Follower;
use crate::{
    Bulk, Change, ChangedObject, Changes, Command, Completion, FeedPosition, List, ListCommand, ListId,
    ListQuery, MoveTo, NewTask, ObjectId, Operation, Outcome, Owner, OwnerRevision, Precondition,
    RepositoryError, Revision, Task, TaskId, TaskRepository, TasksOfList, TrashCapacity,
};

type Read = Result<Changes, RepositoryError>;

fn read(repository: &dyn TaskRepository, owner: &Owner, after: FeedPosition, limit: u32) -> Read {
    block_on(repository.changes(owner, after, limit))
}

/// What has changed after a position: all of it, and read one by one.
fn since(repository: &dyn TaskRepository, owner: &Owner, after: FeedPosition) -> Vec<ChangedObject> {
    let all = read(repository, owner, after, 1000).unwrap();
    assert_eq!((all.more, all.next), (false, present(repository, owner)));
    let (mut position, mut one_by_one) = (after, Vec::new());
    loop {
        let page = read(repository, owner, position, 1).unwrap();
        one_by_one.extend(page.changes);
        position = page.next;
        if !page.more {
            break;
        }
    }
    assert_eq!((&one_by_one, position), (&all.changes, all.next));
    all.changes
}

/// The position of a client that has everything.
fn present(repository: &dyn TaskRepository, owner: &Owner) -> FeedPosition {
    FeedPosition::At(block_on(repository.revision(owner)).unwrap())
}

fn write(repository: &dyn TaskRepository, owner: &Owner, command: Command) -> Outcome {
    block_on(repository.write(owner, command, moment(5))).unwrap()
}

fn delete(id: TaskId, trash: u64) -> Command {
    Command::Delete { id, precondition: Precondition::default(), trash: TrashCapacity::tasks(trash) }
}

fn deleted(id: TaskId, revision: i64) -> ChangedObject {
    ChangedObject::Deleted(ObjectId::Task(id), Revision::new(revision))
}

fn toggle(repository: &dyn TaskRepository, owner: &Owner, id: TaskId) -> Task {
    let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
    block_on(repository.update(owner, id, change, Precondition::default(), moment(3))).unwrap()
}

fn must_resync(repository: &dyn TaskRepository, owner: &Owner, after: FeedPosition) {
    let read = read(repository, owner, after, 10);
    assert!(matches!(read, Err(RepositoryError::ResyncRequired)), "{after:?}: {read:?}");
}

pub fn each_object_is_listed_once_in_its_latest_state(repository: &dyn TaskRepository) {
    let (owner, other) = (fresh_owner("alice"), fresh_owner("bob"));
    let start = present(repository, &owner);
    let [a, b, c] = ["a", "b", "c"].map(|name| create(repository, &owner, new_task(name), moment(0)));
    let list = make(repository, &owner, "list");
    create(repository, &other, new_task("theirs"), moment(0));
    let middle = present(repository, &owner);
    let all = [
        ChangedObject::Task(a.clone()),
        ChangedObject::Task(b),
        ChangedObject::Task(c.clone()),
        ChangedObject::List(list.clone()),
    ];
    assert_eq!(since(repository, &owner, start), all);
    assert_eq!(since(repository, &owner, middle), []);
    let a = toggle(repository, &owner, a.id);
    let a = toggle(repository, &owner, a.id);
    let list = list_after(repository, &owner, rename(&list, "renamed", Precondition::default()), 4);
    let c = toggle(repository, &owner, c.id);
    let later = [ChangedObject::Task(a), ChangedObject::List(list), ChangedObject::Task(c)];
    assert_eq!(later.each_ref().map(ChangedObject::revision).map(Revision::number), [6, 7, 8]);
    assert_eq!(since(repository, &owner, middle), later);
    assert_eq!(since(repository, &owner, start)[1..], later);
}

pub fn trashed_and_purged_tasks_are_deleted(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [a, b, c] = ["a", "b", "c"].map(|name| create(repository, &owner, new_task(name), moment(0)));
    let after = present(repository, &owner);
    write(repository, &owner, delete(a.id, 9));
    write(repository, &owner, delete(b.id, 9));
    assert_eq!(since(repository, &owner, after), [deleted(a.id, 4), deleted(b.id, 5)]);
    write(repository, &owner, Command::Restore { id: a.id, precondition: Precondition::default() });
    let restored = ChangedObject::Task(get(repository, &owner, a.id));
    assert_eq!(since(repository, &owner, after), [deleted(b.id, 5), restored.clone()]);
    write(repository, &owner, Command::Purge { id: b.id, precondition: Precondition::default() });
    write(repository, &owner, delete(c.id, 0));
    assert_eq!(since(repository, &owner, after), [restored, deleted(b.id, 7), deleted(c.id, 8)]);
    let again = create(repository, &owner, NewTask::new(b.id, title("again")), moment(6));
    assert_eq!(since(repository, &owner, after)[1..], [deleted(c.id, 8), ChangedObject::Task(again)]);
    write(repository, &owner, delete(a.id, 9));
    write(repository, &owner, delete(b.id, 9));
    write(repository, &owner, Command::EmptyTrash);
    assert_eq!(
        since(repository, &owner, after),
        [deleted(c.id, 8), deleted(a.id, 12), deleted(b.id, 13)],
        "one revision for each"
    );
}

pub fn deleted_lists_change_their_tasks(repository: &dyn TaskRepository) {
    for tasks in [TasksOfList::Keep, TasksOfList::Trash(TrashCapacity::tasks(9))] {
        let owner = fresh_owner("alice");
        let [list, other] = ["list", "other"].map(|name| make(repository, &owner, name));
        let in_list = |list: &List, text| {
            create(repository, &owner, NewTask { list_id: Some(list.id), ..new_task(text) }, moment(0))
        };
        let theirs = [in_list(&list, "a"), in_list(&list, "b")].map(|task| task.id);
        let _ = in_list(&other, "c");
        let after = present(repository, &owner);
        let precondition = Precondition::default();
        run(repository, &owner, ListCommand::Delete { id: list.id, tasks, precondition }, 7).unwrap();
        let mut expected = theirs.map(|id| {
            let live = block_on(repository.get(&owner, id));
            assert_eq!(live.is_ok(), tasks == TasksOfList::Keep);
            ChangedObject::of(live.or_else(|_| block_on(repository.get_trashed(&owner, id))).unwrap())
        });
        expected.sort_by_key(ChangedObject::revision);
        let mut changes = since(repository, &owner, after);
        let gone = ChangedObject::Deleted(ObjectId::List(list.id), Revision::new(8));
        assert_eq!(changes.pop(), Some(gone));
        assert_eq!(changes, expected);
    }
}

pub fn operations_and_moves_are_changes(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [low, one, high] =
        ["low", "one", "high"].map(|name| create(repository, &owner, new_task(name), moment(0)));
    let after = present(repository, &owner);
    let new = new_task("new");
    let operations =
        [Command::Create(new.clone()), delete(low.id, 9), delete(fresh_id(), 9), delete(one.id, 0)];
    let operation = |command| Operation { command: Some(command), unchanged_since: None };
    let operations = operations.into_iter().map(operation).collect();
    write(repository, &owner, Command::Bulk(Bulk { atomic: false, operations }));
    let created = ChangedObject::Task(get(repository, &owner, new.id));
    assert_eq!(since(repository, &owner, after), [created, deleted(low.id, 5), deleted(one.id, 6)]);
    let to = MoveTo::First;
    write(repository, &owner, Command::Move { id: high.id, to, precondition: Precondition::default() });
    let moved = get(repository, &owner, high.id);
    assert!(moved.position < high.position);
    assert_eq!(since(repository, &owner, after)[2..], [deleted(one.id, 6), ChangedObject::Task(moved)]);
}

/// Always into the same gap, until the neighbours get new keys.
pub fn renumbered_tasks_are_changed(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let [_, mut one, mut other, high] =
        ["low", "one", "other", "high"].map(|name| create(repository, &owner, new_task(name), moment(0)));
    let mut follower = Follower::new(owner.clone());
    follower.catch_up(repository, 3);
    let is_renumbered = (0..400).any(|_| {
        let (to, precondition) = (MoveTo::Before(other.id), Precondition::default());
        write(repository, &owner, Command::Move { id: one.id, to, precondition });
        std::mem::swap(&mut one, &mut other);
        get(repository, &owner, high.id).revision > high.revision
    });
    assert!(is_renumbered);
    follower.catch_up(repository, 3);
    assert!(follower.has_what_is_listed(repository) && follower.resyncs() == 0, "{follower:?}");
}

pub fn erased_owners_must_resync(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let nothing = FeedPosition::At(OwnerRevision::NONE);
    let create_one = || create(repository, &owner, new_task("a"), moment(0));
    let _ = (create_one(), create_one());
    let FeedPosition::At(before) = present(repository, &owner) else { panic!() };
    let in_snapshot =
        FeedPosition::InSnapshot { began: before, after: ObjectId::List(ListId::new(uuid::Uuid::nil())) };
    assert_eq!(read(repository, &owner, in_snapshot, 9).unwrap().changes.len(), 2);
    erase(repository, &owner);
    for after in [FeedPosition::At(before), in_snapshot] {
        must_resync(repository, &owner, after);
    }
    for after in [nothing, FeedPosition::Start] {
        let changes = Changes { changes: vec![], next: nothing, more: false };
        assert_eq!(read(repository, &owner, after, 9).unwrap(), changes);
    }
    // The same revision of another epoch.
    let again = [create_one(), create_one()].map(ChangedObject::Task);
    for after in [FeedPosition::At(before), in_snapshot] {
        must_resync(repository, &owner, after);
    }
    assert_eq!(since(repository, &owner, nothing), again);
    let other = fresh_owner("bob");
    let position = present(repository, &owner);
    block_on(repository.move_tasks(&owner, &other, Arc::new(FreshIds))).unwrap();
    for owner in [&owner, &other] {
        must_resync(repository, owner, position);
    }
    assert_eq!(since(repository, &other, nothing).len(), 2);
}

pub fn moved_owners_are_followed(repository: &dyn TaskRepository) {
    let (from, to) = (fresh_owner("anonymous"), fresh_owner("alice"));
    let list = make(repository, &from, "theirs");
    for number in 0..5 {
        let new = NewTask { list_id: Some(list.id), ..new_task(&format!("task {number}")) };
        let task = create(repository, &from, new, moment(0));
        if number == 3 {
            write(repository, &from, delete(task.id, 9));
        }
    }
    let own = create(repository, &to, new_task("own"), moment(0));
    let after = present(repository, &to);
    let mut follower = Follower::new(to.clone());
    follower.catch_up(repository, 2);
    block_on(repository.move_tasks(&from, &to, Arc::new(FreshIds))).unwrap();
    let changes = since(repository, &to, after);
    assert!(changes.len() == 6 && changes.iter().all(|object| object.revision() > own.revision));
    follower.catch_up(repository, 2);
    assert!(follower.has_what_is_listed(repository) && follower.resyncs() == 0, "{follower:?}");
}

pub fn positions_of_the_future_must_resync(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    create(repository, &owner, new_task("a"), moment(0));
    let FeedPosition::At(now) = present(repository, &owner) else { panic!() };
    let later = OwnerRevision { revision: Revision::new(now.revision.number() + 1), ..now };
    let other = OwnerRevision { epoch: now.epoch ^ 1, ..now };
    let after = ObjectId::List(fresh_list_id());
    for unknown in [later, other] {
        must_resync(repository, &owner, FeedPosition::At(unknown));
        must_resync(repository, &owner, FeedPosition::InSnapshot { began: unknown, after });
        must_resync(repository, &fresh_owner("unknown"), FeedPosition::At(unknown));
    }
    create(repository, &owner, new_task("b"), moment(0));
    assert_eq!(since(repository, &owner, FeedPosition::At(later)), [], "the position of now");
}

pub fn snapshots_have_live_objects_in_pages(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let tasks: Vec<Task> = (0..9).map(|_| create(repository, &owner, new_task("task"), moment(0))).collect();
    let lists = ["x", "y", "z"].map(|name| make(repository, &owner, name));
    write(repository, &owner, delete(tasks[2].id, 9));
    write(repository, &owner, delete(tasks[5].id, 0));
    let precondition = Precondition::default();
    let gone = ListCommand::Delete { id: lists[1].id, tasks: TasksOfList::Keep, precondition };
    run(repository, &owner, gone, 7).unwrap();
    let FeedPosition::At(now) = present(repository, &owner) else { panic!() };
    let mut expected: Vec<ObjectId> = [&lists[0], &lists[2]].map(|list| ObjectId::List(list.id)).to_vec();
    let is_live = |task: &&Task| task.id != tasks[2].id && task.id != tasks[5].id;
    expected.extend(tasks.iter().filter(is_live).map(|task| ObjectId::Task(task.id)));
    expected.sort();
    for limit in [1, 2, 3, 8, 9, 10] {
        let (mut position, mut found) = (FeedPosition::Start, Vec::new());
        loop {
            let page = read(repository, &owner, position, limit).unwrap();
            found.extend(page.changes.iter().map(ChangedObject::id));
            assert_eq!(page.more, found.len() < expected.len());
            position = page.next;
            if !page.more {
                break;
            }
            assert_eq!(page.changes.len(), limit as usize);
            let after = *found.last().unwrap();
            assert_eq!(position, FeedPosition::InSnapshot { began: now, after });
        }
        assert_eq!((found, position), (expected.clone(), FeedPosition::At(now)));
    }
}

pub fn concurrent_pages_of_tasks_and_changes_are_answered_each(repository: &dyn TaskRepository) {
    let owners: Vec<Owner> = (0..RACERS / 2).map(|_| fresh_owner("racer")).collect();
    for (number, owner) in owners.iter().enumerate() {
        (0..number).for_each(|_| drop(create(repository, owner, new_task("a"), moment(0))));
    }
    let read_both = |racer: usize| {
        let number = racer / 2;
        for _ in 0..20 {
            let query = ListQuery { limit: 50, ..ListQuery::default() };
            let listed = block_on(repository.list(&owners[number], query)).unwrap();
            let changes = read(repository, &owners[number], FeedPosition::Start, 50).unwrap();
            assert_eq!((listed.tasks.len(), changes.changes.len()), (number, number));
        }
    };
    race(read_both);
}
