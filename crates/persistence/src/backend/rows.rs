//! The columns of a task, declared once, and statements with static text. [`column_value`] has how the type of each column
//! is stored, [`search`] the columns that derive from the texts. All column lists, bound values, arrays and rows derive
//! from here: a new column is one line in [`task_columns!`] and a migration for each database.

mod column_value;
pub(crate) mod lists;
pub(crate) mod manual_order;
pub(crate) mod search;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::query_builder::{AstPass, QueryId};
use diesel::sql_types::SqlType;
use domain::{ListId, OwnerId, Task, TaskId, Timestamp};

#[cfg(feature = "postgres")]
use search::SearchArrays;
use search::SearchColumns;

pub(crate) use column_value::ColumnValue;

/// Declares the columns: each is the field of [`Task`] with its name, and its type decides how it is stored.
macro_rules! task_columns {
    ($($name:ident: $type:ty,)+) => {
        /// The columns that are read, in the order of [`Columns`].
        pub(crate) const COLUMNS: &str = concat!("id" $(, ", ", stringify!($name))+);

        /// The same columns of a row with the alias `task`.
        pub(crate) const TASK_COLUMNS: &str = concat!("task.id" $(, ", task.", stringify!($name))+);

        /// The columns that are written, after the owner's id.
        pub(crate) const WRITTEN: &str = concat!("id, search, search_text, search_version, search_revision" $(, ", ", stringify!($name))+);

        /// The assignments of an update from rows with the alias `input`, as in [`BindTask::push_assignments`].
        #[cfg(feature = "postgres")]
        pub(crate) const ASSIGNMENTS: &str =
            concat!("search = input.search, search_text = input.search_text, search_version = input.search_version, \
                     search_revision = input.search_revision" $(, ", ", stringify!($name), " = input.", stringify!($name))+);

        /// The SQL types of the columns, the id first.
        pub(crate) type Columns = (Id, $(<$type as ColumnValue>::Sql,)+);

        /// A row of one task, as read.
        #[derive(diesel::Queryable)]
        pub(crate) struct TaskRow {
            id: TaskId,
            $($name: <$type as ColumnValue>::Read,)+
        }

        impl TaskRow {
            /// The task, of the owner that the statement names.
            pub(crate) fn into_task(mut self, owner: &OwnerId) -> Task {
                if self.position.is_none() {
                    self.position = Some(domain::OrderKey::derived(self.created_at, self.id.uuid()).into());
                }
                let task = Task {
                    id: self.id,
                    owner_id: owner.clone(),
                    $($name: <$type as ColumnValue>::read(self.$name),)+
                };
                // Version 0.1.0 reopens a task and leaves the time of its completion.
                Task { completed_at: task.completed_at.filter(|_| task.completed), ..task }
            }
        }

        /// The values of one task, to bind one by one.
        pub(crate) struct TaskValues<'a> {
            id: TaskId,
            search: SearchColumns,
            $($name: <$type as ColumnValue>::Bound<'a>,)+
        }

        impl<'a> TaskValues<'a> {
            pub(crate) fn of(task: &'a Task) -> Self {
                Self { id: task.id, search: SearchColumns::of(task), $($name: task.$name.bound(),)+ }
            }
        }

        /// The values of many tasks, one array per column.
        #[cfg(feature = "postgres")]
        #[derive(Default)]
        pub(crate) struct TaskArrays<'a> {
            id: Vec<TaskId>,
            search: SearchArrays,
            $($name: Vec<<$type as ColumnValue>::Bound<'a>>,)+
        }

        #[cfg(feature = "postgres")]
        impl<'a> TaskArrays<'a> {
            pub(crate) fn push(&mut self, task: &'a Task) {
                self.id.push(task.id);
                self.search.push(SearchColumns::of(task));
                $(self.$name.push(task.$name.bound());)+
            }

            /// Binds the arrays in the order of [`WRITTEN`], with this text between them.
            pub(crate) fn push_binds<'b>(
                &'b self,
                out: &mut AstPass<'_, 'b, diesel::pg::Pg>,
                next: &str,
            ) -> QueryResult<()> {
                use diesel::sql_types::Array;
                out.push_bind_param::<Array<Id>, _>(&self.id)?;
                out.push_sql(next);
                self.search.push_binds(out, next)?;
                $(
                    out.push_sql(next);
                    out.push_bind_param::<Array<<$type as ColumnValue>::Sql>, _>(&self.$name)?;
                )+
                Ok(())
            }
        }

        task_columns!(@binds "postgres", diesel::pg::Pg, $($name: $type,)+);
        task_columns!(@binds "sqlite", diesel::sqlite::Sqlite, $($name: $type,)+);
    };
    (@binds $feature:literal, $database:ty, $($name:ident: $type:ty,)+) => {
        #[cfg(feature = $feature)]
        impl BindTask<$database> for TaskValues<'_> {
            fn push_values<'b>(&'b self, out: &mut AstPass<'_, 'b, $database>) -> QueryResult<()> {
                out.push_bind_param::<Id, _>(&self.id)?;
                out.push_sql(", ");
                self.search.push_values(out)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<<$type as ColumnValue>::Sql, _>(&self.$name)?;
                )+
                Ok(())
            }

            fn push_assignments<'b>(&'b self, out: &mut AstPass<'_, 'b, $database>) -> QueryResult<()> {
                out.push_sql("(search, search_text, search_version, search_revision) = (");
                self.search.push_values(out)?;
                out.push_sql(")");
                $(
                    out.push_sql(concat!(", ", stringify!($name), " = "));
                    out.push_bind_param::<<$type as ColumnValue>::Sql, _>(&self.$name)?;
                )+
                Ok(())
            }

            fn id(&self) -> &TaskId {
                &self.id
            }
        }
    };
}

task_columns! {
    title: domain::Title,
    description: Option<domain::Description>,
    completed: bool,
    priority: domain::Priority,
    tags: domain::Tags,
    due_date: Option<domain::DueDate>,
    list_id: Option<domain::ListId>,
    completed_at: Option<domain::Timestamp>,
    created_at: domain::Timestamp,
    updated_at: domain::Timestamp,
    revision: domain::Revision,
    position: domain::OrderKey,
    deleted_at: Option<domain::Timestamp>,
}

/// A condition on a row: the task is in the trash. Rows that version 0.1.0 left for deleted tasks have no title.
pub(crate) const IN_TRASH: &str = "deleted_at is not null and title <> ''";

impl TaskRow {
    /// Whether version 0.1.0 kept the row of a deleted task, without its texts. A title is never empty.
    pub(crate) const fn is_retired(&self) -> bool {
        self.deleted_at.is_some() && self.title.is_empty()
    }

    /// The key in the order of creation.
    #[cfg(feature = "postgres")]
    pub(crate) const fn time_order(&self) -> (domain::Timestamp, TaskId) {
        (self.created_at, self.id)
    }
}

/// A task whose values can be bound for one database.
pub(crate) trait BindTask<DB: Backend> {
    /// Binds the values in the order of [`WRITTEN`].
    fn push_values<'b>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Binds the values as the assignments of an update. It makes the row live, since version 0.1.0 leaves a row of each
    /// deleted task, which its id may find again.
    fn push_assignments<'b>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// The key of the row, beside the owner.
    fn id(&self) -> &TaskId;
}

/// A UUID: `uuid` on PostgreSQL, 16 bytes on SQLite.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 2950, array_oid = 2951)))]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Binary")))]
pub(crate) struct Id;

/// A timestamp: `timestamptz` on PostgreSQL, milliseconds since 1970 on SQLite.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 1184, array_oid = 1185)))]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Long")))]
pub(crate) struct UtcTimestamp;

impl<DB: Backend> Queryable<Id, DB> for TaskId
where
    Self: FromSql<Id, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<DB: Backend> Queryable<Id, DB> for ListId
where
    Self: FromSql<Id, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<DB: Backend> Queryable<UtcTimestamp, DB> for Timestamp
where
    Self: FromSql<UtcTimestamp, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

/// Makes a type with a static SQL text in `walk_ast` a statement with these columns. It is prepared once on each
/// connection, while `sql_query` is parsed and planned again each time.
macro_rules! statement {
    ($name:ident => $columns:ty) => {
        impl diesel::query_builder::Query for $name<'_> {
            type SqlType = $columns;
        }

        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
        }

        impl<C> diesel::RunQueryDsl<C> for $name<'_> {}
    };
}

pub(crate) use statement;

/// Declares a statement that both databases understand: its values, its columns, and its text in parts, with a `?` for
/// each value.
macro_rules! text_statement {
    ($name:ident($($value:ident: $type:ty as $sql:ty),+) => $columns:ty, $text:expr) => {
        pub(crate) struct $name<'a> {
            $(pub(crate) $value: &'a $type,)+
        }

        $crate::backend::rows::statement!($name => $columns);

        impl<DB> diesel::query_builder::QueryFragment<DB> for $name<'_>
        where
            DB: diesel::backend::Backend
                + diesel::sql_types::HasSqlType<$crate::backend::rows::Id>
                + diesel::sql_types::HasSqlType<$crate::backend::rows::UtcTimestamp>,
            $($type: diesel::serialize::ToSql<$sql, DB>,)+
        {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, DB>,
            ) -> diesel::QueryResult<()> {
                let text = $text;
                let mut pieces = text.iter().flat_map(|part| part.split_inclusive('?'));
                $(
                    $crate::backend::rows::push_to_value(&mut out, &mut pieces);
                    out.push_bind_param::<$sql, $type>(self.$value)?;
                )+
                $crate::backend::rows::push_to_value(&mut out, &mut pieces);
                Ok(())
            }
        }
    };
}

pub(crate) use text_statement;

/// Pushes text up to the next `?`.
pub(crate) fn push_to_value<'a, DB: Backend>(
    out: &mut AstPass<'_, '_, DB>,
    pieces: &mut impl Iterator<Item = &'a str>,
) {
    for piece in pieces {
        let Some(text) = piece.strip_suffix('?') else {
            out.push_sql(piece);
            continue;
        };
        return out.push_sql(text);
    }
}
