//! Statements of our own. `sql_query` would be parsed and planned again each time; a type with a static query id is
//! prepared once on each connection.

/// Makes a statement of a type that says its SQL in `walk_ast`: what it gives back, and that its text is always the
/// same.
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
