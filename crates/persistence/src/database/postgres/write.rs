//! The statements of the write path.
//!
//! # Why the guard is right under `read committed`
//!
//! The store statement upserts the owners, in the order of their ids, and everything else that it writes is joined to
//! what the upsert returns. The upsert finds each owner's row by its key in its newest version and locks it; the row
//! passes only if it is the one that was loaded. An owner who passes has had no commit since the load, so what the
//! statement's snapshot shows of that owner's tasks is current: plain inserts, updates and deletes of them are right.
//! No other clause locks an owner's row, hence two stores cannot lock each other out.
//!
//! The owner's new values are absolute. A row that was seen and is not there any more would be inserted as if it were
//! new; it is recognized by its epoch, which an update keeps, and fails the statement.

mod load;
mod store;
mod store_one;

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl, sql_query};
use domain::OwnerId;

use crate::write::{LastStore, Loaded, Read, Store, WriteSession};

/// What the failure of a store says when an owner was erased between load and store.
pub(super) const ERASED: &str = "owner erased meanwhile";

impl WriteSession for PgConnection {
    fn lock(&mut self, owners: &[OwnerId], skip_locked: bool) -> QueryResult<Vec<OwnerId>> {
        let wait = if skip_locked { " skip locked" } else { "" };
        let locked: Vec<OwnerRow> = sql_query(format!(
            "select owner_id, version, epoch, write_id from owners where owner_id = any($1)
            order by owner_id for no key update{wait}"
        ))
        .bind::<Array<Text>, _>(ids(owners))
        .load(self)?;
        Ok(owners.iter().filter(|owner| locked.iter().any(|row| row.is_of(owner))).cloned().collect())
    }

    fn load(&mut self, reads: &[Read]) -> QueryResult<Vec<Loaded>> {
        load::load(self, reads)
    }

    fn store(&mut self, stores: &[&Store]) -> QueryResult<Vec<Option<i64>>> {
        let passed: Vec<(i64, i64)> = match stores {
            [store] if store_one::is_one_effect(store) => store_one::store(self, store)?,
            _ => store::StoreOwners::of(stores).load(self)?,
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

    fn last_stores(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<Option<LastStore>>> {
        let rows: Vec<OwnerRow> =
            sql_query("select owner_id, version, epoch, write_id from owners where owner_id = any($1)")
                .bind::<Array<Text>, _>(ids(owners))
                .load(self)?;
        let last = |owner: &OwnerId| {
            let row = rows.iter().find(|row| row.is_of(owner))?;
            Some(LastStore { version: row.version, epoch: row.epoch, write_id: row.write_id })
        };
        Ok(owners.iter().map(last).collect())
    }
}

fn ids(owners: &[OwnerId]) -> Vec<&str> {
    owners.iter().map(OwnerId::as_str).collect()
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

/// Pushes a comma and a value.
macro_rules! push {
    ($out:ident, $($sql:ty => $value:expr),+ $(,)?) => {
        $($out.push_sql(", "); $out.push_bind_param::<$sql, _>($value)?;)+
    };
}
pub(super) use push;

/// The text of the upsert behind its rows, up to its condition.
fn push_on_conflict(out: &mut AstPass<'_, '_, Pg>) {
    out.push_sql(
        " on conflict (owner_id) do update set version = excluded.version, revision = excluded.revision,
            live_tasks = excluded.live_tasks, write_id = excluded.write_id where ",
    );
}
