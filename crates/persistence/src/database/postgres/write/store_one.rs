//! The store of one owner with one effect. Without arrays and joins it takes a third less time of the server.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::{Task, Tombstone};

use super::{ERASED, push_on_conflict};
use crate::backend::rows::statement;
use crate::backend::rows::{BindTask, Id, TaskValues, UtcTimestamp, WRITTEN};
use crate::write::Store;

/// Pushes a comma and a value.
macro_rules! push {
    ($out:ident, $($sql:ty => $value:expr),+ $(,)?) => {
        $($out.push_sql(", "); $out.push_bind_param::<$sql, _>($value)?;)+
    };
}

/// Whether a store writes or deletes exactly one task and nothing else.
pub(super) fn is_one_effect(store: &Store) -> bool {
    let set = &store.set;
    let tasks = set.inserted.len() + set.updated.len() + set.tombstones.len();
    // A task whose owner has no row is damage, and updated with the statement for many owners.
    let has_owner = set.updated.is_empty() || store.seen.is_some();
    tasks == 1 && has_owner && set.touched.is_empty() && set.lists.is_empty() && set.recorded.is_empty()
}

/// Stores it.
pub(super) fn store(connection: &mut PgConnection, store: &Store) -> QueryResult<Vec<(i64, i64)>> {
    let owner = OwnerValues::of(store);
    let set = &store.set;
    match (set.inserted.first(), set.updated.first(), set.tombstones.first()) {
        (Some(task), ..) if set.recreated.is_empty() => {
            InsertOne { owner, task: TaskValues::of(task) }.load(connection)
        }
        (Some(task), ..) => InsertAgain(InsertOne { owner, task: TaskValues::of(task) }).load(connection),
        (_, Some(task), _) => update(connection, store, task),
        (.., Some(tombstone)) => {
            DeleteOne { owner, tombstone, revision: tombstone.revision.number() }.load(connection)
        }
        (None, None, None) => Ok(Vec::new()),
    }
}

/// Whether a store is [`update`].
pub(super) fn is_one_update(store: &Store) -> bool {
    is_one_effect(store) && !store.set.updated.is_empty()
}

/// Stores an owner with one update. It inserts nothing, so that it is one statement also on a distributed database.
pub(super) fn update(
    connection: &mut PgConnection,
    store: &Store,
    task: &Task,
) -> QueryResult<Vec<(i64, i64)>> {
    UpdateOne { owner: OwnerValues::of(store), task: TaskValues::of(task) }.load(connection)
}

pub(super) struct OwnerValues<'a> {
    id: &'a str,
    store: &'a Store,
    live_tasks: i32,
    trashed_tasks: i32,
    seen_version: Option<i64>,
    seen_revision: Option<i64>,
    seen_epoch: Option<i64>,
}

impl<'a> OwnerValues<'a> {
    pub(super) fn of(store: &'a Store) -> Self {
        Self {
            id: store.owner.as_str(),
            store,
            live_tasks: i32::try_from(store.set.live_tasks).unwrap_or(i32::MAX),
            trashed_tasks: i32::try_from(store.set.trashed_tasks).unwrap_or(i32::MAX),
            seen_version: store.seen.map(|seen| seen.version),
            seen_revision: store.seen.map(|seen| seen.revision),
            seen_epoch: store.seen.map(|seen| seen.epoch),
        }
    }

    /// The guarded upsert, under the name `stored`.
    fn push_stored<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with stored as (");
        self.push_upsert(out)?;
        out.push_sql(" returning owner_id, epoch)");
        Ok(())
    }

    /// The guarded upsert.
    pub(super) fn push_upsert<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "insert into owners as owner
                (owner_id, version, revision, live_tasks, trashed_tasks, epoch, write_id) values (",
        );
        out.push_bind_param::<Text, str>(self.id)?;
        push!(out,
            BigInt => &self.store.version, BigInt => &self.store.set.revision, Integer => &self.live_tasks,
            Integer => &self.trashed_tasks, BigInt => &self.store.new_epoch, BigInt => &self.store.write_id,
        );
        out.push_sql(")");
        push_on_conflict(out);
        out.push_sql("owner.version = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.seen_version)?;
        out.push_sql(" and owner.revision = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.seen_revision)?;
        out.push_sql(" and owner.epoch = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.seen_epoch)
    }

    /// The guarded update of an existing row, under the name `stored`.
    fn push_updated<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (store, set) = (self.store, &self.store.set);
        out.push_sql("with stored as (update owners set version = ");
        out.push_bind_param::<BigInt, _>(&store.version)?;
        out.push_sql(", revision = ");
        out.push_bind_param::<BigInt, _>(&set.revision)?;
        out.push_sql(", live_tasks = ");
        out.push_bind_param::<Integer, _>(&self.live_tasks)?;
        out.push_sql(", trashed_tasks = ");
        out.push_bind_param::<Integer, _>(&self.trashed_tasks)?;
        out.push_sql(", write_id = ");
        out.push_bind_param::<BigInt, _>(&store.write_id)?;
        out.push_sql(" where owner_id = ");
        out.push_bind_param::<Text, str>(self.id)?;
        out.push_sql(" and version = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.seen_version)?;
        out.push_sql(" and revision = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.seen_revision)?;
        out.push_sql(" and epoch = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.seen_epoch)?;
        out.push_sql(" returning epoch)");
        Ok(())
    }

    /// Restricts a clause to this owner, if the owner passed. The id is a value, so that the planner uses the whole key and
    /// one partition.
    fn push_own<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" and owner_id = ");
        out.push_bind_param::<Text, str>(self.id)?;
        out.push_sql(" and exists (select 1 from stored))");
        Ok(())
    }

    fn push_passed<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" select cast(1 as bigint), case when epoch <> ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.seen_epoch)?;
        out.push_sql(" then cast(epoch || ' ");
        out.push_sql(ERASED);
        out.push_sql("' as bigint) else epoch end from stored");
        Ok(())
    }
}

struct InsertOne<'a> {
    owner: OwnerValues<'a>,
    task: TaskValues<'a>,
}

impl InsertOne<'_> {
    fn push_inserted<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.owner.push_stored(out)?;
        out.push_sql(", inserted as (insert into tasks (owner_id, ");
        out.push_sql(WRITTEN);
        out.push_sql(") select owner_id, ");
        BindTask::<Pg>::push_values(&self.task, out)?;
        out.push_sql(" from stored)");
        Ok(())
    }
}

statement!(InsertOne => (BigInt, BigInt));

impl QueryFragment<Pg> for InsertOne<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.push_inserted(&mut out)?;
        self.owner.push_passed(&mut out)
    }
}

/// An insert of a task whose id may have a tombstone, which is deleted.
struct InsertAgain<'a>(InsertOne<'a>);

statement!(InsertAgain => (BigInt, BigInt));

impl QueryFragment<Pg> for InsertAgain<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let InsertOne { owner, task } = &self.0;
        self.0.push_inserted(&mut out)?;
        out.push_sql(", recreated as (delete from tombstones where type = 'task' and object_id = ");
        out.push_bind_param::<Id, _>(BindTask::<Pg>::id(task))?;
        owner.push_own(&mut out)?;
        owner.push_passed(&mut out)
    }
}

struct UpdateOne<'a> {
    owner: OwnerValues<'a>,
    task: TaskValues<'a>,
}

statement!(UpdateOne => (BigInt, BigInt));

impl QueryFragment<Pg> for UpdateOne<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.owner.push_updated(&mut out)?;
        out.push_sql(", updated as (update tasks set ");
        BindTask::<Pg>::push_assignments(&self.task, &mut out)?;
        out.push_sql(" where id = ");
        out.push_bind_param::<Id, _>(BindTask::<Pg>::id(&self.task))?;
        self.owner.push_own(&mut out)?;
        out.push_sql(" select cast(1 as bigint), epoch from stored");
        Ok(())
    }
}

struct DeleteOne<'a> {
    owner: OwnerValues<'a>,
    tombstone: &'a Tombstone,
    revision: i64,
}

statement!(DeleteOne => (BigInt, BigInt));

impl QueryFragment<Pg> for DeleteOne<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.owner.push_stored(&mut out)?;
        out.push_sql(", deleted as (delete from tasks where id = ");
        out.push_bind_param::<Id, _>(&self.tombstone.id)?;
        self.owner.push_own(&mut out)?;
        out.push_sql(
            ", noted as (insert into tombstones (owner_id, type, object_id, revision, at)
                select owner_id, 'task'",
        );
        push!(out, Id => &self.tombstone.id, BigInt => &self.revision, UtcTimestamp => &self.tombstone.at);
        out.push_sql(
            " from stored on conflict (owner_id, type, object_id)
                do update set revision = excluded.revision, at = excluded.at)",
        );
        self.owner.push_passed(&mut out)
    }
}
