//! What some commands load after their owner, and whether the owner is still the same then.

use diesel::QueryResult;
use domain::Command;

use super::group::OwnerCommands;
use super::{Loaded, WriteSession};

/// Adds the tasks of the lists that the commands delete. Returns false if the owner was written meanwhile.
pub(super) fn insert_listed<S: WriteSession>(
    session: &mut S,
    group: &OwnerCommands,
    loaded: &mut Loaded,
) -> QueryResult<bool> {
    for list in group.commands().filter_map(Command::reads_tasks_of) {
        let (seen, tasks) = session.load_listed(&group.owner, list)?;
        if seen != loaded.seen {
            return Ok(false);
        }
        loaded.state.insert_listed(tasks);
    }
    Ok(true)
}

/// Adds the manual order to a loaded owner. It is loaded after the owner: returns `false` if another process has written the
/// owner between. A store would lose the race, but an outcome without a store would be wrong.
pub(super) fn insert_order<S: WriteSession>(session: &mut S, loaded: &mut Loaded) -> QueryResult<bool> {
    let (seen, order) = session.load_order(loaded.state.owner_id())?;
    loaded.state.insert_order(order);
    Ok(seen == loaded.seen)
}
