use super::*;

const THREE: TrashCapacity = TrashCapacity::tasks(3);
const FOUR: TrashCapacity = TrashCapacity::tasks(4);

fn trash(number: u128, trash: TrashCapacity) -> Command {
    Command::Delete { id: id(number), precondition: if_match(None), trash }
}

fn restore(number: u128, revision: Option<i64>) -> Command {
    Command::Restore { id: id(number), precondition: if_match(revision) }
}

fn purge(number: u128, revision: Option<i64>) -> Command {
    Command::Purge { id: id(number), precondition: if_match(revision) }
}

fn trashed(number: u128, revision: i64, deleted_at: Timestamp) -> TrashedId {
    TrashedId { deleted_at, revision: Revision::new(revision), id: id(number) }
}

/// The loaded owner, with the ids of a full trash: tasks 11 to 13, deleted at revisions 1 to 3.
fn full() -> OwnerState {
    let mut state = loaded().with_trashed_tasks(3);
    state.insert_trashed([trashed(13, 3, at(3)), trashed(12, 2, at(2)), trashed(11, 1, at(1))]);
    state
}

fn tombstones(set: &WriteSet) -> Vec<(TaskId, i64)> {
    set.tombstones.iter().map(|tombstone| (tombstone.id, tombstone.revision.number())).collect()
}

#[test]
fn deleted_tasks_are_kept_in_the_trash() {
    let mut writer = Writer::new(loaded());
    assert_eq!(writer.run(&trash(1, THREE), at(20)), Ok(Outcome::Deleted(Revision::new(6))));
    for gone in [toggle(1, None), trash(1, THREE)] {
        assert_eq!(writer.run(&gone, at(21)), Err(Rejection::NotFound));
    }
    assert_eq!(writer.run(&creation(1), at(21)), Err(Rejection::AlreadyExists { current: None }));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.revision, set.live_tasks, set.trashed_tasks), (6, 1, 1));
    let [task] = set.updated.as_slice() else { panic!("{set:?}") };
    assert_eq!((task.deleted_at, task.updated_at, task.title.as_str()), (Some(at(20)), at(20), "task"));
    assert!(set.tombstones.is_empty() && set.deleted.is_empty());
}

#[test]
fn deletion_times_never_go_back() {
    let mut writer = Writer::new(loaded());
    writer.run(&trash(1, THREE), at(0)).unwrap();
    assert_eq!(task(writer.run(&restore(1, None), at(1))).updated_at, at(10));
}

#[test]
fn restored_tasks_are_live_at_a_new_revision() {
    let mut writer = Writer::new(loaded());
    writer.run(&trash(1, THREE), at(20)).unwrap();
    let current = Revision::new(6);
    assert_eq!(writer.run(&restore(1, Some(5)), at(30)), Err(Rejection::PreconditionFailed { current }));
    let again = task(writer.run(&restore(1, Some(6)), at(30)));
    assert_eq!((again.revision, again.updated_at, again.deleted_at), (Revision::new(7), at(30), None));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.revision, set.live_tasks, set.trashed_tasks), (7, 2, 0));
    assert_eq!(set.updated, [again]);
}

#[test]
fn restoring_a_live_task_changes_nothing() {
    let mut writer = Writer::new(loaded());
    let restored = writer.run(&restore(1, Some(4)), at(30));
    assert!(matches!(restored, Ok(Outcome::Unchanged(task)) if task.updated_at == at(10)));
    let current = Revision::new(4);
    assert_eq!(writer.run(&restore(1, Some(3)), at(30)), Err(Rejection::PreconditionFailed { current }));
    assert_eq!(writer.run(&restore(2, None), at(30)), Err(Rejection::NotFound));
    assert_eq!(writer.into_write_set(), None);
}

#[test]
fn purged_tasks_leave_a_tombstone() {
    let mut writer = Writer::new(loaded());
    assert_eq!(writer.run(&purge(1, None), at(20)), Err(Rejection::NotFound));
    writer.run(&trash(1, THREE), at(20)).unwrap();
    let current = Revision::new(6);
    assert_eq!(writer.run(&purge(1, Some(4)), at(21)), Err(Rejection::PreconditionFailed { current }));
    assert_eq!(writer.run(&purge(1, Some(6)), at(21)), Ok(Outcome::Deleted(Revision::new(7))));
    assert_eq!(writer.run(&restore(1, None), at(22)), Err(Rejection::NotFound));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.revision, set.live_tasks, set.trashed_tasks), (7, 1, 0));
    assert_eq!(set.tombstones, [Tombstone { id: id(1), revision: Revision::new(7), at: at(21) }]);
    assert_eq!((set.deleted, set.updated.len()), (vec![id(1)], 0));
}

#[test]
fn a_full_trash_makes_room_for_each_task() {
    let mut writer = Writer::new(full());
    assert_eq!(writer.run(&trash(1, THREE), at(20)), Ok(Outcome::Deleted(Revision::new(7))));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.revision, set.live_tasks, set.trashed_tasks), (7, 1, 3));
    assert_eq!((tombstones(&set), set.deleted), (vec![(id(11), 6)], vec![id(11)]));
    assert_eq!(set.updated[0].revision, Revision::new(7));
}

#[test]
fn a_smaller_capacity_deletes_one_task_per_deletion() {
    let mut writer = Writer::new(full());
    writer.run(&trash(1, TrashCapacity::tasks(1)), at(20)).unwrap();
    let set = writer.into_write_set().unwrap();
    assert_eq!((tombstones(&set), set.trashed_tasks), (vec![(id(11), 6)], 3));
}

#[test]
fn tasks_of_one_millisecond_are_deleted_in_order() {
    let mut state = loaded().with_trashed_tasks(3);
    state.insert_trashed([trashed(11, 3, at(1)), trashed(12, 2, at(1)), trashed(13, 1, at(1))]);
    let mut writer = Writer::new(state);
    writer.run(&trash(1, THREE), at(20)).unwrap();
    assert_eq!(tombstones(&writer.into_write_set().unwrap()), [(id(13), 6)]);
}

#[test]
fn without_a_trash_tasks_are_deleted_for_good() {
    let mut writer = Writer::new(full());
    writer.run(&trash(1, TrashCapacity::NONE), at(20)).unwrap();
    let set = writer.into_write_set().unwrap();
    assert_eq!((tombstones(&set), set.trashed_tasks), (vec![(id(1), 6)], 3));
}

#[test]
fn an_unlimited_trash_needs_no_room() {
    let mut writer = Writer::new(full());
    writer.run(&trash(1, TrashCapacity::UNLIMITED), at(20)).unwrap();
    assert_eq!(writer.into_write_set().unwrap().trashed_tasks, 4);
}

#[test]
fn emptying_gives_each_task_a_revision() {
    let mut writer = Writer::new(full());
    assert_eq!(writer.run(&Command::EmptyTrash, at(20)), Ok(Outcome::Purged(3)));
    assert_eq!(writer.run(&Command::EmptyTrash, at(20)), Ok(Outcome::Purged(0)));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.revision, set.live_tasks, set.trashed_tasks), (8, 2, 0));
    assert_eq!(tombstones(&set), [(id(11), 6), (id(12), 7), (id(13), 8)]);
    assert_eq!(set.deleted, [id(11), id(12), id(13)]);
}

#[test]
fn emptying_an_empty_trash_changes_nothing() {
    let mut writer = Writer::new(loaded());
    assert_eq!(writer.run(&Command::EmptyTrash, at(20)), Ok(Outcome::Purged(0)));
    assert_eq!(writer.into_write_set(), None);
}

fn expired(before: Timestamp, trash: TrashCapacity, limit: usize) -> Vec<(TaskId, i64)> {
    let mut writer = Writer::new(full());
    writer.run(&Command::ExpireTrash { before, trash, limit }, at(20)).unwrap();
    writer.into_write_set().map_or_else(Vec::new, |set| tombstones(&set))
}

#[test]
fn old_and_surplus_tasks_expire() {
    assert_eq!(expired(at(1), THREE, 9), []);
    assert_eq!(expired(at(3), THREE, 9), [(id(11), 6), (id(12), 7)]);
    assert_eq!(expired(at(3), THREE, 1), [(id(11), 6)]);
    assert_eq!(expired(at(0), TrashCapacity::tasks(2), 9), [(id(11), 6)]);
    assert_eq!(expired(at(0), TrashCapacity::NONE, 9).len(), 3);
    assert_eq!(expired(at(0), TrashCapacity::UNLIMITED, 9), []);
}

#[test]
fn the_trash_is_loaded_when_room_must_be_made() {
    let needed = |commands: &[Command]| full().trash_to_load(commands.iter());
    assert_eq!(needed(&[creation(9), toggle(1, None), restore(11, None), purge(12, None)]), 0);
    assert_eq!(needed(&[trash(1, FOUR), trash(2, TrashCapacity::UNLIMITED)]), 0);
    assert_eq!(needed(&[trash(1, FOUR), trash(2, FOUR)]), 1);
    assert_eq!(needed(&[restore(11, None), trash(1, THREE)]), 2);
    assert_eq!(needed(&[trash(1, TrashCapacity::NONE)]), 0);
    assert_eq!(needed(&[Command::EmptyTrash]), usize::MAX);
    assert_eq!(needed(&[Command::ExpireTrash { before: at(0), trash: THREE, limit: 50 }]), 50);
}

#[test]
fn imported_tasks_stay_in_the_trash() {
    let mut writer = Writer::new(loaded());
    writer.run(&trash(1, THREE), at(20)).unwrap();
    let Slot::Trashed(deleted) = writer.state().slot(id(1)).clone() else { panic!("it is in the trash") };
    let mut other = empty();
    assert_eq!(other.import(deleted.clone().into(), ExistingTask::Reject), Ok(true));
    let set = other.clone().into_write_set().unwrap();
    assert_eq!((set.live_tasks, set.trashed_tasks), (0, 1));
    assert_eq!((set.inserted[0].deleted_at, set.inserted[0].updated_at), (Some(at(20)), at(20)));
    assert_eq!(
        other.import(deleted.clone().into(), ExistingTask::Reject),
        Err(Rejection::AlreadyExists { current: None })
    );
    assert_eq!(other.import(deleted.clone().into(), ExistingTask::Keep), Ok(false));
    assert_eq!(other.import(deleted.into(), ExistingTask::Replace), Ok(true));
    assert_eq!(other.into_write_set().unwrap().trashed_tasks, 1);
}
