use domain::OwnerId;

use super::{EntryError, OwnerDataError, StoredEntry};
use crate::write::{FIRST, OwnershipSession, Place, lists_in_order};

/// Passes on what is stored, page by page.
pub(super) fn run<C: OwnershipSession>(
    connection: &mut C,
    owner: &OwnerId,
    entry: &mut dyn FnMut(StoredEntry) -> Result<(), EntryError>,
) -> Result<(), OwnerDataError> {
    entry(StoredEntry::Revision(connection.revision(owner)?))?;
    for list in lists_in_order(connection, owner)? {
        entry(StoredEntry::List(list))?;
    }
    let mut place = Some(Place::FIRST);
    while let Some(after) = place {
        let page;
        (page, place) = connection.tasks_after(owner, after)?;
        for task in page {
            entry(StoredEntry::Task(task))?;
        }
    }
    let mut after = FIRST;
    loop {
        let page = connection.tombstones_after(owner, after)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for tombstone in page {
            entry(StoredEntry::Tombstone(tombstone))?;
        }
    }
}
