use std::collections::HashMap;

use diesel::result::Error as DieselError;
use domain::{ExistingTask, ImportedOrder, ImportedTask, ListId, OwnerId, TaskId};

use super::{EntryError, Imported, ImportedEntry, OwnerDataError};
use crate::write::{FIRST, OwnershipSession, change, epoch, tasks_to_load};

/// Entries that are decided and stored together.
const PAGE: usize = 500;

/// Adds the entries page by page.
pub(super) fn run<C: OwnershipSession>(
    connection: &mut C,
    owner: &OwnerId,
    (revision, existing): (i64, ExistingTask),
    entries: &mut dyn Iterator<Item = Result<ImportedEntry, EntryError>>,
    random: &mut dyn FnMut() -> i64,
) -> Result<Imported, OwnerDataError> {
    let mut imported = Imported::default();
    let mut order = None;
    // The list here of each imported one.
    let mut lists: HashMap<ListId, ListId> = HashMap::new();
    for number in 0.. {
        let page: Vec<ImportedEntry> = entries.take(PAGE).collect::<Result<_, EntryError>>()?;
        if page.is_empty() {
            break;
        }
        if number == 0 {
            connection.claim(owner, epoch(random))?;
        }
        let id_of = |entry: &ImportedEntry| match entry {
            ImportedEntry::List(_) => None,
            ImportedEntry::Task(task) => Some(task.task.id),
        };
        let mut ids: Vec<TaskId> = page.iter().filter_map(id_of).collect();
        if ids.is_empty() {
            ids.push(FIRST);
        }
        let mut in_use = None;
        let done = change(connection, &tasks_to_load(owner, &ids), random, |writer| {
            writer.raise_revision(revision);
            let order = order.get_or_insert_with(|| ImportedOrder::of(writer.state()));
            for entry in page {
                let mut task = match entry {
                    ImportedEntry::Task(task) => task,
                    ImportedEntry::List(list) => {
                        lists.insert(list.id, writer.add_list(list, None));
                        continue;
                    }
                };
                let id = task.task.id;
                task.task.list_id = task.task.list_id.map(|list| lists.get(&list).copied().unwrap_or(list));
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
