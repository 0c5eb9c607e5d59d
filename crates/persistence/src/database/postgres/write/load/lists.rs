use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::OwnerId;

use crate::backend::rows::lists::LIST_COLUMNS;
use crate::backend::rows::statement;
use crate::write::{LoadedLists, OwnedListColumns, OwnedListRow, lists_of};

/// Loads all lists of these owners, in this order.
pub(in crate::database::postgres::write) fn lists(
    connection: &mut PgConnection,
    owners: &[OwnerId],
) -> QueryResult<Vec<LoadedLists>> {
    if let [owner] = owners {
        return Ok(vec![lists_of(connection, owner)?]);
    }
    let ids = owners.iter().map(OwnerId::as_str).collect();
    let rows: Vec<(i64, OwnedListRow)> = ListsOfMany { ids }.load(connection)?;
    let mut all = vec![LoadedLists::default(); owners.len()];
    for (ordinal, row) in rows {
        // Ordinals count from 1.
        let place = usize::try_from(ordinal - 1).unwrap_or(usize::MAX);
        if let (Some(loaded), Some(owner)) = (all.get_mut(place), owners.get(place)) {
            loaded.push(owner, row);
        }
    }
    Ok(all)
}

struct ListsOfMany<'a> {
    ids: Vec<&'a str>,
}

statement!(ListsOfMany => (BigInt, OwnedListColumns));

impl QueryFragment<Pg> for ListsOfMany<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select ordinal, version, seen_revision, epoch, ");
        out.push_sql(LIST_COLUMNS);
        out.push_sql(" from unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.ids)?;
        out.push_sql(
            ") with ordinality as input (of_owner, ordinal) cross join lateral (
                select version, revision as seen_revision, epoch from owners where owner_id = of_owner offset 0
            ) as owner left join lateral (
                select * from lists where owner_id = of_owner offset 0
            ) as list on true",
        );
        Ok(())
    }
}
