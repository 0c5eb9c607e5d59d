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
    AdoptedOrder, Bulk, Command, DroppedKeys, Effects, EntityTags, ExistingTask, FailedOperation,
    Idempotency, IdempotencyKey, ImportedOrder, KeyLimits, KeyPlace, KeyRecord, LISTS_MAX, ListCommand,
    ListEffect, ListWrites, ListedTask, MoveTo, Operation, OperationError, OperationResult, OrderedTask,
    Outcome, OwnedLists, OwnerState, Precondition, RecordedKeys, Rejection, RequestDigest, Respond, Slot,
    TaskEffect, TasksOfList, Tombstone, Touch, TrashCapacity, TrashedId, WriteLimits, WriteSet, Writer,
    decide,
};
pub use input::{
    Field, ImportedTimes, ListInput, MoveInput, NullPolicy, Rule, TaskInput, TextLimits, Violation,
};
pub use list_query::{
    Direction, DueFilter, DueLimit, ListFilter, ListQuery, Overdue, PAGE_MAX, Page, Position, Scope,
    SearchText, Sort, SortKey, Status, TAG_COUNTS_MAX, TagCount, Zone, count_tags,
};
pub use owner::{
    AtRevision, CHANGES_MAX, ChangedObject, Changes, FeedPosition, InvalidOwnerId, ObjectId, Owner, OwnerId,
    OwnerRevision,
};
pub use ports::{Clock, Ids, Notifier, Readiness, RepositoryError, TaskRepository, Watch};
pub use task::{
    Change, Color, Completion, CountedList, Description, DueDate, DueDateError, ImportedTask, InvalidColor,
    InvalidPriority, List, ListChange, ListId, ListName, NewList, NewTask, OrderKey, Placement, Priority,
    Revision, SEARCH_SEPARATOR, SearchRule, Tag, TagError, Tags, Task, TaskId, TextError, Timestamp, Title,
    fold, stored_key,
};
pub use tasks::{TaskError, Tasks};
