//! The rows of a page: after which one they begin, in which order they are, and how many.

use diesel::QueryResult;
use diesel::query_builder::AstPass;
use diesel::result::Error;
use domain::{Direction, Position, SortKey};

use super::{Form, PageQuery};
use crate::read::values::{ListBackend, Value};

impl PageQuery<'_> {
    /// Pushes the page, in no order if it is read by id: only keys and ids are sorted, since the other columns of all matches take
    /// several times as long to copy (`docs/decisions/0061-pages-are-sorted-by-id.md`).
    pub(super) fn push_page<'b, DB: ListBackend>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let owner = self.owner.id().as_str();
        if self.form != Form::ById {
            return self.push_rows(out);
        }
        if self.functions.lateral {
            // `offset 0` is an optimization fence: each task is looked up by its key, whatever the planner knows of the table.
            out.push_sql(" from (select id as of_id");
            self.push_rows(out)?;
            out.push_sql(") as chosen cross join lateral (select * from tasks where owner_id = ");
            DB::push_value(out, Value::Text(owner))?;
            out.push_sql(" and id = of_id offset 0) as task");
        } else {
            out.push_sql(" from tasks where owner_id = ");
            DB::push_value(out, Value::Text(owner))?;
            out.push_sql(" and id in (select id");
            self.push_rows(out)?;
            out.push_sql(")");
        }
        Ok(())
    }

    /// Pushes the rows of the page, in its order.
    pub(super) fn push_rows<'b, DB: ListBackend>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.push_source(out)?;
        let key = if self.form == Form::ById { "sort_key" } else { self.key() };
        self.push_after(out, key)?;
        out.push_sql(&self.order(key));
        out.push_sql(" limit ");
        DB::push_value(out, Value::Number(&self.limit))?;
        out.push_sql(" offset ");
        DB::push_value(out, Value::Number(&self.offset))
    }

    /// Pushes the condition that a row is after the position; `key` is the expression for its key.
    fn push_after<'b, DB: ListBackend>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        key: &str,
    ) -> QueryResult<()> {
        let Some(after) = &self.query.after else { return Ok(()) };
        let beyond = match self.query.sort.direction {
            Direction::Ascending => ">",
            Direction::Descending => "<",
        };
        if let Position::DueDate(None, id) = after {
            out.push_sql(&format!(" and {key} is null and id {beyond} "));
            return DB::push_value(out, Value::Task(id));
        }
        out.push_sql(&format!(" and (({key}, id) {beyond} ("));
        let id = match (self.query.sort.key, after) {
            (SortKey::Created | SortKey::Updated, Position::Time(time, id)) => {
                DB::push_value(out, Value::Time(time))?;
                id
            }
            (SortKey::Title, Position::Title(title, id)) => {
                DB::push_value(out, Value::Text(title))?;
                id
            }
            (SortKey::DueDate, Position::DueDate(Some(key), id)) => {
                DB::push_value(out, Value::Number(key))?;
                id
            }
            (SortKey::Priority, Position::Priority(priority, id)) => {
                out.push_sql(&priority.rank().to_string());
                id
            }
            (SortKey::Completed, Position::Completed(completed, id)) => {
                DB::push_value(out, Value::Flag(completed))?;
                id
            }
            (SortKey::Position, Position::Manual(key, id)) => {
                DB::push_value(out, Value::Text(key.as_str()))?;
                id
            }
            (SortKey::Deleted, Position::Revision(_, id)) => {
                DB::push_value(out, Value::Number(&self.after_revision))?;
                id
            }
            _ => return Err(Error::QueryBuilderError("a position of another order".into())),
        };
        out.push_sql(", ");
        DB::push_value(out, Value::Task(id))?;
        match self.query.sort.key {
            SortKey::DueDate => out.push_sql(&format!(") or {key} is null)")),
            _ => out.push_sql("))"),
        }
        Ok(())
    }
}
