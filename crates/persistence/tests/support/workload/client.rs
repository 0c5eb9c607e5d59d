//! A client of the change feed.

use domain::{FeedPosition, ObjectId, Owner, OwnerRevision, Revision, TaskRepository};

use super::translation::{failed, list_id, object, shown_change, task_id};
use crate::linearizability::Reply;
use crate::linearizability::feed::{Object, Position};

/// What one caller knows of the feed of an owner.
#[derive(Default)]
pub(super) struct Client {
    epoch: i64,
    /// Where its last page ended.
    pub(super) position: Option<Position>,
}

impl Client {
    /// Reads the page after a position.
    pub(super) async fn read(
        &mut self,
        repository: &dyn TaskRepository,
        owner: &Owner,
        after: Position,
        limit: u32,
    ) -> Reply {
        let page = match repository.changes(owner, self.known(after), limit).await {
            Ok(page) => page,
            Err(error) => return failed(error),
        };
        let next = match page.next {
            FeedPosition::Start => return Reply::Failed("a page ended at the start".into()),
            FeedPosition::InSnapshot { began, after } => {
                self.epoch = began.epoch;
                Position::InSnapshot { began: began.revision.number(), after: object(after) }
            }
            FeedPosition::At(at) => {
                self.epoch = at.epoch;
                Position::At(at.revision.number())
            }
        };
        self.position = Some(next);
        let changes = page.changes.into_iter().map(shown_change).collect();
        Reply::Changes { changes, next, more: page.more }
    }

    fn known(&self, position: Position) -> FeedPosition {
        let at = |revision| match revision {
            0 => OwnerRevision::NONE,
            _ => OwnerRevision { epoch: self.epoch, revision: Revision::new(revision) },
        };
        match position {
            Position::Start => FeedPosition::Start,
            Position::InSnapshot { began, after } => {
                let after = match after {
                    Object::List(id) => ObjectId::List(list_id(id)),
                    Object::Task(id) => ObjectId::Task(task_id(id)),
                };
                FeedPosition::InSnapshot { began: at(began), after }
            }
            Position::At(revision) => FeedPosition::At(at(revision)),
        }
    }
}
