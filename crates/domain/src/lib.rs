//! Tasks, their owners, and the rules between them.
//!
//! Nothing here knows of HTTP, of a database or of a runtime. A caller that has settled who is calling makes an
//! [`Owner`], and every operation of [`Tasks`], the application service, takes one: what it answers is that owner's
//! own, or [`TaskError::NotFound`].
//!
//! Values are parsed where they enter ([`OwnerId`], [`TaskId`], [`Title`], [`Description`], [`SearchText`]) and are
//! right from then on. Adapters fill the ports of [`ports`]: [`TaskRepository`], [`Readiness`], [`Clock`], [`Ids`].

mod decide;
mod input;
mod listing;
mod owner;
pub mod ports;
mod precondition;
mod task;
mod tasks;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod timestamp;

pub use decide::{
    Command, Effects, Outcome, OwnerState, Rejection, Slot, TaskEffect, Tombstone, WriteSet, Writer, decide,
};
pub use input::{Field, Nulls, Rule, TaskInput, TextLimits, Violation};
pub use listing::{Direction, ListQuery, PAGE_MAX, Page, Position, SearchText, Sort, SortKey, Status};
pub use owner::{InvalidOwnerId, Owner, OwnerId};
pub use ports::{Clock, Ids, Readiness, RepositoryError, TaskRepository};
pub use precondition::{EntityTags, Precondition};
pub use task::{Change, Completion, NewTask, Revision, Task, TaskId};
pub use tasks::{TaskError, Tasks};
pub use text::{Description, SEARCH_SEPARATOR, TextError, Title, fold};
pub use timestamp::Timestamp;
