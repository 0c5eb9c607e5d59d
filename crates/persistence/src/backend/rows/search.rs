//! The columns that searches and the order of titles read. They derive from the texts of a task.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, SmallInt, Text};
use domain::{Description, SearchRule, Task};

/// The condition of a row whose search text was made by the current rule. Version 0.1.0 leaves the new columns as they
/// are, but every change raises `revision`.
pub(crate) const IS_CURRENT: &str = "(search_version = 2 and search_revision = revision)";

const _: () = assert!(SearchRule::CURRENT.version() == 2);

/// The text that the current rule compares, of such a row.
pub(crate) const CURRENT_TEXT: &str = "coalesce(search_text, search)";

/// The columns of a task.
pub(crate) struct SearchColumns {
    /// The document of [`SearchRule::Case`]; before the separator it is the key in the order of titles.
    search: String,
    /// The document of [`SearchRule::CURRENT`], if it differs.
    search_text: Option<String>,
    search_version: i16,
    /// The revision of the task to which the version and the text belong.
    search_revision: i64,
}

impl SearchColumns {
    pub(crate) fn of(task: &Task) -> Self {
        let description = task.description.as_ref().map(Description::as_str);
        let search = SearchRule::Case.document(task.title.as_str(), description);
        Self {
            search_text: search_text(&search, task.title.as_str(), description),
            search,
            search_version: SearchRule::CURRENT.version(),
            search_revision: task.revision.number(),
        }
    }

    pub(super) fn push_values<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<SmallInt> + HasSqlType<BigInt>,
        String: ToSql<Text, DB>,
        i16: ToSql<SmallInt, DB>,
        i64: ToSql<BigInt, DB>,
    {
        out.push_bind_param::<Text, _>(&self.search)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&self.search_text)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&self.search_version)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.search_revision)
    }
}

/// The document of [`SearchRule::CURRENT`], if it is not the stored one.
pub(crate) fn search_text(search: &str, title: &str, description: Option<&str>) -> Option<String> {
    let text = SearchRule::CURRENT.document(title, description);
    if text == search { None } else { Some(text) }
}

/// The columns of many tasks, one array each.
#[cfg(feature = "postgres")]
#[derive(Default)]
pub(super) struct SearchArrays {
    search: Vec<String>,
    search_text: Vec<Option<String>>,
    search_version: Vec<i16>,
    search_revision: Vec<i64>,
}

#[cfg(feature = "postgres")]
impl SearchArrays {
    pub(super) fn push(&mut self, columns: SearchColumns) {
        self.search.push(columns.search);
        self.search_text.push(columns.search_text);
        self.search_version.push(columns.search_version);
        self.search_revision.push(columns.search_revision);
    }

    pub(super) fn push_binds<'b>(
        &'b self,
        out: &mut AstPass<'_, 'b, diesel::pg::Pg>,
        next: &str,
    ) -> QueryResult<()> {
        use diesel::sql_types::Array;
        out.push_bind_param::<Array<Text>, _>(&self.search)?;
        out.push_sql(next);
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.search_text)?;
        out.push_sql(next);
        out.push_bind_param::<Array<SmallInt>, _>(&self.search_version)?;
        out.push_sql(next);
        out.push_bind_param::<Array<BigInt>, _>(&self.search_revision)
    }
}
