mod lists;
mod touched;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::{KeyRecord, TaskId, Timestamp};

use super::unnest::{IN_SELECT, push_rows};
use super::{ERASED, push_on_conflict};
use crate::backend::rows::{ASSIGNMENTS, Id, TaskArrays, UtcTimestamp, WRITTEN, statement};
use crate::write::Store;
use lists::ListArrays;
pub(super) use touched::TouchTasks;
use touched::Touched;

/// An optimization fence: each row is looked up by its whole key. Without it, the planner may take the owner and the id from
/// different relations, and read all rows of the owner.
pub(super) const BY_KEY: &str = " offset 0";

/// Stores the effects of many owners.
pub(super) fn store(connection: &mut PgConnection, stores: &[&Store]) -> QueryResult<Vec<(i64, i64)>> {
    let all = StoreOwners::of(stores);
    if all.only_inserts() { Inserts(all).load(connection) } else { all.load(connection) }
}

/// One statement, which contains only the clauses that the batch needs.
#[derive(Default)]
struct StoreOwners<'a> {
    owners: OwnerArrays<'a>,
    inserted: TaskChanges<'a>,
    updated: TaskChanges<'a>,
    touched: Touched<'a>,
    deleted: TaskKeys,
    /// Ids of inserted tasks that may have tombstones.
    freed: TaskKeys,
    tombstones: Tombstones,
    lists: ListArrays<'a>,
    recorded: Recorded<'a>,
    dropped: Dropped,
}

/// The owners' rows, loaded and new. All other inputs refer to an owner by its ordinal here.
#[derive(Default)]
struct OwnerArrays<'a> {
    ordinals: Vec<i64>,
    ids: Vec<&'a str>,
    seen_versions: Vec<Option<i64>>,
    seen_revisions: Vec<Option<i64>>,
    seen_epochs: Vec<Option<i64>>,
    versions: Vec<i64>,
    revisions: Vec<i64>,
    live_tasks: Vec<i64>,
    trashed_tasks: Vec<i64>,
    new_epochs: Vec<i64>,
    write_ids: Vec<i64>,
}

#[derive(Default)]
struct TaskChanges<'a> {
    of: Vec<i64>,
    rows: TaskArrays<'a>,
}

#[derive(Default)]
struct TaskKeys {
    of: Vec<i64>,
    ids: Vec<TaskId>,
}

#[derive(Default)]
struct Tombstones {
    of: Vec<i64>,
    ids: Vec<TaskId>,
    revisions: Vec<i64>,
    timestamps: Vec<Timestamp>,
}

/// Recorded requests.
#[derive(Default)]
struct Recorded<'a> {
    of: Vec<i64>,
    keys: Vec<&'a str>,
    numbers: Vec<i64>,
    starts: Vec<i64>,
    ends: Vec<i64>,
    timestamps: Vec<Timestamp>,
    requests: Vec<&'a [u8]>,
    responses: Vec<&'a [u8]>,
}

/// Recorded requests to delete.
#[derive(Default)]
struct Dropped {
    of: Vec<i64>,
    below_numbers: Vec<i64>,
    below_starts: Vec<i64>,
}

impl<'a> StoreOwners<'a> {
    fn of(stores: &[&'a Store]) -> Self {
        let mut all = Self::default();
        for (ordinal, store) in (1..).zip(stores) {
            all.owners.push(ordinal, store);
            for (tasks, kind) in
                [(&store.set.inserted, &mut all.inserted), (&store.set.updated, &mut all.updated)]
            {
                for task in tasks {
                    kind.of.push(ordinal);
                    kind.rows.push(task);
                }
            }
            for touch in &store.set.touched {
                all.touched.push(ordinal, touch);
            }
            for (ids, keys) in
                [(&store.set.deleted, &mut all.deleted), (&store.set.recreated, &mut all.freed)]
            {
                keys.of.extend(ids.iter().map(|_| ordinal));
                keys.ids.extend(ids);
            }
            for tombstone in &store.set.tombstones {
                all.tombstones.of.push(ordinal);
                all.tombstones.ids.push(tombstone.id);
                all.tombstones.revisions.push(tombstone.revision.number());
                all.tombstones.timestamps.push(tombstone.at);
            }
            all.lists.push(ordinal, &store.set.lists);
            for record in &store.set.recorded {
                all.recorded.push(ordinal, record);
            }
            for dropped in &store.set.dropped {
                all.dropped.of.push(ordinal);
                all.dropped.below_numbers.push(dropped.below_number);
                all.dropped.below_starts.push(dropped.below_start);
            }
        }
        all
    }

    const fn only_inserts(&self) -> bool {
        !self.inserted.of.is_empty()
            && self.freed.of.is_empty()
            && self.updated.of.is_empty()
            && self.touched.of.is_empty()
            && self.deleted.of.is_empty()
            && self.tombstones.of.is_empty()
            && self.lists.is_empty()
            && self.recorded.of.is_empty()
    }
}

impl<'a> Recorded<'a> {
    fn push(&mut self, ordinal: i64, record: &'a KeyRecord) {
        self.of.push(ordinal);
        self.keys.push(record.key.as_str());
        self.numbers.push(record.place.number);
        self.starts.push(record.place.start);
        self.ends.push(record.place.end);
        self.timestamps.push(record.place.at);
        self.requests.push(&record.request);
        self.responses.push(&record.response);
    }
}

impl<'a> OwnerArrays<'a> {
    fn push(&mut self, ordinal: i64, store: &'a Store) {
        self.ordinals.push(ordinal);
        self.ids.push(store.owner.as_str());
        self.seen_versions.push(store.seen.map(|seen| seen.version));
        self.seen_revisions.push(store.seen.map(|seen| seen.revision));
        self.seen_epochs.push(store.seen.map(|seen| seen.epoch));
        self.versions.push(store.version);
        self.revisions.push(store.set.revision);
        self.live_tasks.push(store.set.live_tasks);
        self.trashed_tasks.push(store.set.trashed_tasks);
        self.new_epochs.push(store.new_epoch);
        self.write_ids.push(store.write_id);
    }
}

impl QueryFragment<Pg> for StoreOwners<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        type Seen = Nullable<BigInt>;
        let owners = &self.owners;
        out.push_sql("with input_owner as materialized (select * from ");
        push_rows!(out, IN_SELECT, BigInt => &owners.ordinals, Text => &owners.ids,
            Seen => &owners.seen_versions, Seen => &owners.seen_revisions, Seen => &owners.seen_epochs,
            BigInt => &owners.versions, BigInt => &owners.revisions, BigInt => &owners.live_tasks,
            BigInt => &owners.trashed_tasks, BigInt => &owners.new_epochs, BigInt => &owners.write_ids,
        );
        // In the order of ids: every process then locks common owners in the same order, and none waits in a circle.
        out.push_sql(
            " as input (ordinal, of_owner, seen_version, seen_revision, seen_epoch,
                next_version, next_revision, next_live_tasks, next_trashed_tasks, new_epoch, next_write_id)
            ), stored as (
                insert into owners as owner
                    (owner_id, version, revision, live_tasks, trashed_tasks, epoch, write_id)
                select of_owner, next_version, next_revision, next_live_tasks, next_trashed_tasks, new_epoch,
                    next_write_id
                from input_owner order by of_owner collate \"C\"",
        );
        push_on_conflict(&mut out);
        out.push_sql(
            // The subquery does not refer to the row, so the server evaluates it once, into a hash table.
            "(owner.owner_id, owner.version, owner.revision, owner.epoch) in (
                    select of_owner, seen_version, seen_revision, seen_epoch from input_owner)
                returning owner_id, epoch
            ), passed as materialized (
                select ordinal, of_owner, case when seen_epoch <> epoch
                    then cast(ordinal || ' ",
        );
        out.push_sql(ERASED);
        out.push_sql(
            "' as bigint) else epoch end as epoch from stored join input_owner on of_owner = owner_id)",
        );
        self.push_effects(&mut out)?;
        out.push_sql(" select ordinal, epoch from passed");
        Ok(())
    }
}

impl StoreOwners<'_> {
    fn push_effects<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.inserted.of.is_empty() {
            out.push_sql(", inserted as (insert into tasks (owner_id, ");
            out.push_sql(WRITTEN);
            out.push_sql(") select of_owner, ");
            out.push_sql(WRITTEN);
            self.inserted.push_input(out)?;
            out.push_sql(")");
        }
        if !self.freed.of.is_empty() {
            out.push_sql(", recreated as (delete from tombstones using (select of_owner, of_id");
            push_ids(out, &self.freed.of, &self.freed.ids)?;
            out.push_sql(
                ") as input where tombstones.owner_id = of_owner and tombstones.type = 'task'
                    and object_id = of_id)",
            );
        }
        if !self.updated.of.is_empty() {
            out.push_sql(", updated as (update tasks set ");
            out.push_sql(ASSIGNMENTS);
            out.push_sql(" from (select of_owner, ");
            out.push_sql(WRITTEN);
            self.updated.push_input(out)?;
            out.push_sql(BY_KEY);
            out.push_sql(") as input where tasks.owner_id = input.of_owner and tasks.id = input.id)");
        }
        if !self.touched.of.is_empty() {
            self.touched.push_clause(out)?;
        }
        if !self.deleted.of.is_empty() {
            out.push_sql(", deleted as (delete from tasks using (select of_owner, of_id");
            push_ids(out, &self.deleted.of, &self.deleted.ids)?;
            out.push_sql(") as input where tasks.owner_id = of_owner and tasks.id = of_id)");
        }
        if !self.tombstones.of.is_empty() {
            out.push_sql(
                ", noted as (insert into tombstones (owner_id, type, object_id, revision, at)
                select of_owner, 'task', of_id, of_revision, at_time from ",
            );
            let tombstones = &self.tombstones;
            push_rows!(out, IN_SELECT, BigInt => &tombstones.of, Id => &tombstones.ids,
                BigInt => &tombstones.revisions, UtcTimestamp => &tombstones.timestamps);
            out.push_sql(
                " as input (ordinal, of_id, of_revision, at_time) join passed using (ordinal)
                on conflict (owner_id, type, object_id)
                do update set revision = excluded.revision, at = excluded.at)",
            );
        }
        self.lists.push_effects(out)?;
        self.push_keys(out)
    }

    fn push_keys<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.recorded.of.is_empty() {
            return Ok(());
        }
        let recorded = &self.recorded;
        out.push_sql(", input_key as materialized (select of_owner, input.* from ");
        push_rows!(out, IN_SELECT, BigInt => &recorded.of, Text => &recorded.keys,
            BigInt => &recorded.numbers, BigInt => &recorded.starts, BigInt => &recorded.ends,
            UtcTimestamp => &recorded.timestamps, Binary => &recorded.requests, Binary => &recorded.responses);
        out.push_sql(
            " as input (ordinal, of_key, of_number, start_byte, end_byte, at_time, request, response)
                join passed using (ordinal)
            ), recorded as (
                insert into idempotency_keys
                    (owner_id, key, number, start_byte, end_byte, at, request, response)
                select of_owner, of_key, of_number, start_byte, end_byte, at_time, request, response from input_key
                on conflict (owner_id, key) do update set number = excluded.number,
                    start_byte = excluded.start_byte, end_byte = excluded.end_byte, at = excluded.at,
                    request = excluded.request, response = excluded.response)",
        );
        if !self.dropped.of.is_empty() {
            // A row is changed only once in a statement: the replaced ones are not deleted.
            out.push_sql(
                ", dropped as (delete from idempotency_keys as old
                using (select of_owner, below_number, below_start from ",
            );
            let dropped = &self.dropped;
            push_rows!(out, IN_SELECT, BigInt => &dropped.of, BigInt => &dropped.below_numbers,
                BigInt => &dropped.below_starts);
            out.push_sql(
                " as input (ordinal, below_number, below_start) join passed using (ordinal)) as input
                where old.owner_id = of_owner and old.number < below_number and old.start_byte < below_start
                    and not exists (select from input_key as again
                        where again.of_owner = old.owner_id and again.of_key = old.key))",
            );
        }
        Ok(())
    }
}

impl TaskChanges<'_> {
    fn push_input<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" from ");
        IN_SELECT.push_tasks(out, Some(&self.of), &self.rows)?;
        out.push_sql(" as input (ordinal, ");
        out.push_sql(WRITTEN);
        out.push_sql(") join passed using (ordinal)");
        Ok(())
    }
}

fn push_ids<'b>(out: &mut AstPass<'_, 'b, Pg>, of: &'b Vec<i64>, ids: &'b Vec<TaskId>) -> QueryResult<()> {
    out.push_sql(" from ");
    push_rows!(out, IN_SELECT, BigInt => of, Id => ids);
    out.push_sql(" as input (ordinal, of_id) join passed using (ordinal)");
    out.push_sql(BY_KEY);
    Ok(())
}

impl Query for StoreOwners<'_> {
    type SqlType = (BigInt, BigInt);
}

// The text depends on the batch; each text is prepared once.
impl QueryId for StoreOwners<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for StoreOwners<'_> {}

/// A batch of creates. Its text is always the same, so it is not composed to find the prepared statement.
struct Inserts<'a>(StoreOwners<'a>);

statement!(Inserts => (BigInt, BigInt));

impl QueryFragment<Pg> for Inserts<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
