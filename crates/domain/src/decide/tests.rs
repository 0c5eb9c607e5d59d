mod order;
mod trash;

use std::num::NonZeroU64;

use uuid::Uuid;

use super::*;
use crate::{Completion, EntityTags, ImportedTask, OwnerId, Title};

fn id(number: u128) -> TaskId {
    TaskId::new(Uuid::from_u128(number))
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465 + millis).unwrap()
}

fn empty() -> Writer {
    Writer::new(OwnerState::new(OwnerId::parse("owner").unwrap(), 0, 0))
}

/// An owner at revision 5 with one loaded task of two live ones.
fn loaded() -> OwnerState {
    let mut state = OwnerState::new(OwnerId::parse("owner").unwrap(), 5, 2);
    let new = NewTask::new(id(1), Title::from_stored("task".into()));
    let task = new.into_task(state.owner_id().clone(), Revision::new(4), at(10));
    state.insert(task.id, Slot::Live(task));
    state
}

fn creation(number: u128) -> Command {
    Command::Create(NewTask::new(id(number), Title::from_stored(format!("task {number}"))))
}

fn toggle(number: u128, revision: Option<i64>) -> Command {
    let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
    Command::Update { id: id(number), change, precondition: if_match(revision) }
}

fn deletion(number: u128, revision: Option<i64>) -> Command {
    Command::Delete { id: id(number), precondition: if_match(revision), trash: TrashCapacity::NONE }
}

fn if_match(revision: Option<i64>) -> Precondition {
    let if_match = revision.map(|number| EntityTags::Revisions(vec![Revision::new(number)]));
    Precondition { if_match, ..Precondition::default() }
}

fn task(outcome: Result<Outcome, Rejection>) -> Task {
    match outcome {
        Ok(Outcome::Task(task)) => task,
        other => panic!("{other:?}"),
    }
}

#[test]
fn creates_take_the_next_revision_and_count() {
    let mut writer = empty();
    assert_eq!(task(writer.run(&creation(1), at(0))).revision, Revision::new(1));
    assert_eq!(task(writer.run(&creation(2), at(0))).revision, Revision::new(2));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.revision, set.live_tasks, set.inserted.len()), (2, 2, 2));
    assert!(set.updated.is_empty() && set.deleted.is_empty() && set.tombstones.is_empty());
}

#[test]
fn updates_write_only_named_members() {
    let mut writer = Writer::new(loaded());
    let changed = task(writer.run(&toggle(1, Some(4)), at(20)));
    assert!(changed.completed && changed.title.as_str() == "task");
    assert_eq!(
        (changed.created_at, changed.updated_at, changed.revision),
        (at(10), at(20), Revision::new(6))
    );
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.revision, set.live_tasks), (6, 2));
    assert_eq!((set.inserted.len(), set.updated), (0, vec![changed]));
}

#[test]
fn change_times_never_go_back() {
    let mut writer = Writer::new(loaded());
    assert_eq!(task(writer.run(&toggle(1, None), at(0))).updated_at, at(10));
    let Ok(_) = writer.run(&deletion(1, None), at(3)) else { panic!("it is live") };
    assert_eq!(writer.into_write_set().unwrap().tombstones[0].at, at(10));
}

#[test]
fn a_rejected_command_writes_nothing() {
    let mut writer = Writer::new(loaded());
    let current = Revision::new(4);
    for rejected in [toggle(1, Some(5)), deletion(1, Some(3))] {
        assert_eq!(writer.run(&rejected, at(0)), Err(Rejection::PreconditionFailed { current }));
    }
    for missing in [toggle(2, None), deletion(2, Some(4))] {
        assert_eq!(writer.run(&missing, at(0)), Err(Rejection::NotFound));
    }
    assert_eq!(writer.run(&creation(1), at(0)), Err(Rejection::AlreadyExists { current: Some(current) }));
    assert_eq!(writer.state(), &loaded());
    assert_eq!(writer.into_write_set(), None);
}

#[test]
fn a_sequence_of_commands_gives_one_entry_per_task() {
    let mut writer = Writer::new(loaded());
    task(writer.run(&toggle(1, Some(4)), at(20)));
    assert_eq!(
        writer.run(&toggle(1, Some(4)), at(20)),
        Err(Rejection::PreconditionFailed { current: Revision::new(6) })
    );
    let last = task(writer.run(&toggle(1, Some(6)), at(20)));
    assert!(!last.completed);
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.revision, set.updated), (7, vec![last]));
}

#[test]
fn a_change_of_no_value_writes_nothing() {
    let mut writer = Writer::new(loaded());
    let title = Some(Title::from_stored("task".into()));
    let change = Change { title, completion: Some(Completion::Set(false)), ..Change::default() };
    let command = |if_match: Option<i64>| {
        let revisions = |number| EntityTags::Revisions(vec![Revision::new(number)]);
        let precondition = Precondition { if_match: if_match.map(revisions), ..Precondition::default() };
        Command::Update { id: id(1), change: change.clone(), precondition }
    };
    assert!(
        matches!(writer.run(&command(Some(4)), at(20)), Ok(Outcome::Unchanged(task)) if task.updated_at == at(10))
    );
    assert_eq!(
        writer.run(&command(Some(3)), at(20)),
        Err(Rejection::PreconditionFailed { current: Revision::new(4) })
    );
    assert_eq!(writer.into_write_set(), None);
}

#[test]
fn a_created_and_deleted_task_leaves_a_tombstone() {
    let mut writer = Writer::new(loaded());
    task(writer.run(&creation(9), at(20)));
    assert_eq!(writer.run(&deletion(9, None), at(21)), Ok(Outcome::Deleted(Revision::new(7))));
    assert_eq!(writer.run(&deletion(9, None), at(22)), Err(Rejection::NotFound));
    let set = writer.into_write_set().unwrap();
    assert!(set.inserted.is_empty() && set.deleted.is_empty());
    assert_eq!(set.tombstones, [Tombstone { id: id(9), revision: Revision::new(7), at: at(21) }]);
    assert_eq!((set.revision, set.live_tasks), (7, 2));
}

#[test]
fn a_deleted_and_recreated_task_is_an_update() {
    let mut writer = Writer::new(loaded());
    assert_eq!(writer.run(&deletion(1, None), at(20)), Ok(Outcome::Deleted(Revision::new(6))));
    let again = task(writer.run(&creation(1), at(30)));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.updated, set.live_tasks), (vec![again], 2));
    assert!(set.inserted.is_empty() && set.deleted.is_empty() && set.tombstones.is_empty());
}

#[test]
fn retired_rows_are_not_found_and_are_overwritten() {
    let mut state = loaded();
    state.insert(id(3), Slot::Retired);
    let mut writer = Writer::new(state);
    assert_eq!(writer.run(&toggle(3, None), at(0)), Err(Rejection::NotFound));
    let created = task(writer.run(&creation(3), at(30)));
    assert_eq!((created.revision, created.created_at), (Revision::new(6), at(30)));
    let set = writer.into_write_set().unwrap();
    assert_eq!((set.updated, set.inserted.len(), set.live_tasks), (vec![created], 0, 3));
}

/// The owner of [`loaded`] with a quota.
fn limited(tasks: u64) -> Writer {
    Writer::new(loaded()).with_limits(WriteLimits { tasks_per_owner: NonZeroU64::new(tasks) })
}

#[test]
fn creates_beyond_the_quota_are_rejected() {
    let mut writer = limited(3);
    task(writer.run(&creation(9), at(0)));
    assert_eq!(writer.run(&creation(10), at(0)), Err(Rejection::QuotaExceeded { limit: 3 }));
    task(writer.run(&toggle(1, None), at(0)));
    let Ok(_) = writer.run(&deletion(1, None), at(0)) else { panic!("it is live") };
    task(writer.run(&creation(10), at(0)));
    assert_eq!(writer.run(&creation(1), at(0)), Err(Rejection::QuotaExceeded { limit: 3 }));
    assert_eq!(writer.state().live_tasks(), 3);
}

#[test]
fn owners_above_the_quota_keep_their_tasks() {
    let mut writer = limited(1);
    task(writer.run(&toggle(1, None), at(0)));
    assert_eq!(writer.run(&creation(9), at(0)), Err(Rejection::QuotaExceeded { limit: 1 }));
    let Ok(_) = writer.run(&deletion(1, None), at(0)) else { panic!("it is live") };
    assert_eq!(writer.run(&creation(9), at(0)), Err(Rejection::QuotaExceeded { limit: 1 }));
}

#[test]
fn existing_ids_are_reported_before_the_quota() {
    let current = Revision::new(4);
    assert_eq!(limited(1).run(&creation(1), at(0)), Err(Rejection::AlreadyExists { current: Some(current) }));
}

#[test]
fn imports_ignore_the_quota() {
    let mut writer = limited(1);
    let task = NewTask::new(id(9), Title::from_stored("task".into()));
    let imported = ImportedTask {
        task,
        completed_at: None,
        created_at: at(0),
        updated_at: at(0),
        position: None,
        deleted_at: None,
    };
    assert_eq!(writer.import(imported, ExistingTask::Reject), Ok(true));
    assert_eq!(writer.state().live_tasks(), 3);
}

#[test]
fn only_creates_with_generated_ids_read_nothing() {
    let Command::Create(chosen) = creation(9) else { panic!("it is a create") };
    assert_eq!(Command::Create(NewTask { id_is_new: true, ..chosen.clone() }).reads(), None);
    assert_eq!(Command::Create(chosen).reads(), Some(id(9)));
}
