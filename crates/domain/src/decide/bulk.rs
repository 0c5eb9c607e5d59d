//! Several operations of one request, decided in sequence like commands of their own.

use super::{Command, EntityTags, Outcome, Rejection, Slot, Writer};
use crate::{Revision, Task, Timestamp};

/// A list of operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Whether all operations are executed or, if one fails, none. Otherwise each is executed or fails on its own.
    pub atomic: bool,
    /// The operations, in order.
    pub operations: Vec<Operation>,
}

/// One operation of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What it does. `None` if it is invalid: it fails whatever is stored.
    pub command: Option<Command>,
    /// An earlier operation on the same task, by its index: the task must be at the revision at which that one left it.
    pub unchanged_since: Option<usize>,
}

/// The result of one operation.
pub type OperationResult = Result<Outcome, OperationError>;

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationError {
    /// It is invalid.
    Invalid,
    /// [`Operation::unchanged_since`] is not an earlier operation on the same task.
    InvalidDependency,
    /// The operation on which it depends failed.
    DependencyFailed,
    /// Its command is rejected.
    Rejected {
        /// Why.
        rejection: Rejection,
        /// The task as it is, if the rejection is about its revision or its existence. Of an atomic list this is the stored one,
        /// and there is none if an operation of the same list would have created it.
        current: Option<Box<Task>>,
    },
}

/// The operation for which a list is not executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedOperation {
    /// Its index.
    pub index: usize,
    /// Why it failed.
    pub error: OperationError,
}

impl Bulk {
    /// The commands of the valid operations.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.operations.iter().filter_map(|operation| operation.command.as_ref())
    }

    /// The revision at which an earlier operation left the task of this command.
    fn revision_after(
        &self,
        index: usize,
        command: &Command,
        earlier: &[OperationResult],
    ) -> Result<Revision, OperationError> {
        let (Some(operation), Some(result)) = (self.operations.get(index), earlier.get(index)) else {
            return Err(OperationError::InvalidDependency);
        };
        if operation.command.as_ref().is_some_and(|other| other.task_id() != command.task_id()) {
            return Err(OperationError::InvalidDependency);
        }
        match result {
            Ok(Outcome::Task(task) | Outcome::Unchanged(task)) => Ok(task.revision),
            Ok(Outcome::Deleted(revision)) => Ok(*revision),
            Ok(_) => Err(OperationError::InvalidDependency),
            Err(_) => Err(OperationError::DependencyFailed),
        }
    }
}

impl Writer {
    /// Decides the operations in sequence. An atomic list with one that fails changes nothing.
    pub(super) fn run_bulk(&mut self, bulk: &Bulk, now: Timestamp) -> Result<Outcome, Rejection> {
        let before = bulk.atomic.then(|| self.clone());
        let mut results: Vec<OperationResult> = Vec::with_capacity(bulk.operations.len());
        for operation in &bulk.operations {
            results.push(self.run_operation(operation, bulk, &results, now));
            if bulk.atomic && matches!(results.last(), Some(Err(_))) {
                break;
            }
        }
        match (before, results.pop()) {
            (Some(before), Some(Err(error))) => {
                *self = before;
                let index = results.len();
                let command = bulk.operations.get(index).and_then(|operation| operation.command.as_ref());
                let error = match (command, error) {
                    // What the operations before it did is undone, so a client must not see it.
                    (Some(command), OperationError::Rejected { rejection, .. }) => {
                        self.operation_error(command, rejection)
                    }
                    (_, error) => error,
                };
                Err(Rejection::Operation(Box::new(FailedOperation { index, error })))
            }
            (_, last) => {
                results.extend(last);
                Ok(Outcome::Bulk(results))
            }
        }
    }

    fn run_operation(
        &mut self,
        operation: &Operation,
        bulk: &Bulk,
        earlier: &[OperationResult],
        now: Timestamp,
    ) -> OperationResult {
        let command = operation.command.as_ref().ok_or(OperationError::Invalid)?;
        let outcome = match operation.unchanged_since {
            None => self.run(command, now),
            Some(index) => {
                let revision = bulk.revision_after(index, command, earlier)?;
                let mut command = command.clone();
                let Some(precondition) = command.precondition_mut() else {
                    return Err(OperationError::InvalidDependency);
                };
                precondition.if_match = Some(EntityTags::Revisions(vec![revision]));
                self.run(&command, now)
            }
        };
        outcome.map_err(|rejection| self.operation_error(command, rejection))
    }

    fn operation_error(&self, command: &Command, rejection: Rejection) -> OperationError {
        let shows_task =
            matches!(rejection, Rejection::PreconditionFailed { .. } | Rejection::AlreadyExists { .. });
        let current: Option<Box<Task>> =
            match command.task_id().filter(|_| shows_task).map(|id| self.state().slot(id)) {
                Some(Slot::Live(task) | Slot::Trashed(task)) => Some(Box::new(task.clone())),
                _ => None,
            };
        let rejection = match (rejection, current.as_deref()) {
            (Rejection::PreconditionFailed { .. }, Some(task)) => {
                Rejection::PreconditionFailed { current: task.revision }
            }
            (Rejection::AlreadyExists { .. }, task) => {
                let live = task.filter(|task| task.deleted_at.is_none());
                Rejection::AlreadyExists { current: live.map(|task| task.revision) }
            }
            (rejection, _) => rejection,
        };
        OperationError::Rejected { rejection, current }
    }
}
