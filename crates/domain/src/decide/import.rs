use super::{Effects, OwnerState, Rejection, Slot, put, unchanged};
use crate::ImportedTask;

/// What happens to a task of the owner that has the id of an imported one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistingTask {
    /// The import is rejected.
    Reject,
    /// It stays as it is.
    Keep,
    /// The imported task replaces it.
    Replace,
}

/// Decides the import of one task, which gets the owner's next revision. It keeps its id and its times, and stays
/// in the trash if it was there. The quota does not apply: the user has the task already, and would lose it.
pub(super) fn import(
    state: &OwnerState,
    mut task: ImportedTask,
    existing: ExistingTask,
) -> Result<Effects, Rejection> {
    // An export of some tasks may lack their list.
    task.task.list_id = task.task.list_id.filter(|list| state.lists().get(*list).is_some());
    match (state.slot(task.task.id), existing) {
        (Slot::Free | Slot::Retired, _) | (Slot::Live(_) | Slot::Trashed(_), ExistingTask::Replace) => {
            Ok(put(task.into_task(state.owner_id().clone(), state.next_revision())))
        }
        (Slot::Live(task) | Slot::Trashed(task), ExistingTask::Keep) => Ok(unchanged(task.clone())),
        (Slot::Live(task), ExistingTask::Reject) => {
            Err(Rejection::AlreadyExists { current: Some(task.revision) })
        }
        (Slot::Trashed(_), ExistingTask::Reject) => Err(Rejection::AlreadyExists { current: None }),
    }
}
