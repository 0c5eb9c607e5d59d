use diesel::result::Error as DieselError;
use domain::{ExistingTask, ImportedOrder, ImportedTask, OwnerId, TaskId};

use super::{EntryError, Imported, OwnerDataError};
use crate::write::{OwnershipSession, change, epoch, tasks_to_load};

/// Tasks that are decided and stored together.
const PAGE: usize = 500;

/// Adds the tasks page by page.
pub(super) fn run<C: OwnershipSession>(
    connection: &mut C,
    owner: &OwnerId,
    (revision, existing): (i64, ExistingTask),
    tasks: &mut dyn Iterator<Item = Result<ImportedTask, EntryError>>,
    random: &mut dyn FnMut() -> i64,
) -> Result<Imported, OwnerDataError> {
    let mut imported = Imported::default();
    let mut order = None;
    for number in 0.. {
        let page: Vec<ImportedTask> = tasks.take(PAGE).collect::<Result<_, EntryError>>()?;
        if page.is_empty() {
            break;
        }
        if number == 0 {
            connection.claim(owner, epoch(random))?;
        }
        let ids: Vec<TaskId> = page.iter().map(|task| task.task.id).collect();
        let mut in_use = None;
        let done = change(connection, &tasks_to_load(owner, &ids), random, |writer| {
            writer.raise_revision(revision);
            let order = order.get_or_insert_with(|| ImportedOrder::of(writer.state()));
            for task in page {
                let id = task.task.id;
                let position = task.position.as_ref().and_then(|key| order.position(key));
                let task = ImportedTask { position, ..task };
                match writer.import(task, existing) {
                    Ok(true) => imported.written += 1,
                    Ok(false) => imported.kept += 1,
                    Err(_) => {
                        in_use = Some(id);
                        return Err(DieselError::RollbackTransaction);
                    }
                }
            }
            Ok(())
        });
        if let Some(id) = in_use {
            return Err(OwnerDataError::Exists { id });
        }
        done?;
    }
    Ok(imported)
}
