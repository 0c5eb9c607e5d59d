//! Lists of operations, compared with the same commands one by one.
#![expect(clippy::panic, reason = "what goes wrong fails the test")]

use pollster::block_on;
use proptest::prelude::*;
use tasknook_domain::testing::MemoryTasks;
use tasknook_domain::{
    Bulk, Command, EntityTags, FailedOperation, ListQuery, NewTask, Operation, OperationError,
    OperationResult, Outcome, Owner, Precondition, Rejection, RepositoryError, Revision, Scope, Task, TaskId,
    TaskRepository, Timestamp, Title, TrashCapacity,
};
use uuid::Uuid;

use super::{Step, command, limits, step};

/// Commands before a list, and its operations.
type Case = (Vec<(Step, i64)>, Vec<(Step, Option<usize>, bool)>);

fn cases() -> impl Strategy<Value = Case> {
    let earlier = proptest::option::weighted(0.3, 0_usize..8);
    let operation = (step(), earlier, proptest::bool::weighted(0.9));
    (proptest::collection::vec((step(), 0_i64..1000), 0..8), proptest::collection::vec(operation, 0..12))
}

fn operations(case: &[(Step, Option<usize>, bool)]) -> Vec<Operation> {
    let operation = |(number, (step, unchanged_since, is_valid)): (usize, &(Step, Option<usize>, bool))| {
        let command = is_valid.then(|| command(step, number));
        Operation { command, unchanged_since: *unchanged_since }
    };
    case.iter().enumerate().map(operation).collect()
}

/// A repository after these commands.
fn repository(before: &[(Step, i64)], owner: &Owner) -> MemoryTasks {
    let repository = MemoryTasks::with_limits(limits());
    for (number, (step, at)) in before.iter().enumerate() {
        drop(block_on(repository.write(owner, command(step, 100 + number), moment(*at))));
    }
    repository
}

fn moment(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

/// All tasks of the owner, and the revision that the next change takes.
fn content(repository: &MemoryTasks, owner: &Owner) -> (Vec<Task>, Revision) {
    let mut tasks = Vec::new();
    for scope in [Scope::Live, Scope::Trash] {
        let query = ListQuery { scope, ..ListQuery::default() };
        tasks.extend(block_on(repository.list(owner, query)).unwrap().tasks);
    }
    let next = match tasks.iter().find(|task| task.deleted_at.is_none()) {
        Some(Task { id, .. }) => {
            Command::Delete { id: *id, precondition: Precondition::default(), trash: TrashCapacity::NONE }
        }
        None => Command::Create(NewTask::new(
            TaskId::new(Uuid::from_u128(100)),
            Title::parse("last", 200).unwrap(),
        )),
    };
    match block_on(repository.write(owner, next, moment(0))).unwrap() {
        Outcome::Deleted(revision) | Outcome::Task(Task { revision, .. }) => (tasks, revision),
        other => panic!("{other:?}"),
    }
}

/// Executes the operations one by one.
fn one_by_one(repository: &MemoryTasks, owner: &Owner, operations: &[Operation]) -> Vec<OperationResult> {
    let mut results: Vec<OperationResult> = Vec::new();
    for operation in operations {
        let result = expected(repository, owner, operation, operations, &results);
        results.push(result);
    }
    results
}

fn expected(
    repository: &MemoryTasks,
    owner: &Owner,
    operation: &Operation,
    operations: &[Operation],
    results: &[OperationResult],
) -> OperationResult {
    let Some(mut command) = operation.command.clone() else { return Err(OperationError::Invalid) };
    if let Some(index) = operation.unchanged_since {
        if index >= results.len() {
            return Err(OperationError::InvalidDependency);
        }
        let is_other = |other: &Command| other.task_id() != command.task_id();
        if operations[index].command.as_ref().is_some_and(is_other) {
            return Err(OperationError::InvalidDependency);
        }
        let revision = match &results[index] {
            Err(_) => return Err(OperationError::DependencyFailed),
            Ok(Outcome::Task(task) | Outcome::Unchanged(task)) => task.revision,
            Ok(Outcome::Deleted(revision)) => *revision,
            Ok(_) => return Err(OperationError::InvalidDependency),
        };
        match &mut command {
            Command::Update { precondition, .. }
            | Command::Delete { precondition, .. }
            | Command::Restore { precondition, .. }
            | Command::Move { precondition, .. }
            | Command::Purge { precondition, .. } => {
                precondition.if_match = Some(EntityTags::Revisions(vec![revision]));
            }
            _ => return Err(OperationError::InvalidDependency),
        }
    }
    let id = command.task_id();
    block_on(repository.write(owner, command, moment(500))).map_err(|error| {
        let (rejection, shows_task) = match error {
            RepositoryError::NotFound => (Rejection::NotFound, false),
            RepositoryError::PreconditionFailed { current } => {
                (Rejection::PreconditionFailed { current }, true)
            }
            RepositoryError::AlreadyExists { current } => (Rejection::AlreadyExists { current }, true),
            RepositoryError::UnknownNeighbour { member } => (Rejection::UnknownNeighbour { member }, false),
            RepositoryError::QuotaExceeded { limit } => (Rejection::QuotaExceeded { limit }, false),
            other => panic!("{other}"),
        };
        let current = id.filter(|_| shows_task).and_then(|id| {
            let live = block_on(repository.get(owner, id));
            live.or_else(|_| block_on(repository.get_trashed(owner, id))).ok()
        });
        OperationError::Rejected { rejection, current: current.map(Box::new) }
    })
}

/// The error with the task as it is stored, since the operations before it are undone.
fn as_stored(
    error: OperationError,
    id: Option<TaskId>,
    repository: &MemoryTasks,
    owner: &Owner,
) -> OperationError {
    let stored = id.and_then(|id| {
        let live = block_on(repository.get(owner, id));
        live.or_else(|_| block_on(repository.get_trashed(owner, id))).ok()
    });
    let current = stored.clone().map(Box::new);
    match (error, stored) {
        (OperationError::Rejected { rejection: Rejection::AlreadyExists { .. }, .. }, stored) => {
            let live = stored.filter(|task| task.deleted_at.is_none()).map(|task| task.revision);
            OperationError::Rejected { rejection: Rejection::AlreadyExists { current: live }, current }
        }
        (OperationError::Rejected { rejection: Rejection::PreconditionFailed { .. }, .. }, Some(task)) => {
            let rejection = Rejection::PreconditionFailed { current: task.revision };
            OperationError::Rejected { rejection, current }
        }
        (
            OperationError::Rejected { rejection: rejection @ Rejection::PreconditionFailed { .. }, .. },
            None,
        ) => OperationError::Rejected { rejection, current: None },
        (error, _) => error,
    }
}

fn execute(
    repository: &MemoryTasks,
    owner: &Owner,
    bulk: Bulk,
) -> Result<Vec<OperationResult>, FailedOperation> {
    match block_on(repository.write(owner, Command::Bulk(bulk), moment(500))) {
        Ok(Outcome::Bulk(results)) => Ok(results),
        Err(RepositoryError::Operation(failed)) => Err(*failed),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn lists_equal_their_commands_one_by_one((before, list) in cases()) {
        let owner = Owner::for_test("owner");
        let list = operations(&list);
        let alone = repository(&before, &owner);
        let expected = one_by_one(&alone, &owner, &list);

        let each = repository(&before, &owner);
        let bulk = |atomic| Bulk { atomic, operations: list.clone() };
        prop_assert_eq!(&execute(&each, &owner, bulk(false)), &Ok(expected.clone()));
        let after = content(&alone, &owner);
        prop_assert_eq!(content(&each, &owner), after.clone());

        let whole = repository(&before, &owner);
        let first = expected.iter().zip(0..).find_map(|(result, index)| Some((index, result.clone().err()?)));
        let executed = execute(&whole, &owner, bulk(true));
        match first {
            None => {
                prop_assert_eq!(executed, Ok(expected));
                prop_assert_eq!(content(&whole, &owner), after);
            }
            Some((index, error)) => {
                let id = list[index].command.as_ref().and_then(Command::task_id);
                let error = as_stored(error, id, &repository(&before, &owner), &owner);
                prop_assert_eq!(executed, Err(FailedOperation { index, error }));
                let unchanged = content(&repository(&before, &owner), &owner);
                prop_assert_eq!(content(&whole, &owner), unchanged);
            }
        }
    }
}
