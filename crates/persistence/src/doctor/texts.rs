//! What a row is searched by, beside what the task says. The fold is the domain's, so every row is read, page by page.

use diesel::QueryResult;
use diesel::deserialize::Queryable;
use diesel::sql_types::{Bool, Nullable, Text};
use domain::{SearchText, TaskId};
use uuid::Uuid;

use super::examined::Bedside;
use super::finding::Finding;
use super::listed::Listed;
use super::said::{Said, Value};
use crate::rows::Id;

/// Rows of one page: a few megabytes when every text is as long as it may be.
const ROWS_AT_ONCE: i64 = 500;

pub(crate) type TextColumns = (Text, Id, Text, Nullable<Text>, Text, Bool);

/// The texts of a task or a tombstone.
#[derive(Queryable)]
pub(crate) struct TextRow {
    pub(super) owner: String,
    pub(super) id: TaskId,
    title: String,
    description: Option<String>,
    search: String,
    pub(super) is_deleted: bool,
}

impl TextRow {
    /// What the row should be searched by.
    pub(super) fn document(&self) -> String {
        SearchText::document(&self.title, self.description.as_deref())
    }

    pub(super) fn is_wrong(&self) -> bool {
        if self.is_deleted {
            !self.title.is_empty() || self.description.is_some() || !self.search.is_empty()
        } else {
            self.search != self.document()
        }
    }
}

/// The rows after this one, in the order of their keys.
pub(super) fn page<C: Bedside>(connection: &mut C, after: &(String, TaskId)) -> QueryResult<Vec<TextRow>> {
    let values = [Value::Text(&after.0), Value::Id(after.1), Value::Number(ROWS_AT_ONCE)];
    let sql = "select owner_id, id, title, description, search, deleted_at is not null from tasks
        where (owner_id, id) > (?, ?) order by owner_id, id limit ?";
    connection.read(Said::<TextColumns>::new(sql, &values))
}

/// Before the first row.
pub(super) fn begin() -> (String, TaskId) {
    (String::new(), TaskId::new(Uuid::nil()))
}

/// Reads every row and gives what is wrong, by owners.
pub(super) fn check<C: Bedside>(connection: &mut C) -> QueryResult<Listed<Finding>> {
    let mut found = Listed::default();
    let mut wrong = Wrong::default();
    let mut after = begin();
    loop {
        let rows = page(connection, &after)?;
        let Some(last) = rows.last() else { break };
        after = (last.owner.clone(), last.id);
        for row in rows.iter().filter(|row| row.is_wrong()) {
            if wrong.owner != row.owner {
                wrong.tell(&mut found);
                wrong = Wrong { owner: row.owner.clone(), ..Wrong::default() };
            }
            if row.is_deleted { wrong.tombstones += 1 } else { wrong.tasks += 1 }
        }
    }
    wrong.tell(&mut found);
    Ok(found)
}

/// Of one owner.
#[derive(Default)]
struct Wrong {
    owner: String,
    tasks: u64,
    tombstones: u64,
}

impl Wrong {
    fn tell(&self, found: &mut Listed<Finding>) {
        if self.tasks > 0 {
            found.push(Finding::SearchText { owner: self.owner.clone(), tasks: self.tasks });
        }
        if self.tombstones > 0 {
            found.push(Finding::Tombstone { owner: self.owner.clone(), tasks: self.tombstones });
        }
    }
}
