//! HTTP semantics: what a request asks for, and how a response is written.
//!
//! Reading: `caller` authenticates and makes the owner, `body` and `json` read an object, `conditional` reads
//! preconditions, `query`, `list_query` and `cursor` read the query. Writing: `representation` serializes tasks,
//! `problem` is the one form of every error. Both use `members`, the table of a task's JSON members.

pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod conditional;
pub(crate) mod cursor;
pub(crate) mod json;
pub(crate) mod list_query;
pub(crate) mod members;
pub(crate) mod problem;
pub(crate) mod query;
pub mod representation;
