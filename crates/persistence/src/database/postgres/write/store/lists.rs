//! The clauses of lists.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use domain::{Color, ListId, ListWrites, Timestamp};

use super::super::unnest::{IN_SELECT, push_rows};
use crate::backend::rows::lists::LIST_COLUMNS;
use crate::backend::rows::{Id, UtcTimestamp};

/// The lists to put, and the ids of those to delete.
#[derive(Default)]
pub(super) struct ListArrays<'a> {
    put: Put<'a>,
    /// Ids of new lists, which may have tombstones.
    freed: Keys,
    deleted: Keys,
    revisions: Vec<i64>,
    timestamps: Vec<Timestamp>,
}

#[derive(Default)]
struct Put<'a> {
    of: Vec<i64>,
    ids: Vec<ListId>,
    names: Vec<&'a str>,
    colors: Vec<Option<i32>>,
    positions: Vec<&'a str>,
    created: Vec<Timestamp>,
    updated: Vec<Timestamp>,
    revisions: Vec<i64>,
}

#[derive(Default)]
struct Keys {
    of: Vec<i64>,
    ids: Vec<ListId>,
}

impl Keys {
    fn push(&mut self, ordinal: i64, id: ListId) {
        self.of.push(ordinal);
        self.ids.push(id);
    }

    /// Pushes these ids of owners that passed the guard.
    fn push_input<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(select of_owner, of_id from ");
        push_rows!(out, IN_SELECT, BigInt => &self.of, Id => &self.ids);
        out.push_sql(" as input (ordinal, of_id) join passed using (ordinal) offset 0) as input");
        Ok(())
    }
}

impl<'a> ListArrays<'a> {
    pub(super) fn push(&mut self, ordinal: i64, writes: &'a ListWrites) {
        let ListWrites { put, created, deleted } = writes;
        for list in put {
            self.put.of.push(ordinal);
            self.put.ids.push(list.id);
            self.put.names.push(list.name.as_str());
            self.put.colors.push(list.color.map(Color::number));
            self.put.positions.push(list.position.as_str());
            self.put.created.push(list.created_at);
            self.put.updated.push(list.updated_at);
            self.put.revisions.push(list.revision.number());
        }
        for id in created {
            self.freed.push(ordinal, *id);
        }
        for tombstone in deleted {
            self.deleted.push(ordinal, tombstone.id);
            self.revisions.push(tombstone.revision.number());
            self.timestamps.push(tombstone.at);
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.put.of.is_empty() && self.deleted.of.is_empty()
    }

    pub(super) fn push_effects<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.push_put(out)?;
        if !self.freed.of.is_empty() {
            out.push_sql(", recreated_lists as (delete from tombstones using ");
            self.freed.push_input(out)?;
            out.push_sql(
                " where tombstones.owner_id = of_owner and tombstones.type = 'list' and object_id = of_id)",
            );
        }
        if !self.deleted.of.is_empty() {
            out.push_sql(", deleted_lists as (delete from lists using ");
            self.deleted.push_input(out)?;
            out.push_sql(
                " where lists.owner_id = of_owner and lists.id = of_id),
                noted_lists as (insert into tombstones (owner_id, type, object_id, revision, at)
                select of_owner, 'list', of_id, of_revision, at_time from ",
            );
            push_rows!(out, IN_SELECT, BigInt => &self.deleted.of, Id => &self.deleted.ids,
                BigInt => &self.revisions, UtcTimestamp => &self.timestamps);
            out.push_sql(
                " as input (ordinal, of_id, of_revision, at_time) join passed using (ordinal)
                on conflict (owner_id, type, object_id)
                do update set revision = excluded.revision, at = excluded.at)",
            );
        }
        Ok(())
    }

    fn push_put<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let put = &self.put;
        if put.of.is_empty() {
            return Ok(());
        }
        out.push_sql(", put_lists as (insert into lists (owner_id, ");
        out.push_sql(LIST_COLUMNS);
        out.push_sql(") select of_owner, ");
        out.push_sql(LIST_COLUMNS);
        out.push_sql(" from ");
        push_rows!(out, IN_SELECT, BigInt => &put.of, Id => &put.ids, Text => &put.names,
            Nullable<Integer> => &put.colors, Text => &put.positions, UtcTimestamp => &put.created,
            UtcTimestamp => &put.updated, BigInt => &put.revisions);
        out.push_sql(" as input (ordinal, ");
        out.push_sql(LIST_COLUMNS);
        out.push_sql(
            ") join passed using (ordinal)
            on conflict (owner_id, id) do update set name = excluded.name, color = excluded.color,
                position = excluded.position, created_at = excluded.created_at,
                updated_at = excluded.updated_at, revision = excluded.revision)",
        );
        Ok(())
    }
}
