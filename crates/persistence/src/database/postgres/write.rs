//! The statements of the write path.
//!
//! # Why the guard is right under `read committed`
//!
//! See `docs/decisions/0021-load-decide-store.md`. The store statement upserts the owners, and all its other effects are
//! joined to the rows that the upsert returns. The upsert finds the newest version of each owner's row by its key and
//! locks it; the row passes only if it equals the loaded one. An owner that passes has had no commit since the load, so
//! the statement's snapshot of that owner's tasks is current, and plain inserts, updates and deletes are correct.
//!
//! # Lock order
//!
//! The upsert locks owners in the order of their ids (`collate "C"`, as in the key), and no other clause locks an owner's
//! row. Hence two stores wait for each other in one direction only. The explicit lock of contended owners uses the same
//! order. It is a statement of its own, before the load: within the load statement, the snapshot would be older than the
//! locks, and the loaded rows could be stale.
//!
//! # Erased owners
//!
//! The owner's new values are absolute. If a loaded row has been erased, the upsert would insert it again. The statement
//! recognizes this by the epoch, which an update keeps and an insert sets, and fails.

mod load;
mod store;
mod store_alone;
mod store_one;
mod unnest;

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl, sql_query};
use domain::{ListId, ListedTask, OrderedTask, OwnerId, TrashedId};

use crate::write::{
    LastStore, Loaded, LoadedLists, Seen, Store, ToLoad, WriteSession, load_listed, load_order,
    oldest_trashed,
};

/// Part of the error message when an owner was erased between load and store.
pub(super) const ERASED: &str = "owner erased meanwhile";

impl WriteSession for PgConnection {
    fn lock(&mut self, owners: &[OwnerId], skip_locked: bool) -> QueryResult<Vec<OwnerId>> {
        // `skip locked` keeps one locked owner from delaying the others of the batch.
        let wait = if skip_locked { " skip locked" } else { "" };
        let locked = owner_rows(self, owners, &format!(" order by owner_id for no key update{wait}"))?;
        Ok(owners.iter().filter(|owner| locked.iter().any(|row| row.is_of(owner))).cloned().collect())
    }

    fn load(&mut self, reads: &[ToLoad]) -> QueryResult<Vec<Loaded>> {
        load::load(self, reads)
    }

    fn load_trash(&mut self, owner: &OwnerId, limit: usize) -> QueryResult<Vec<TrashedId>> {
        oldest_trashed(self, owner, limit)
    }

    fn load_listed(&mut self, owner: &OwnerId, list: ListId) -> QueryResult<(Option<Seen>, Vec<ListedTask>)> {
        load_listed(self, owner, list)
    }

    fn load_lists(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<LoadedLists>> {
        load::lists(self, owners)
    }

    fn load_order(&mut self, owner: &OwnerId) -> QueryResult<(Option<Seen>, Vec<OrderedTask>)> {
        load_order(self, owner)
    }

    fn store(&mut self, stores: &[&Store]) -> QueryResult<Vec<Option<i64>>> {
        let passed: Vec<(i64, i64)> = match stores {
            [store] if store_one::is_one_effect(store) => store_one::store(self, store)?,
            _ => store::store(self, stores)?,
        };
        let mut epochs = vec![None; stores.len()];
        for (ordinal, epoch) in passed {
            let place = usize::try_from(ordinal - 1).unwrap_or(usize::MAX);
            if let Some(free) = epochs.get_mut(place) {
                *free = Some(epoch);
            }
        }
        Ok(epochs)
    }

    fn store_alone(&mut self, store: &Store) -> QueryResult<Option<i64>> {
        store_alone::store(self, store)
    }

    fn last_stores(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<Option<LastStore>>> {
        let rows = owner_rows(self, owners, "")?;
        let last = |owner: &OwnerId| {
            let row = rows.iter().find(|row| row.is_of(owner))?;
            Some(LastStore { version: row.version, epoch: row.epoch, write_id: row.write_id })
        };
        Ok(owners.iter().map(last).collect())
    }
}

/// The rows of these owners, by a statement with this end.
fn owner_rows(connection: &mut PgConnection, owners: &[OwnerId], end: &str) -> QueryResult<Vec<OwnerRow>> {
    let select = "select owner_id, version, epoch, write_id from owners where owner_id = ";
    if let [owner] = owners {
        return sql_query(format!("{select}$1{end}")).bind::<Text, _>(owner.as_str()).load(connection);
    }
    let ids: Vec<&str> = owners.iter().map(OwnerId::as_str).collect();
    sql_query(format!("{select}any($1){end}")).bind::<Array<Text>, _>(ids).load(connection)
}

#[derive(diesel::QueryableByName)]
struct OwnerRow {
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = BigInt)]
    write_id: i64,
}

impl OwnerRow {
    fn is_of(&self, owner: &OwnerId) -> bool {
        self.owner_id == owner.as_str()
    }
}

/// The upsert after its rows, up to its condition.
fn push_on_conflict(out: &mut AstPass<'_, '_, Pg>) {
    out.push_sql(
        " on conflict (owner_id) do update set version = excluded.version, revision = excluded.revision,
            live_tasks = excluded.live_tasks, trashed_tasks = excluded.trashed_tasks, write_id = excluded.write_id where ",
    );
}
