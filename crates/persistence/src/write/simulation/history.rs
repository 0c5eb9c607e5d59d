use domain::{Command, Idempotency, List, Outcome, OwnerId, RepositoryError, Task, Timestamp};

use super::bulk::{self, OperationAnswer};
use crate::backend::FailureKind;

/// What a caller gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Task(Task),
    /// Nothing was written.
    Unchanged(Task),
    Deleted(i64),
    /// Written, unless it is as before.
    List(List),
    NameTaken,
    UnknownList,
    /// The response of an earlier request with the same key.
    Replayed(Vec<u8>),
    KeyReused,
    Purged(usize),
    NotFound,
    UnknownNeighbour,
    PreconditionFailed(i64),
    /// At this revision, if it is live.
    AlreadyExists(Option<i64>),
    QuotaExceeded,
    /// Of each operation of a list.
    Operations(Vec<OperationAnswer>),
    /// No operation of the list is executed, because this one failed.
    Failed(usize, Box<Self>, Option<Task>),
    /// Of an operation that is invalid, or depends on none that it may depend on.
    Invalid,
    DependencyFailed,
    /// Nothing was written.
    Unavailable,
    /// Nothing was written.
    Fault,
    Unknown,
}

impl Answer {
    pub(super) fn of(result: Result<Outcome, RepositoryError>) -> Self {
        match result {
            Ok(Outcome::Task(task)) => Self::Task(task),
            Ok(Outcome::Unchanged(task)) => Self::Unchanged(task),
            Ok(Outcome::Deleted(revision)) => Self::Deleted(revision.number()),
            Ok(Outcome::Replayed(response)) => Self::Replayed(response.to_vec()),
            Ok(Outcome::List(list)) => Self::List(list),
            Err(RepositoryError::NameTaken) => Self::NameTaken,
            Err(RepositoryError::UnknownList) => Self::UnknownList,
            Ok(Outcome::Bulk(results)) => Self::Operations(bulk::answers(results)),
            Err(RepositoryError::Operation(failed)) => bulk::failure(*failed),
            Ok(Outcome::Purged(tasks)) => Self::Purged(tasks),
            Err(RepositoryError::NotFound) => Self::NotFound,
            Err(RepositoryError::UnknownNeighbour { .. }) => Self::UnknownNeighbour,
            Err(RepositoryError::PreconditionFailed { current }) => {
                Self::PreconditionFailed(current.number())
            }
            Err(RepositoryError::AlreadyExists { current }) => {
                Self::AlreadyExists(current.map(domain::Revision::number))
            }
            Err(RepositoryError::QuotaExceeded { .. }) => Self::QuotaExceeded,
            Err(RepositoryError::KeyReused) => Self::KeyReused,
            Err(
                RepositoryError::Overloaded
                | RepositoryError::ReadOnly
                | RepositoryError::Unavailable(_)
                | RepositoryError::Busy(_),
            ) => Self::Unavailable,
            Err(RepositoryError::OutcomeUnknown(_)) => Self::Unknown,
            // No command of a schedule has the last ones.
            Err(
                RepositoryError::Fault(_)
                | RepositoryError::Damaged(_)
                | RepositoryError::TooManyScans
                | RepositoryError::ResyncRequired,
            )
            | Ok(Outcome::Moved | Outcome::Erased) => Self::Fault,
        }
    }

    /// Whether something was written.
    pub(super) fn is_success(&self) -> bool {
        match self {
            Self::Task(_) | Self::Deleted(_) | Self::Purged(_) | Self::List(_) => true,
            Self::Operations(answers) => answers.iter().any(|(answer, _)| answer.is_success()),
            _ => false,
        }
    }

    /// Whether the command was not rejected.
    pub(super) fn is_done(&self) -> bool {
        self.is_success() || matches!(self, Self::Unchanged(_) | Self::Operations(_))
    }

    /// Whether some operations of a list were executed and some were not.
    pub(super) fn is_partial(&self) -> bool {
        let Self::Operations(answers) = self else { return false };
        self.is_success() && answers.iter().any(|(answer, _)| !answer.is_done())
    }

    /// Whether the owner is as before; of a list, it may be.
    pub(super) fn writes_nothing(&self) -> bool {
        match self {
            Self::NotFound
            | Self::UnknownNeighbour
            | Self::AlreadyExists(_)
            | Self::QuotaExceeded
            | Self::KeyReused
            | Self::PreconditionFailed(_)
            | Self::Replayed(_)
            | Self::Unchanged(_)
            | Self::List(_)
            | Self::NameTaken
            | Self::UnknownList
            | Self::Failed(..) => true,
            Self::Operations(_) => !self.is_success(),
            _ => false,
        }
    }
}

/// A command, from its call to its answer.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) owner: OwnerId,
    pub(super) command: Command,
    pub(super) request: Option<Idempotency>,
    pub(super) now: Timestamp,
    pub(super) begin: u64,
    /// Nothing when the process was killed.
    pub(super) answer: Option<(u64, Answer)>,
    /// Whether it was made when nothing failed any more.
    pub(super) calm: bool,
}

/// The calls that a worker carried out together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) worker: usize,
    pub(super) calls: Vec<usize>,
    pub(super) begin: u64,
    pub(super) killed: bool,
    /// Whether a connection was lost.
    pub(super) lost: bool,
    /// Whether anything failed that no other writer caused.
    pub(super) disturbed: bool,
    pub(super) last_failure: Option<FailureKind>,
}

#[derive(Debug, Default)]
pub(super) struct History {
    /// The quota of each owner; 0 is none.
    pub(super) quota: u64,
    pub(super) calls: Vec<Call>,
    pub(super) batches: Vec<Batch>,
}

/// How often what happened.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) steps: u64,
    pub(super) kills: u64,
    pub(super) erasures: u64,
    pub(super) old_writes: u64,
    pub(super) cuts: u64,
    /// Stores and commits of lost connections that took effect.
    pub(super) late_effects: u64,
    pub(super) lost_races: u64,
    pub(super) erased_meanwhile: u64,
    pub(super) duplicates: u64,
    pub(super) deadlocks: u64,
    pub(super) timeouts: u64,
    pub(super) blocked: u64,
    pub(super) unknown: u64,
    pub(super) replays: u64,
    /// Lists of operations of which some were executed and some were not.
    pub(super) partial_lists: u64,
    /// Lists that were not executed because of one operation.
    pub(super) failed_lists: u64,
    pub(super) reused_keys: u64,
}

impl Counts {
    const fn all(&mut self) -> [&mut u64; 17] {
        [
            &mut self.steps,
            &mut self.kills,
            &mut self.erasures,
            &mut self.old_writes,
            &mut self.cuts,
            &mut self.late_effects,
            &mut self.lost_races,
            &mut self.erased_meanwhile,
            &mut self.duplicates,
            &mut self.deadlocks,
            &mut self.timeouts,
            &mut self.blocked,
            &mut self.unknown,
            &mut self.replays,
            &mut self.partial_lists,
            &mut self.failed_lists,
            &mut self.reused_keys,
        ]
    }

    pub(super) fn plus(mut self, mut other: Self) -> Self {
        for (mine, theirs) in self.all().into_iter().zip(other.all()) {
            *mine += *theirs;
        }
        self
    }

    /// Whether everything has happened. Deadlocks are too rare: they need an owner who is erased while several are
    /// locked.
    pub(super) fn all_occurred(self) -> bool {
        Self { deadlocks: 1, ..self }.all().into_iter().all(|count| *count > 0)
    }
}
