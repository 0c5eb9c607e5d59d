//! The statements of the write path, one row at a time, in one transaction per batch.
//!
//! `begin immediate` excludes other writers from the first statement to the commit. Loaded rows stay current, so the store
//! needs no guard.

mod statements;

use diesel::{OptionalExtension, QueryResult, RunQueryDsl, SqliteConnection};
use domain::{ListId, ListedTask, OrderedTask, OwnerId, Revision, Tombstone, Touch, TrashedId};

use crate::backend::rows::TaskValues;
use crate::write::by_key::{InsertTask, UpdateTask, store_keys, store_lists};
use crate::write::keys::LoadedKey;
use crate::write::{
    LastStore, Loaded, LoadedLists, LoadedRow, Seen, Store, ToLoad, WriteSession, collect, lists_of,
    load_listed, load_order, oldest_trashed,
};
use statements::{
    DeleteTask, DeleteTombstone, InsertTombstone, LoadKey, LoadOwner, LoadTask, NewestKey, OldestKey,
    StoreOwner, TouchTask,
};

impl WriteSession for SqliteConnection {
    /// The transaction excludes all other writers.
    fn lock(&mut self, owners: &[OwnerId], _: bool) -> QueryResult<Vec<OwnerId>> {
        Ok(owners.to_vec())
    }

    fn load(&mut self, reads: &[ToLoad]) -> QueryResult<Vec<Loaded>> {
        let mut rows: Vec<LoadedRow> = Vec::with_capacity(reads.len());
        for of_owner in reads.chunk_by(|one, next| one.owner == next.owner) {
            let mut row = None;
            for (number, ToLoad { owner, task, key }) in of_owner.iter().enumerate() {
                let owner = owner.as_str();
                // The first row has the owner.
                if number == 0 {
                    row = LoadOwner { owner }.get_result(self).optional()?;
                }
                let task = match task {
                    Some(id) => LoadTask { owner, id }.get_result(self).optional()?,
                    None => None,
                };
                let key = match key {
                    Some(key) => LoadedKey {
                        record: LoadKey { owner, key: key.as_str() }.get_result(self).optional()?,
                        oldest: OldestKey { owner }.get_result(self).optional()?,
                        newest: NewestKey { owner }.get_result(self).optional()?,
                    },
                    None => LoadedKey::default(),
                };
                rows.push((row.take(), task, key));
            }
        }
        Ok(collect(reads, rows.into_iter()))
    }

    fn load_trash(&mut self, owner: &OwnerId, limit: usize) -> QueryResult<Vec<TrashedId>> {
        oldest_trashed(self, owner, limit)
    }

    fn load_listed(&mut self, owner: &OwnerId, list: ListId) -> QueryResult<(Option<Seen>, Vec<ListedTask>)> {
        load_listed(self, owner, list)
    }

    fn load_lists(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<LoadedLists>> {
        owners.iter().map(|owner| lists_of(self, owner)).collect()
    }

    fn load_order(&mut self, owner: &OwnerId) -> QueryResult<(Option<Seen>, Vec<OrderedTask>)> {
        load_order(self, owner)
    }

    fn store(&mut self, stores: &[&Store]) -> QueryResult<Vec<Option<i64>>> {
        stores.iter().map(|store| store_one(self, store).map(Some)).collect()
    }

    /// No response is lost between a process and its file, so this is never used.
    fn last_stores(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<Option<LastStore>>> {
        Ok(owners.iter().map(|_| None).collect())
    }
}

fn store_one(connection: &mut SqliteConnection, store: &Store) -> QueryResult<i64> {
    let owner = &store.owner;
    let epoch = StoreOwner { store }.get_result(connection)?;
    for task in &store.set.inserted {
        InsertTask { owner, task: TaskValues::of(task) }.execute(connection)?;
    }
    for id in &store.set.recreated {
        DeleteTombstone { owner: owner.as_str(), id }.execute(connection)?;
    }
    for task in &store.set.updated {
        UpdateTask { owner, task: TaskValues::of(task) }.execute(connection)?;
    }
    for touch in &store.set.touched {
        touch_task(connection, owner, touch)?;
    }
    for id in &store.set.deleted {
        DeleteTask { owner: owner.as_str(), id }.execute(connection)?;
    }
    for tombstone in &store.set.tombstones {
        let Tombstone { id, revision, at } = tombstone;
        InsertTombstone { owner: owner.as_str(), id, revision: &revision.number(), at }
            .execute(connection)?;
    }
    store_lists(connection, owner, &store.set.lists)?;
    store_keys(connection, owner, &store.set)?;
    Ok(epoch)
}

fn touch_task(connection: &mut SqliteConnection, owner: &OwnerId, touch: &Touch) -> QueryResult<()> {
    let Touch { id, position, revision, updated_at, loses_list, deleted_at } = touch;
    let position = &position.as_ref().map(ToString::to_string);
    let revision = &revision.map(Revision::number);
    let (loses_list, owner) = (&i64::from(*loses_list), owner.as_str());
    TouchTask { position, searched: revision, revision, updated_at, loses_list, deleted_at, owner, id }
        .execute(connection)?;
    Ok(())
}
