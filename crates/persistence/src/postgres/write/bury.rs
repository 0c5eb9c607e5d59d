use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Nullable};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::RepositoryError;

use super::targets::{Targets, refused};
use crate::dialect::{Deed, Outcomes, Write, Written};
use crate::postgres::sets::by_ordinal;
use crate::statement::statement;

/// Makes tombstones of a set of deletions: nothing that their owners wrote stays in them.
pub(super) fn bury(connection: &mut PgConnection, set: &[Write]) -> Outcomes<Written> {
    let rows: Vec<(i64, (i64, Option<i64>))> = BuryTasks::of(set).load(connection)?;
    let not_found = || Err(RepositoryError::NotFound);
    Ok(by_ordinal(set, rows, not_found, |_, (current, buried)| match buried {
        Some(_) => Ok(None),
        None => Err(refused(current)),
    }))
}

#[derive(Default)]
struct BuryTasks<'a> {
    targets: Targets<'a>,
}

impl<'a> BuryTasks<'a> {
    fn of(set: &'a [Write]) -> Self {
        let mut all = Self::default();
        for write in set {
            if let Deed::Delete { id, precondition, at } = &write.deed {
                all.targets.push(write, *id, precondition, *at);
            }
        }
        all
    }
}

statement!(BuryTasks => (BigInt, (BigInt, Nullable<BigInt>)));

impl QueryFragment<Pg> for BuryTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with input as materialized (select * from unnest(");
        self.targets.push_values(&mut out)?;
        out.push_sql(") with ordinality as input (");
        out.push_sql(Targets::NAMES);
        out.push_sql(", ordinal)), ");
        out.push_sql(Targets::GRANTED);
        out.push_sql(Targets::ADVANCED);
        out.push_sql(
            "excluded.live_tasks
                returning owner_id, owner.revision as last_revision
            ), buried as materialized (
                select ordinal, of_owner, of_id, completed, created_at, moment,
                    last_revision - steps + step as revision
                from granted join advanced on owner_id = of_owner
            ), written as (
                insert into tasks (owner_id, id, title, description, completed, search, created_at,
                    updated_at, revision, deleted_at)
                select of_owner, of_id, '', null, completed, '', created_at, moment, revision, moment from buried
                on conflict (owner_id, id) do update set title = excluded.title,
                    description = excluded.description, search = excluded.search,
                    updated_at = excluded.updated_at, revision = excluded.revision, deleted_at = excluded.deleted_at
            )
            select ordinal, current_revision, revision from held left join buried using (ordinal)
            where deleted_at is null",
        );
        Ok(())
    }
}
