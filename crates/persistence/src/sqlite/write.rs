//! The writes of one batch, in one transaction: its commit is the group's.

mod statements;

use diesel::{OptionalExtension, QueryResult, RunQueryDsl, SqliteConnection};
use domain::{NewTask, Owner, Precondition, RepositoryError, Revision, Task, TaskId};

use crate::dialect::{Deed, Outcome, Outcomes, Write, Written};
use crate::rows::TaskRow;
use statements::{AdvanceOwner, BuryTask, ChangeTask, CurrentRevision, EnrolOwner, InsertTask};

/// The transaction writes from its first statement on (`BEGIN IMMEDIATE`), so what it reads stays true until the end.
pub(super) fn run(connection: &mut SqliteConnection, set: &[Write]) -> Outcomes<Written> {
    connection.immediate_transaction(|connection| set.iter().map(|write| one(connection, write)).collect())
}

fn one(connection: &mut SqliteConnection, Write { owner, deed }: &Write) -> QueryResult<Outcome<Written>> {
    match deed {
        Deed::Create(task) => create(connection, owner, task).map(|task| Ok(Some(task))),
        Deed::Update { id, change, precondition, at } => {
            if let Err(refusal) = admit(connection, owner, *id, precondition)? {
                return Ok(Err(refusal));
            }
            let revision = AdvanceOwner::new(owner, 0).get_result(connection)?;
            let statement = ChangeTask::new(owner, *id, change, *at, revision);
            let row: TaskRow = statement.get_result(connection)?;
            Ok(Ok(Some(row.of(owner))))
        }
        Deed::Delete { id, precondition, at } => {
            if let Err(refusal) = admit(connection, owner, *id, precondition)? {
                return Ok(Err(refusal));
            }
            let revision = AdvanceOwner::new(owner, -1).get_result(connection)?;
            BuryTask { owner, id: *id, at: *at, revision }.execute(connection)?;
            Ok(Ok(None))
        }
    }
}

fn create(connection: &mut SqliteConnection, owner: &Owner, task: &NewTask) -> QueryResult<Task> {
    let revision = EnrolOwner { owner }.get_result(connection)?;
    InsertTask::new(owner, task, revision).execute(connection)?;
    Ok(task.kept(owner, Revision::new(revision)))
}

/// Whether the write may happen.
fn admit(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: TaskId,
    precondition: &Precondition,
) -> QueryResult<Outcome<()>> {
    let current: Option<i64> = CurrentRevision { owner, id }.get_result(connection).optional()?;
    Ok(match current.map(Revision::new) {
        None => Err(RepositoryError::NotFound),
        Some(current) if precondition.holds(current) => Ok(()),
        Some(current) => Err(RepositoryError::PreconditionFailed { current }),
    })
}
