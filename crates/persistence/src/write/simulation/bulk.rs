//! Lists of operations: how a schedule makes them, what they answer, and a second implementation of their rules.

use domain::{
    Bulk, Command, EntityTags, FailedOperation, Operation, OperationError, OperationResult, Precondition,
    Revision, Task,
};

use super::history::{Answer, Call};
use super::load::{self, Plan};
use super::model;
use super::random::Random;
use super::record::{Record, TaskRow};

/// The answer of one operation, and the task that a rejection shows.
pub(super) type OperationAnswer = (Answer, Option<Task>);

/// A list for an owner whose tasks may be these.
pub(super) fn command(random: &mut Random, plan: Plan, serial: usize, record: Option<&Record>) -> Command {
    let atomic = random.chance(500);
    // The operations of an atomic list may be rejected for a later one.
    let may_collide = plan.quota == 0 && !atomic;
    let operation = |place: usize, random: &mut Random| Operation {
        command: random
            .chance(950)
            .then(|| load::single(random, may_collide, serial + 10_000 * (place + 1), record)),
        unchanged_since: random.chance(250).then(|| random.below(place + 1)),
    };
    let length = random.below(6);
    let operations = (0..length).map(|place| operation(place, random)).collect();
    Command::Bulk(Bulk { atomic, operations })
}

pub(super) fn answers(results: Vec<OperationResult>) -> Vec<OperationAnswer> {
    let answer = |result| match result {
        Ok(outcome) => (Answer::of(Ok(outcome)), None),
        Err(error) => of_error(error),
    };
    results.into_iter().map(answer).collect()
}

pub(super) fn failure(FailedOperation { index, error }: FailedOperation) -> Answer {
    let (answer, task) = of_error(error);
    Answer::Failed(index, Box::new(answer), task)
}

fn of_error(error: OperationError) -> OperationAnswer {
    match error {
        OperationError::Invalid | OperationError::InvalidDependency => (Answer::Invalid, None),
        OperationError::DependencyFailed => (Answer::DependencyFailed, None),
        OperationError::Rejected { rejection, current } => {
            (Answer::of(Err(rejection.into())), current.map(|task| *task))
        }
    }
}

/// Carries out a list on a record.
pub(super) fn apply(record: &mut Record, call: &Call, bulk: &Bulk, quota: u64) -> Answer {
    let before = record.clone();
    let mut answers: Vec<OperationAnswer> = Vec::new();
    for operation in &bulk.operations {
        let answer = apply_one(record, call, (operation, bulk, &answers), quota);
        if bulk.atomic && !answer.0.is_done() {
            *record = before;
            let (answer, task) = as_stored(answer.0, operation, record);
            return Answer::Failed(answers.len(), Box::new(answer), task);
        }
        answers.push(answer);
    }
    Answer::Operations(answers)
}

/// The answer for a list that is undone: it shows the task that is stored.
fn as_stored(answer: Answer, operation: &Operation, record: &Record) -> OperationAnswer {
    let id = operation.command.as_ref().and_then(Command::task_id);
    let row = id.and_then(|id| record.tasks.get(&id));
    let task = match row {
        Some(TaskRow::Live(task) | TaskRow::Trashed(task)) => Some(task.clone()),
        _ => None,
    };
    match (answer, row) {
        (Answer::PreconditionFailed(_), Some(TaskRow::Live(stored) | TaskRow::Trashed(stored))) => {
            (Answer::PreconditionFailed(stored.revision.number()), task)
        }
        (Answer::AlreadyExists(_), Some(TaskRow::Live(stored))) => {
            (Answer::AlreadyExists(Some(stored.revision.number())), task)
        }
        (Answer::AlreadyExists(_), _) => (Answer::AlreadyExists(None), task),
        (answer, _) => (answer, None),
    }
}

fn apply_one(
    record: &mut Record,
    call: &Call,
    (operation, bulk, earlier): (&Operation, &Bulk, &[OperationAnswer]),
    quota: u64,
) -> OperationAnswer {
    let Some(command) = &operation.command else { return (Answer::Invalid, None) };
    let mut command = command.clone();
    if let Some(index) = operation.unchanged_since {
        let Some((answer, _)) = earlier.get(index) else { return (Answer::Invalid, None) };
        let depends_on = bulk.operations[index].command.as_ref();
        if depends_on.is_some_and(|other| other.task_id() != command.task_id()) {
            return (Answer::Invalid, None);
        }
        let revision = match answer {
            Answer::Task(task) | Answer::Unchanged(task) => task.revision,
            Answer::Deleted(revision) => Revision::new(*revision),
            Answer::Purged(_) => return (Answer::Invalid, None),
            _ => return (Answer::DependencyFailed, None),
        };
        let Some(precondition) = precondition(&mut command) else { return (Answer::Invalid, None) };
        precondition.if_match = Some(EntityTags::Revisions(vec![revision]));
    }
    let id = command.task_id();
    let (owner, now) = (call.owner.clone(), call.now);
    let call = Call { owner, command, request: None, now, begin: 0, answer: None, calm: false };
    let answer = model::apply(record, &call, quota);
    let shows_task = matches!(answer, Answer::PreconditionFailed(_) | Answer::AlreadyExists(_));
    let task = match id.filter(|_| shows_task).and_then(|id| record.tasks.get(&id)) {
        Some(TaskRow::Live(task) | TaskRow::Trashed(task)) => Some(task.clone()),
        _ => None,
    };
    (answer, task)
}

const fn precondition(command: &mut Command) -> Option<&mut Precondition> {
    match command {
        Command::Update { precondition, .. }
        | Command::Delete { precondition, .. }
        | Command::Restore { precondition, .. }
        | Command::Move { precondition, .. }
        | Command::Purge { precondition, .. } => Some(precondition),
        _ => None,
    }
}
