//! Loads the lists of owners, which commands on lists need, and commands on tasks that name one.

use std::collections::HashMap;

use diesel::connection::LoadConnection;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};
use domain::{List, OwnerId};

use super::group::OwnerCommands;
use super::{Loaded, Seen, WriteSession};
use crate::backend::rows::lists::{LIST_COLUMNS, ListColumns, ListRow, list};
use crate::backend::rows::text_statement;

/// The lists of an owner, and the owner's row in the snapshot in which they were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LoadedLists {
    pub(crate) seen: Option<Seen>,
    pub(crate) lists: Vec<List>,
}

/// The owner's row, and a list if the owner has any.
pub(crate) type OwnedListColumns = (BigInt, BigInt, BigInt, Nullable<ListColumns>);
pub(crate) type OwnedListRow = (i64, i64, i64, Option<ListRow>);

impl LoadedLists {
    /// Adds a row of this owner.
    pub(crate) fn push(&mut self, owner: &OwnerId, (version, revision, epoch, row): OwnedListRow) {
        self.seen = Some(Seen { version, revision, epoch });
        self.lists.extend(row.map(|row| list(row, owner)));
    }
}

text_statement!(ListsOf(owner: str as Text) => OwnedListColumns,
    ["select version, seen_revision, epoch, ", LIST_COLUMNS, " from (
        select owner_id, version, revision as seen_revision, epoch from owners where owner_id = ?
    ) as owner left join lists on lists.owner_id = owner.owner_id"]);

/// Loads the lists of one owner.
pub(crate) fn lists_of<C>(connection: &mut C, owner: &OwnerId) -> QueryResult<LoadedLists>
where
    C: LoadConnection,
    for<'a> ListsOf<'a>: LoadQuery<'a, C, OwnedListRow>,
{
    let rows: Vec<OwnedListRow> = ListsOf { owner: owner.as_str() }.load(connection)?;
    let mut loaded = LoadedLists::default();
    for row in rows {
        loaded.push(owner, row);
    }
    Ok(loaded)
}

/// The lists that the groups of a round need.
pub(super) struct Lists(HashMap<OwnerId, LoadedLists>);

impl Lists {
    /// Loads the lists of these groups, after the rows of their owners.
    pub(super) fn load<'a, S: WriteSession>(
        session: &mut S,
        groups: impl Iterator<Item = &'a OwnerCommands>,
    ) -> QueryResult<Self> {
        let readers = groups.filter(|group| group.reads_lists());
        let owners: Vec<OwnerId> = readers.map(|group| group.owner.clone()).collect();
        let loaded = if owners.is_empty() { Vec::new() } else { session.load_lists(&owners)? };
        Ok(Self(owners.into_iter().zip(loaded).collect()))
    }

    /// Moves the lists of an owner to what was loaded before. Returns false if the owner was written in between: a rejection
    /// that depends on both might never have been right.
    pub(super) fn move_to(&mut self, loaded: &mut Loaded) -> bool {
        let Some(LoadedLists { seen, lists }) = self.0.remove(loaded.state.owner_id()) else { return true };
        for list in lists {
            loaded.state.lists_mut().insert(list);
        }
        seen == loaded.seen
    }
}
