//! The routes on everything that a user has.

pub(crate) mod delete;

pub(crate) use delete::delete;
