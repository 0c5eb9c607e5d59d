//! Reads the lists of an owner.

use diesel::connection::LoadConnection;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};
use domain::{AtRevision, CountedList, Owner, OwnerRevision};

use crate::backend::rows::lists::{LIST_COLUMNS, ListColumns, ListRow, list};
use crate::backend::rows::text_statement;

/// Reads all lists of an owner, with the numbers of their tasks or without.
#[derive(Debug)]
pub(crate) struct Lists {
    pub(crate) owner: Owner,
    pub(crate) counted: bool,
}

/// The epoch and revision of the owner.
type At = (i64, i64);

/// A list with the numbers of its open and completed tasks, which are null without any. Without lists there is one row,
/// without a list.
type CountedRow = (At, Option<ListRow>, Option<i64>, Option<i64>);

impl Lists {
    /// Reads the lists in their manual order, from one snapshot.
    pub(crate) fn read<C>(&self, connection: &mut C) -> QueryResult<AtRevision<Vec<CountedList>>>
    where
        C: LoadConnection,
        for<'a> ListsInOrder<'a>: LoadQuery<'a, C, (At, Option<ListRow>)>,
        for<'a> CountedInOrder<'a>: LoadQuery<'a, C, CountedRow>,
    {
        let owner = self.owner.id().as_str();
        let rows: Vec<CountedRow> = if self.counted {
            CountedInOrder { owner, lists_of: owner, tasks_of: owner }.load(connection)?
        } else {
            let rows: Vec<(At, Option<ListRow>)> =
                ListsInOrder { owner, lists_of: owner }.load(connection)?;
            rows.into_iter().map(|(at, row)| (at, row, None, None)).collect()
        };
        let number = |count: Option<i64>| count.unwrap_or_default().unsigned_abs();
        let at = rows
            .first()
            .map_or(OwnerRevision::NONE, |((epoch, revision), ..)| OwnerRevision::new(*epoch, *revision));
        let counted = |(_, row, open, completed): CountedRow| {
            let list = list(row?, self.owner.id());
            Some(CountedList { list, open: number(open), completed: number(completed) })
        };
        Ok(AtRevision { read: rows.into_iter().filter_map(counted).collect(), at })
    }
}

text_statement!(ListsInOrder(owner: str as Text, lists_of: str as Text) => ((BigInt, BigInt), Nullable<ListColumns>),
    ["select epoch, seen, ", LIST_COLUMNS, " from (select coalesce(max(epoch), 0) as epoch, coalesce(max(revision), 0) as seen from owners where owner_id = ?) as owner
    left join (select * from lists where owner_id = ?) as list on true order by position"]);

// The tasks are grouped once: a look-up of each list would read the tasks of the owner as often as there are lists.
text_statement!(CountedInOrder(owner: str as Text, lists_of: str as Text, tasks_of: str as Text)
    => ((BigInt, BigInt), Nullable<ListColumns>, Nullable<BigInt>, Nullable<BigInt>),
    ["select epoch, seen, ", LIST_COLUMNS, ", open, completed
    from (select coalesce(max(epoch), 0) as epoch, coalesce(max(revision), 0) as seen from owners where owner_id = ?) as owner
    left join (select * from lists where owner_id = ?) as list on true
    left join (
        select list_id, sum(case when completed then 0 else 1 end) as open,
            sum(case when completed then 1 else 0 end) as completed
        from tasks where owner_id = ? and deleted_at is null and list_id is not null group by list_id
    ) as number on list_id = id order by position"]);
