//! Building blocks of the OpenAPI annotations: parameters, responses, schemas. Modifiers add what many operations share:
//! problems, examples, the request id, the key of a POST, and the paths without `user_id`.
//!
//! `routes::document` assembles the document, since it lists the handlers.

mod common;
mod examples;
mod headers;
mod idempotency_keys;
mod operations;
pub(crate) mod parameters;
mod problems;
pub(crate) mod responses;
pub(crate) mod schemas;
mod user_from_token_paths;

pub(crate) use common::CommonParts;
pub(crate) use examples::{Examples, task_id};
pub(crate) use idempotency_keys::IdempotencyKeys;
pub(crate) use problems::Problems;
pub(crate) use user_from_token_paths::UserFromTokenPaths;
