//! HTTP semantics: what a request asks for, and how a response is written.
//!
//! Reading: `path` has the segments of the path, `authentication` verifies the token and creates the owner, `body` and `json` read
//! an object, `bulk` a list of operations, `conditional` reads preconditions, `idempotency` the key of a POST, `preference` what it
//! prefers, `query`, `list_request`, `cursor` and `position` read the query; `client_address` finds the address of the client, and
//! `limits` rejects what is over a limit. Writing: `representation` writes tasks, `write_json` their JSON, `encoding` compresses
//! lists, `problem` is the format of every error, and `audit` the record of a write.
//! Both use `members`, the table of a task's JSON members.

pub(crate) mod audit;
pub(crate) mod authentication;
pub(crate) mod body;
pub(crate) mod bulk;
pub(crate) mod client_address;
pub(crate) mod conditional;
pub(crate) mod cursor;
pub(crate) mod encoding;
pub(crate) mod events;
pub(crate) mod idempotency;
pub(crate) mod json;
pub(crate) mod limits;
pub(crate) mod list_request;
pub(crate) mod members;
pub(crate) mod path;
pub(crate) mod position;
pub(crate) mod preference;
pub(crate) mod problem;
pub(crate) mod query;
pub mod representation;
pub(crate) mod write_json;
