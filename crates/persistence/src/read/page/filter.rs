//! What the rows of a page are selected from: the table with the conditions of the filters, or the matches of the filters as a
//! common table expression.

use diesel::QueryResult;
use diesel::query_builder::AstPass;
use domain::{DueFilter, DueLimit, ListFilter, Overdue, Scope, SearchRule};

use super::{Form, PageQuery, is_filtered, is_scan, reads_matches_twice};
use crate::backend::rows::IN_TRASH;
use crate::backend::rows::search::{CURRENT_TEXT, IS_CURRENT};
use crate::read::values::{ListBackend, Value};

impl PageQuery<'_> {
    /// Pushes what the rows of the page, or of the count, are selected from.
    pub(super) fn push_source<'b, DB: ListBackend>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
    ) -> QueryResult<()> {
        if self.form != Form::ById {
            return self.push_filter(out);
        }
        out.push_sql(" from matches where true");
        if let Some(overdue) = &self.query.due.overdue {
            out.push_sql(" and ");
            push_overdue(out, overdue)?;
        }
        Ok(())
    }

    /// Pushes a common table expression with the tasks that pass the filters other than the one by overdue tasks. Only those that
    /// pass this one too have a key, which may be a long title.
    pub(super) fn push_matches<'b, DB: ListBackend>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
    ) -> QueryResult<()> {
        out.push_sql("with matches as ");
        if reads_matches_twice(self.query) {
            out.push_sql("materialized ");
        }
        out.push_sql("(select id, due_date, completed, ");
        if let Some(overdue) = &self.query.due.overdue {
            out.push_sql("case when ");
            push_overdue(out, overdue)?;
            out.push_sql(&format!(" then {} end", self.key()));
        } else {
            out.push_sql(self.key());
        }
        out.push_sql(" as sort_key");
        self.push_filter(out)?;
        out.push_sql(") ");
        Ok(())
    }

    /// Pushes the table and the conditions of the filters, without the one by overdue tasks.
    fn push_filter<'b, DB: ListBackend>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" from tasks where owner_id = ");
        DB::push_value(out, Value::Text(self.owner.id().as_str()))?;
        out.push_sql(" and ");
        out.push_sql(match self.query.scope {
            Scope::Live => "deleted_at is null",
            Scope::Trash => IN_TRASH,
        });
        if is_scan(self.query) || is_filtered(self.query) {
            out.push_sql(self.functions.in_time);
        }
        if let Some(completed) = &self.completed {
            out.push_sql(" and completed = ");
            DB::push_value(out, Value::Flag(completed))?;
        }
        if !self.query.priorities.is_empty() {
            let ranks: Vec<String> =
                self.query.priorities.iter().map(|priority| priority.rank().to_string()).collect();
            out.push_sql(&format!(" and priority in ({})", ranks.join(", ")));
        }
        for tag in &self.tags {
            self.push_find(out, "tags", tag)?;
        }
        self.push_due(out)?;
        match &self.query.list {
            None => {}
            Some(ListFilter::None) => out.push_sql(" and list_id is null"),
            Some(ListFilter::Of(list)) => {
                out.push_sql(" and list_id = ");
                DB::push_value(out, Value::List(list))?;
            }
        }
        if let Some(search) = &self.query.search {
            // Each row by the rule of its search text.
            let find = self.functions.find;
            out.push_sql(&format!(" and case when {IS_CURRENT} then {find}({CURRENT_TEXT}, "));
            DB::push_value(out, Value::Text(search.folded(SearchRule::CURRENT)))?;
            out.push_sql(&format!(") else {find}(search, "));
            DB::push_value(out, Value::Text(search.folded(SearchRule::Case)))?;
            out.push_sql(") end > 0");
        }
        Ok(())
    }

    /// Appends to the head the smallest key of the moments that [`Overdue::until`] needs: those of open tasks that pass the
    /// other filters.
    pub(super) fn push_next_moment<'b, DB: ListBackend>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
    ) -> QueryResult<()> {
        let Some(overdue) = &self.query.due.overdue else { return Ok(()) };
        out.push_sql(" || ' ' || coalesce(cast((select min(due_date) from matches where not completed");
        out.push_sql(" and due_date & 1 = 1 and due_date >= ");
        DB::push_value(out, Value::Number(&overdue.limit.moment_key))?;
        out.push_sql(") as text), '')");
        Ok(())
    }

    fn push_due<'b, DB: ListBackend>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let DueFilter { none, from, before, overdue: _ } = &self.query.due;
        if *none {
            out.push_sql(" and due_date is null");
        }
        if let Some(limit) = from {
            out.push_sql(" and not ");
            push_is_above(out, limit)?;
        }
        if let Some(limit) = before {
            out.push_sql(" and ");
            push_is_above(out, limit)?;
        }
        Ok(())
    }

    fn push_find<'b, DB: ListBackend>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        column: &str,
        text: &'b str,
    ) -> QueryResult<()> {
        out.push_sql(&format!(" and {}({column}, ", self.functions.find));
        DB::push_value(out, Value::Text(text))?;
        out.push_sql(") > 0");
        Ok(())
    }
}

/// The condition of the filter by overdue tasks.
fn push_overdue<'b, DB: ListBackend>(out: &mut AstPass<'_, 'b, DB>, overdue: &'b Overdue) -> QueryResult<()> {
    let Overdue { wanted, limit, day_end: _ } = overdue;
    out.push_sql(if *wanted { "(not completed and " } else { "(completed or due_date is null or not " });
    push_is_above(out, limit)?;
    out.push_sql(")");
    Ok(())
}

/// The condition that a due date is below the limit; null without one.
fn push_is_above<'b, DB: ListBackend>(out: &mut AstPass<'_, 'b, DB>, limit: &'b DueLimit) -> QueryResult<()> {
    out.push_sql("(due_date < case when due_date & 1 = 0 then ");
    DB::push_value(out, Value::Number(&limit.day_key))?;
    out.push_sql(" else ");
    DB::push_value(out, Value::Number(&limit.moment_key))?;
    out.push_sql(" end)");
    Ok(())
}
