//! Reads the lists of an owner.

use diesel::connection::LoadConnection;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};
use domain::{CountedList, Owner};

use crate::backend::rows::lists::{LIST_COLUMNS, ListColumns, ListRow, list};
use crate::backend::rows::text_statement;

/// Reads all lists of an owner, with the numbers of their tasks or without.
#[derive(Debug)]
pub(crate) struct Lists {
    pub(crate) owner: Owner,
    pub(crate) counted: bool,
}

/// A list with the numbers of its open and completed tasks; null without any.
type CountedRow = (ListRow, Option<i64>, Option<i64>);

impl Lists {
    /// Reads the lists in their manual order, from one snapshot.
    pub(crate) fn read<C>(&self, connection: &mut C) -> QueryResult<Vec<CountedList>>
    where
        C: LoadConnection,
        for<'a> ListsInOrder<'a>: LoadQuery<'a, C, ListRow>,
        for<'a> CountedInOrder<'a>: LoadQuery<'a, C, CountedRow>,
    {
        let owner = self.owner.id().as_str();
        let rows: Vec<CountedRow> = if self.counted {
            CountedInOrder { owner, tasks_of: owner }.load(connection)?
        } else {
            let rows: Vec<ListRow> = ListsInOrder { owner }.load(connection)?;
            rows.into_iter().map(|row| (row, None, None)).collect()
        };
        let number = |count: Option<i64>| count.unwrap_or_default().unsigned_abs();
        let counted = |(row, open, completed)| CountedList {
            list: list(row, self.owner.id()),
            open: number(open),
            completed: number(completed),
        };
        Ok(rows.into_iter().map(counted).collect())
    }
}

text_statement!(ListsInOrder(owner: str as Text) => ListColumns,
    ["select ", LIST_COLUMNS, " from lists where owner_id = ? order by position"]);

// The tasks are grouped once: a look-up of each list would read the tasks of the owner as often as there are lists.
text_statement!(CountedInOrder(owner: str as Text, tasks_of: str as Text)
    => (ListColumns, Nullable<BigInt>, Nullable<BigInt>),
    ["select ", LIST_COLUMNS, ", open, completed from (select * from lists where owner_id = ?) as list
    left join (
        select list_id, sum(case when completed then 0 else 1 end) as open,
            sum(case when completed then 1 else 0 end) as completed
        from tasks where owner_id = ? and deleted_at is null and list_id is not null group by list_id
    ) as number on list_id = id order by position"]);
