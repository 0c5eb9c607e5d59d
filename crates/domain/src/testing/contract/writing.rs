use pollster::block_on;

use super::{create, description, fresh_id, fresh_owner, get, moment, new_task, title};
use crate::{
    Change, Completion, EntityTags, NewTask, Precondition, RepositoryError, Revision, TaskRepository,
};

fn renamed(text: &str) -> Change {
    Change { title: Some(title(text)), ..Change::default() }
}

fn completion(to: Completion) -> Change {
    Change { completion: Some(to), ..Change::default() }
}

fn if_match(revision: Revision) -> Precondition {
    Precondition { if_match: Some(EntityTags::Revisions(vec![revision])), ..Precondition::default() }
}

pub fn created_tasks_are_read_back_unchanged(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let written = NewTask { description: description("two litres"), completed: true, ..new_task("Buy milk") };
    let task = create(repository, &owner, written.clone(), moment(0));
    assert_eq!((task.id, &task.owner_id), (written.id, owner.id()));
    assert_eq!((&task.title, &task.description), (&written.title, &written.description));
    assert!(task.completed);
    assert_eq!((task.created_at, task.updated_at), (moment(0), moment(0)));
    assert_eq!(task.revision, Revision::new(1));
    assert_eq!(get(repository, &owner, task.id), task);
}

pub fn texts_of_every_script_are_stored_unchanged(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let texts = [
        "e\u{301} é",
        "🚀👩‍👩‍👧",
        "שלום \u{202e}עולם",
        "'); DROP TABLE tasks;--",
        "\u{ffff}\u{fdd0}",
        "a\\b%_\"\r\n\tc",
    ];
    for text in texts {
        let written = NewTask { description: description(text), ..new_task(text) };
        let task = create(repository, &owner, written, moment(0));
        let read = get(repository, &owner, task.id);
        assert_eq!(read.title.as_str(), text);
        assert_eq!(read.description.unwrap().as_str(), text);
    }
}

pub fn unknown_tasks_are_not_found(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let (id, none) = (fresh_id(), Precondition::default);
    assert!(matches!(block_on(repository.get(&owner, id)), Err(RepositoryError::NotFound)));
    let update = block_on(repository.update(&owner, id, renamed("x"), none(), moment(1)));
    assert!(matches!(update, Err(RepositoryError::NotFound)));
    let star = Precondition { if_match: Some(EntityTags::Any), ..none() };
    assert!(matches!(
        block_on(repository.delete(&owner, id, star, moment(1))),
        Err(RepositoryError::NotFound)
    ));
}

pub fn tasks_of_other_owners_are_not_found(repository: &dyn TaskRepository) {
    let (alice, bob) = (fresh_owner("alice"), fresh_owner("bob"));
    let task = create(repository, &alice, new_task("hers"), moment(0));
    create(repository, &bob, new_task("his"), moment(0));
    assert!(matches!(block_on(repository.get(&bob, task.id)), Err(RepositoryError::NotFound)));
    let update = repository.update(&bob, task.id, renamed("taken"), if_match(task.revision), moment(1));
    assert!(matches!(block_on(update), Err(RepositoryError::NotFound)));
    let delete = repository.delete(&bob, task.id, Precondition::default(), moment(1));
    assert!(matches!(block_on(delete), Err(RepositoryError::NotFound)));
    assert_eq!(get(repository, &alice, task.id), task);
}

pub fn owners_that_differ_in_one_byte_share_nothing(repository: &dyn TaskRepository) {
    let alice = fresh_owner("alice");
    let task = create(repository, &alice, new_task("hers"), moment(0));
    let id = alice.id().as_str();
    let others =
        [id.to_uppercase(), format!("{id} "), format!("{id}e\u{301}"), "%".into(), id.replace('-', "_")];
    for other in others {
        let other = crate::Owner::for_test(&other);
        assert!(matches!(block_on(repository.get(&other, task.id)), Err(RepositoryError::NotFound)));
        let page = block_on(repository.list(&other, crate::ListQuery::default())).unwrap();
        assert!(page.tasks.is_empty(), "{other:?}");
    }
}

pub fn changes_affect_only_named_members(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let written = NewTask { description: description("why"), ..new_task("before") };
    let before = create(repository, &owner, written, moment(0));
    let update = repository.update(&owner, before.id, renamed("after"), Precondition::default(), moment(5));
    let after = block_on(update).unwrap();
    let mut expected = before.clone();
    expected.title = title("after");
    expected.updated_at = moment(5);
    expected.revision = Revision::new(2);
    assert_eq!(after, expected);
    assert_eq!(get(repository, &owner, before.id), expected);
}

pub fn descriptions_can_be_cleared(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let written = NewTask { description: description("why"), ..new_task("task") };
    let task = create(repository, &owner, written, moment(0));
    let cleared = Change { description: Some(None), ..Change::default() };
    let after =
        block_on(repository.update(&owner, task.id, cleared, Precondition::default(), moment(1))).unwrap();
    assert_eq!((after.description, after.title.as_str()), (None, "task"));
}

pub fn completed_can_be_toggled_and_set(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("task"), moment(0));
    let steps = [
        (Completion::Toggle, true),
        (Completion::Toggle, false),
        (Completion::Set(true), true),
        (Completion::Set(true), true),
        (Completion::Set(false), false),
    ];
    for (step, expected) in steps {
        let update = repository.update(&owner, task.id, completion(step), Precondition::default(), moment(1));
        assert_eq!(block_on(update).unwrap().completed, expected, "{step:?}");
    }
}

pub fn revisions_of_an_owner_have_no_gaps(repository: &dyn TaskRepository) {
    let (owner, none) = (fresh_owner("alice"), Precondition::default);
    let first = create(repository, &owner, new_task("first"), moment(0));
    let second = create(repository, &owner, new_task("second"), moment(0));
    let failed = repository.update(&owner, first.id, renamed("x"), if_match(second.revision), moment(1));
    assert!(block_on(failed).is_err());
    let changed = block_on(repository.update(&owner, first.id, renamed("x"), none(), moment(1))).unwrap();
    block_on(repository.delete(&owner, second.id, none(), moment(2))).unwrap();
    let last = create(repository, &owner, new_task("last"), moment(3));
    let numbers = [first.revision, second.revision, changed.revision, last.revision].map(Revision::number);
    assert_eq!(numbers, [1, 2, 3, 5], "the deletion is number 4");
}

pub fn failed_preconditions_return_the_revision(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("task"), moment(0));
    let nothing = Precondition { if_match: Some(EntityTags::Revisions(vec![])), ..Precondition::default() };
    for stale in [if_match(Revision::new(99)), nothing] {
        let update = block_on(repository.update(&owner, task.id, renamed("x"), stale.clone(), moment(1)));
        let delete = block_on(repository.delete(&owner, task.id, stale, moment(1)));
        for error in [update.unwrap_err(), delete.unwrap_err()] {
            let RepositoryError::PreconditionFailed { current } = error else { panic!("{error:?}") };
            assert_eq!(current, task.revision);
        }
    }
    assert_eq!(get(repository, &owner, task.id), task);
}

pub fn fulfilled_preconditions_allow_the_write(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("task"), moment(0));
    let among = EntityTags::Revisions(vec![Revision::new(77), task.revision]);
    let listed = Precondition { if_match: Some(among), ..Precondition::default() };
    let update = block_on(repository.update(&owner, task.id, renamed("x"), listed, moment(1))).unwrap();
    assert_eq!(update.revision, Revision::new(2));
    let star = Precondition { if_match: Some(EntityTags::Any), ..Precondition::default() };
    block_on(repository.delete(&owner, task.id, star, moment(1))).unwrap();
}

pub fn if_none_match_rejects_writes(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("task"), moment(0));
    let none_of = |tags| Precondition { if_none_match: Some(tags), ..Precondition::default() };
    for tags in [EntityTags::Any, EntityTags::Revisions(vec![task.revision])] {
        let update = block_on(repository.update(&owner, task.id, renamed("x"), none_of(tags), moment(1)));
        assert!(matches!(update, Err(RepositoryError::PreconditionFailed { .. })));
    }
    let other = none_of(EntityTags::Revisions(vec![Revision::new(9)]));
    assert!(block_on(repository.update(&owner, task.id, renamed("x"), other, moment(1))).is_ok());
}

pub fn deleted_tasks_are_not_found(repository: &dyn TaskRepository) {
    let (owner, none) = (fresh_owner("alice"), Precondition::default);
    let task = create(repository, &owner, new_task("task"), moment(0));
    block_on(repository.delete(&owner, task.id, none(), moment(1))).unwrap();
    assert!(matches!(block_on(repository.get(&owner, task.id)), Err(RepositoryError::NotFound)));
    let update = block_on(repository.update(&owner, task.id, renamed("x"), none(), moment(2)));
    assert!(matches!(update, Err(RepositoryError::NotFound)));
    let delete = block_on(repository.delete(&owner, task.id, none(), moment(2)));
    assert!(matches!(delete, Err(RepositoryError::NotFound)));
    let page =
        block_on(repository.list(&owner, crate::ListQuery { count: true, ..Default::default() })).unwrap();
    assert_eq!((page.tasks.len(), page.total), (0, Some(0)));
}

pub fn timestamps_keep_milliseconds(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    for millis in [1, 999, 1000, 86_400_000] {
        let task = create(repository, &owner, new_task("task"), moment(millis));
        assert_eq!(get(repository, &owner, task.id).created_at, moment(millis));
    }
}

pub fn deletions_have_a_revision_and_free_the_id(repository: &dyn TaskRepository) {
    let (owner, none) = (fresh_owner("alice"), Precondition::default);
    let task = create(repository, &owner, new_task("first"), moment(0));
    let deletion = block_on(repository.delete(&owner, task.id, none(), moment(1))).unwrap();
    assert_eq!(deletion, Revision::new(2));
    let again = NewTask::new(task.id, title("second"));
    let again = create(repository, &owner, again, moment(2));
    assert_eq!(again.revision, Revision::new(3));
    assert_eq!(get(repository, &owner, task.id), again);
    let page =
        block_on(repository.list(&owner, crate::ListQuery { count: true, ..Default::default() })).unwrap();
    assert_eq!((page.tasks, page.total), (vec![again], Some(1)));
}

pub fn ids_in_use_are_rejected(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("first"), moment(0));
    let again = repository.create(&owner, NewTask::new(task.id, title("second")), moment(1));
    let current = Some(task.revision);
    let again = block_on(again).unwrap_err();
    assert!(matches!(again, RepositoryError::AlreadyExists { current: at } if at == current), "{again:?}");
    assert_eq!(get(repository, &owner, task.id), task);
    let next = create(repository, &owner, new_task("next"), moment(2));
    assert_eq!(next.revision, Revision::new(2));
    let other = fresh_owner("bob");
    let theirs = create(repository, &other, NewTask::new(task.id, title("theirs")), moment(3));
    assert_eq!((theirs.id, theirs.revision), (task.id, Revision::new(1)));
}

pub fn ids_are_free_after_an_erasure(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("first"), moment(0));
    block_on(repository.erase(&owner)).unwrap();
    let again = create(repository, &owner, NewTask::new(task.id, title("second")), moment(1));
    assert_eq!(get(repository, &owner, task.id), again);
}

pub fn update_times_never_go_back(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("task"), moment(1000));
    let update = repository.update(&owner, task.id, renamed("x"), Precondition::default(), moment(0));
    assert_eq!(block_on(update).unwrap().updated_at, moment(1000));
}
