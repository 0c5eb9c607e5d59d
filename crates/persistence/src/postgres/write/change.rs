use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::{Change, Completion, Description, RepositoryError, Title, fold};

use super::targets::{Targets, refused};
use crate::dialect::{Deed, Outcomes, Write, Written};
use crate::postgres::sets::by_ordinal;
use crate::rows::{COLUMNS, Columns, TaskRow};
use crate::statement::statement;

type Row = (i64, (i64, Option<TaskRow>));

/// Makes the changes of a set of them.
pub(super) fn change(connection: &mut PgConnection, set: &[Write]) -> Outcomes<Written> {
    let rows: Vec<Row> = ChangeTasks::of(set).load(connection)?;
    let not_found = || Err(RepositoryError::NotFound);
    Ok(by_ordinal(set, rows, not_found, |write, (current, row)| match row {
        Some(row) => Ok(Some(row.of(&write.owner))),
        None => Err(refused(current)),
    }))
}

#[derive(Default)]
struct ChangeTasks<'a> {
    targets: Targets<'a>,
    titles: Vec<Option<&'a str>>,
    folded_titles: Vec<Option<String>>,
    describe: Vec<bool>,
    descriptions: Vec<Option<&'a str>>,
    folded_descriptions: Vec<String>,
    toggle: Vec<bool>,
    completed: Vec<Option<bool>>,
}

impl<'a> ChangeTasks<'a> {
    fn of(set: &'a [Write]) -> Self {
        let mut all = Self::default();
        for write in set {
            if let Deed::Update { id, change, precondition, at } = &write.deed {
                all.targets.push(write, *id, precondition, *at);
                all.push(change);
            }
        }
        all
    }

    fn push(&mut self, change: &'a Change) {
        let title = change.title.as_ref().map(Title::as_str);
        let description = change.description.as_ref().and_then(Option::as_ref).map(Description::as_str);
        self.titles.push(title);
        self.folded_titles.push(title.map(fold));
        self.describe.push(change.description.is_some());
        self.descriptions.push(description);
        self.folded_descriptions.push(fold(description.unwrap_or_default()));
        self.toggle.push(change.completion == Some(Completion::Toggle));
        self.completed.push(match change.completion {
            Some(Completion::Set(completed)) => Some(completed),
            Some(Completion::Toggle) | None => None,
        });
    }
}

statement!(ChangeTasks => (BigInt, (BigInt, Nullable<Columns>)));

impl QueryFragment<Pg> for ChangeTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with input as materialized (select * from unnest(");
        self.targets.push_values(&mut out)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.titles)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.folded_titles)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Bool>, _>(&self.describe)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.descriptions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.folded_descriptions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Bool>, _>(&self.toggle)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Bool>>, _>(&self.completed)?;
        out.push_sql(") with ordinality as input (");
        out.push_sql(Targets::NAMES);
        out.push_sql(
            ", new_title, folded_title, describes, new_description, folded_description, toggles, new_completed,
            ordinal)), ",
        );
        out.push_sql(Targets::GRANTED);
        out.push_sql(Targets::ADVANCED);
        out.push_sql(
            "0
                returning owner_id, owner.revision as last_revision
            ), changed as materialized (
                select ordinal, of_owner, of_id as id,
                    coalesce(new_title, title) as title,
                    case when describes then new_description else description end as description,
                    case when toggles then not completed else coalesce(new_completed, completed) end as completed,
                    coalesce(folded_title, split_part(search, chr(31), 1)) || chr(31)
                        || case when describes then folded_description else split_part(search, chr(31), 2) end
                        as search,
                    created_at, moment as updated_at, last_revision - steps + step as revision
                from granted join advanced on owner_id = of_owner
            ), written as (
                insert into tasks (owner_id, search, ",
        );
        out.push_sql(COLUMNS);
        out.push_sql(") select of_owner, search, ");
        out.push_sql(COLUMNS);
        out.push_sql(
            " from changed
                on conflict (owner_id, id) do update set title = excluded.title,
                    description = excluded.description, completed = excluded.completed, search = excluded.search,
                    updated_at = excluded.updated_at, revision = excluded.revision
            )
            select held.ordinal, current_revision, id, changed.title, changed.description, changed.completed,
                changed.created_at, updated_at, revision
            from held left join changed using (ordinal) where deleted_at is null",
        );
        Ok(())
    }
}
