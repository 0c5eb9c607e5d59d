use std::collections::BTreeSet;

use pollster::block_on;
use uuid::Uuid;

use super::idempotency::{replayed, request};
use super::quota::QUOTA;
use super::racing::{RACERS, race};
use super::{create, fresh_id, fresh_owner, get, moment, new_task, title};
use crate::{
    Bulk, Change, Command, Completion, FailedOperation, ListQuery, NewTask, Operation, OperationError,
    OperationResult, Outcome, Owner, OwnerId, Precondition, Rejection, RepositoryError, Revision, Scope,
    Task, TaskId, TaskRepository, TrashCapacity,
};

type Executed = Result<Vec<OperationResult>, RepositoryError>;

fn bulk(atomic: bool, commands: Vec<Command>) -> Command {
    let operation = |command| Operation { command: Some(command), unchanged_since: None };
    Command::Bulk(Bulk { atomic, operations: commands.into_iter().map(operation).collect() })
}

fn execute(repository: &dyn TaskRepository, owner: &Owner, list: Command, millis: i64) -> Executed {
    match block_on(repository.write(owner, list, moment(millis)))? {
        Outcome::Bulk(results) => Ok(results),
        other => panic!("{other:?}"),
    }
}

fn failed(executed: Executed) -> FailedOperation {
    match executed {
        Err(RepositoryError::Operation(failed)) => *failed,
        other => panic!("{other:?}"),
    }
}

fn rename(id: TaskId, text: &str) -> Command {
    let change = Change { title: Some(title(text)), ..Change::default() };
    Command::Update { id, change, precondition: Precondition::default() }
}

fn delete(id: TaskId, size: u64) -> Command {
    Command::Delete { id, precondition: Precondition::default(), trash: TrashCapacity::tasks(size) }
}

fn restore(id: TaskId) -> Command {
    Command::Restore { id, precondition: Precondition::default() }
}

/// A task as POST creates it.
fn generated(text: &str) -> Command {
    Command::Create(NewTask { id_is_new: true, ..new_task(text) })
}

fn revisions(results: &[OperationResult]) -> Vec<Option<i64>> {
    let revision = |result: &OperationResult| match result {
        Ok(Outcome::Task(task) | Outcome::Unchanged(task)) => Some(task.revision.number()),
        Ok(Outcome::Deleted(revision)) => Some(revision.number()),
        _ => None,
    };
    results.iter().map(revision).collect()
}

/// All tasks of an owner, live and in the trash, as if they were another's.
fn content(repository: &dyn TaskRepository, owner: &Owner) -> Vec<Task> {
    let mut tasks = Vec::new();
    for scope in [Scope::Live, Scope::Trash] {
        let query = ListQuery { scope, ..ListQuery::default() };
        tasks.extend(block_on(repository.list(owner, query)).unwrap().tasks);
    }
    let someone = OwnerId::parse("someone").unwrap();
    tasks.into_iter().map(|task| Task { owner_id: someone.clone(), ..task }).collect()
}

pub fn operations_apply_in_sequence(repository: &dyn TaskRepository) {
    let (owner, id) = (fresh_owner("alice"), fresh_id());
    let list = vec![
        Command::Create(NewTask::new(id, title("first"))),
        generated("second"),
        rename(id, "new"),
        rename(id, "new"),
        delete(id, 9),
        restore(id),
        delete(id, 0),
        Command::Create(NewTask::new(id, title("again"))),
    ];
    let results = execute(repository, &owner, bulk(true, list), 5).unwrap();
    assert_eq!(revisions(&results), [1, 2, 3, 3, 4, 5, 6, 7].map(Some));
    let again = task(&results[7]);
    assert_eq!(get(repository, &owner, id), *again);
    assert_eq!((again.title.as_str(), again.created_at), ("again", moment(5)));
    assert_eq!(content(repository, &owner).len(), 2);
    assert_eq!(create(repository, &owner, new_task("next"), moment(6)).revision, Revision::new(8));
}

pub fn atomic_operations_are_executed_whole_or_not(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("task"), moment(0));
    let list =
        |last: Command| bulk(true, vec![generated("new"), rename(task.id, "new"), delete(task.id, 9), last]);
    let error = failed(execute(repository, &owner, list(delete(fresh_id(), 9)), 1));
    let not_found = OperationError::Rejected { rejection: Rejection::NotFound, current: None };
    assert_eq!(error, FailedOperation { index: 3, error: not_found });
    let error =
        failed(execute(repository, &owner, list(Command::Create(NewTask::new(task.id, title("x")))), 1));
    let OperationError::Rejected { rejection, current: Some(current) } = error.error else {
        panic!("{error:?}")
    };
    assert_eq!(rejection, Rejection::AlreadyExists { current: Some(task.revision) });
    assert_eq!(*current, task, "what is undone is not shown");
    assert_eq!(get(repository, &owner, task.id), task);
    assert_eq!(content(repository, &owner).len(), 1);
    let results = execute(repository, &owner, list(restore(task.id)), 1).unwrap();
    assert_eq!(revisions(&results), [2, 3, 4, 5].map(Some), "a failure takes no revision");
}

pub fn operations_may_depend_on_earlier_ones(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("task"), moment(0));
    let after = |command, unchanged_since| Operation { command: Some(command), unchanged_since };
    let operations = vec![
        after(rename(task.id, "new"), None),
        after(rename(task.id, "newer"), Some(0)),
        after(delete(task.id, 9), Some(0)),
        after(restore(task.id), Some(2)),
        after(delete(task.id, 9), Some(1)),
    ];
    let list = Command::Bulk(Bulk { atomic: false, operations });
    let results = execute(repository, &owner, list, 1).unwrap();
    assert_eq!(revisions(&results), [Some(2), Some(3), None, None, Some(4)]);
    assert_eq!(results[3], Err(OperationError::DependencyFailed));
    let Err(OperationError::Rejected { current: Some(current), .. }) = &results[2] else {
        panic!("{results:?}")
    };
    assert_eq!((current.title.as_str(), current.revision), ("newer", Revision::new(3)));
}

/// A command for one of a few tasks, by numbers that look random.
fn arbitrary(number: u64, base: u128) -> Command {
    let mixed =
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33;
    let id = TaskId::new(Uuid::from_u128(base + u128::from(mixed % 6)));
    let change = |change| Command::Update { id, change, precondition: Precondition::default() };
    match mixed / 6 % 10 {
        0..3 => Command::Create(NewTask::new(id, title(&format!("task {number}")))),
        3..5 => change(Change { completion: Some(Completion::Toggle), ..Change::default() }),
        5 => change(Change { title: Some(title(&format!("title {number}"))), ..Change::default() }),
        6 => delete(id, 0),
        7..9 => delete(id, 2),
        _ => restore(id),
    }
}

pub fn operations_equal_commands_one_by_one(repository: &dyn TaskRepository) {
    let base = fresh_id().uuid().as_u128() << 8;
    for atomic in [false, true] {
        let (listed, alone) = (fresh_owner("listed"), fresh_owner("alone"));
        for round in 0..12_u64 {
            let commands: Vec<Command> = (0..15).map(|place| arbitrary(round * 15 + place, base)).collect();
            let millis = i64::try_from(round).unwrap();
            let execute_alone = |command: &Command| {
                block_on(repository.write(&alone, command.clone(), moment(millis))).map_err(drop).is_ok()
            };
            let list = bulk(atomic, commands.clone());
            match execute(repository, &listed, list, millis) {
                Ok(results) => {
                    let succeeded: Vec<bool> = results.iter().map(Result::is_ok).collect();
                    assert_eq!(succeeded, commands.iter().map(execute_alone).collect::<Vec<_>>());
                }
                Err(RepositoryError::Operation(failed)) if atomic => {
                    // Those before it would have been executed.
                    let executed = commands[..failed.index].to_vec();
                    execute(repository, &listed, bulk(true, executed.clone()), millis).unwrap();
                    assert!(executed.iter().all(execute_alone));
                    assert!(!execute_alone(&commands[failed.index]), "{failed:?}");
                }
                Err(error) => panic!("{error}"),
            }
            assert_eq!(content(repository, &listed), content(repository, &alone), "round {round}");
        }
    }
}

pub fn generated_ids_of_operations_may_be_in_use(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let task = create(repository, &owner, new_task("task"), moment(0));
    let taken = Command::Create(NewTask { id_is_new: true, ..NewTask::new(task.id, title("again")) });
    let list = vec![generated("one"), taken, generated("two")];
    assert_eq!(failed(execute(repository, &owner, bulk(true, list.clone()), 1)).index, 1);
    let results = execute(repository, &owner, bulk(false, list), 1).unwrap();
    assert_eq!(revisions(&results), [Some(2), None, Some(3)]);
    assert_eq!(content(repository, &owner).len(), 3);
}

pub fn hundreds_of_operations_are_executed(repository: &dyn TaskRepository) {
    let owner = fresh_owner("alice");
    let created = (0..500).map(|number| generated(&format!("task {number}"))).collect();
    let results = execute(repository, &owner, bulk(true, created), 0).unwrap();
    let ids: Vec<TaskId> = results.iter().map(|result| task(result).id).collect();
    assert_eq!(revisions(&results), (1..=500).map(Some).collect::<Vec<_>>());
    let renamed = ids.iter().map(|id| rename(*id, "renamed")).collect();
    execute(repository, &owner, bulk(true, renamed), 1).unwrap();
    assert!(content(repository, &owner).iter().all(|task| task.title.as_str() == "renamed"));
    let deleted = ids.iter().map(|id| delete(*id, 100)).collect();
    let results = execute(repository, &owner, bulk(true, deleted), 2).unwrap();
    assert_eq!(revisions(&results).last(), Some(&Some(1900)), "400 make room, each at a revision");
    assert_eq!(content(repository, &owner).len(), 100);
}

fn task(result: &OperationResult) -> &Task {
    match result {
        Ok(Outcome::Task(task)) => task,
        other => panic!("{other:?}"),
    }
}

pub fn repeated_operations_get_the_recorded_response(repository: &dyn TaskRepository) {
    let (owner, id) = (fresh_owner("alice"), fresh_id());
    let execute = |list: Command, content, millis| {
        block_on(repository.execute(&owner, list, Some(request("list", content)), moment(millis)))
    };
    let created = || Command::Create(NewTask::new(id, title("task")));
    let failing = bulk(true, vec![created(), delete(fresh_id(), 9)]);
    assert!(matches!(execute(failing, 1, 0), Err(RepositoryError::Operation(_))), "it leaves the key");
    let partly = || bulk(false, vec![created(), delete(TaskId::new(Uuid::nil()), 9)]);
    let first = execute(partly(), 2, 1).unwrap();
    block_on(repository.write(&owner, delete(id, 0), moment(2))).unwrap();
    assert_eq!(replayed(execute(partly(), 2, 3)), format!("{first:?}").into_bytes());
    assert!(content(repository, &owner).is_empty(), "the list is not executed again");
    let unchanged = || bulk(true, Vec::new());
    let empty =
        |millis| block_on(repository.execute(&owner, unchanged(), Some(request("empty", 1)), moment(millis)));
    assert_eq!(empty(4).unwrap(), Outcome::Bulk(Vec::new()));
    assert!(matches!(empty(5), Ok(Outcome::Replayed(_))));
}

pub fn concurrent_bulks_are_executed_one_after_another(repository: &dyn TaskRepository) {
    let owner = fresh_owner("racer");
    let task = create(repository, &owner, new_task("start"), moment(0));
    let lists = race(|racer| {
        let text = format!("racer {racer}");
        let list = vec![generated(&text), rename(task.id, &text), generated(&text), rename(task.id, "end")];
        execute(repository, &owner, bulk(racer % 2 == 0, list), 1).unwrap()
    });
    let mut firsts = BTreeSet::new();
    for results in &lists {
        let revisions: Vec<i64> = revisions(results).into_iter().flatten().collect();
        let first = revisions[0];
        assert_eq!(revisions, (first..first + 4).collect::<Vec<_>>(), "no other write is between");
        firsts.insert(first);
    }
    let expected: BTreeSet<i64> = (0..RACERS).map(|list| 2 + 4 * i64::try_from(list).unwrap()).collect();
    assert_eq!(firsts, expected);
}

/// Requires [`quota_limits`](super::quota_limits).
pub fn operations_respect_the_quota(repository: &dyn TaskRepository) {
    let owner = fresh_owner("full");
    let task = create(repository, &owner, new_task("task"), moment(0));
    let too_many = |others: usize| (0..others).map(|_| generated("other"));
    let list: Vec<Command> =
        too_many(QUOTA).chain([delete(task.id, 9), generated("last"), restore(task.id)]).collect();
    assert_eq!(failed(execute(repository, &owner, bulk(true, list.clone()), 1)).index, QUOTA - 1);
    let results = execute(repository, &owner, bulk(false, list), 1).unwrap();
    let rejected: Vec<usize> = (0..results.len()).filter(|index| results[*index].is_err()).collect();
    assert_eq!(rejected, [QUOTA - 1, QUOTA + 2]);
    let rejection = Rejection::QuotaExceeded { limit: QUOTA as u64 };
    assert_eq!(results[QUOTA + 2], Err(OperationError::Rejected { rejection, current: None }));
}
