//! Tasks, their owners, and the rules between them.
//!
//! This crate has no HTTP, database or runtime. The caller authenticates a user and creates an [`Owner`]; every use case
//! of [`Tasks`] takes one and returns only that owner's tasks, or [`TaskError::NotFound`].
//!
//! Values are parsed where they enter ([`OwnerId`], [`TaskId`], [`Title`], [`Description`], [`SearchText`]) and are
//! valid from then on. Adapters implement the ports of [`ports`]: [`TaskRepository`], [`Readiness`], [`Clock`], [`Ids`].

mod decide;
mod input;
mod list_query;
mod owner;
pub mod ports;
mod task;
mod tasks;
#[cfg(feature = "testing")]
pub mod testing;

pub use decide::{
    Command, Effects, EntityTags, ExistingTask, Outcome, OwnerState, Precondition, Rejection, Slot,
    TaskEffect, Tombstone, WriteLimits, WriteSet, Writer, decide,
};
pub use input::{Field, NullPolicy, Rule, TaskInput, TextLimits, Violation};
pub use list_query::{
    Direction, ListQuery, PAGE_MAX, Page, Position, SearchText, Sort, SortKey, Status, search_document,
};
pub use owner::{InvalidOwnerId, Owner, OwnerId};
pub use ports::{Clock, Ids, Readiness, RepositoryError, TaskRepository};
pub use task::{
    Change, Completion, Description, ImportedTask, NewTask, Revision, SEARCH_SEPARATOR, Task, TaskId,
    TextError, Timestamp, Title, fold,
};
pub use tasks::{TaskError, Tasks};
