//! A client that follows the changes of an owner.

use std::collections::BTreeMap;

use pollster::block_on;

use crate::{
    CHANGES_MAX, ChangedObject, FeedPosition, ListQuery, ObjectId, Owner, RepositoryError, TaskRepository,
};

/// A client that starts empty and applies what follows.
#[derive(Debug, Clone)]
pub struct Follower {
    owner: Owner,
    position: FeedPosition,
    objects: BTreeMap<ObjectId, ChangedObject>,
    resyncs: u64,
}

#[expect(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "compiled for tests only")]
impl Follower {
    /// A client of this owner that has nothing.
    #[must_use]
    pub const fn new(owner: Owner) -> Self {
        Self { owner, position: FeedPosition::Start, objects: BTreeMap::new(), resyncs: 0 }
    }

    /// How far it is.
    #[must_use]
    pub const fn position(&self) -> FeedPosition {
        self.position
    }

    /// How often it had to begin again.
    #[must_use]
    pub const fn resyncs(&self) -> u64 {
        self.resyncs
    }

    /// Reads a page, and returns whether more follow already.
    pub fn read(&mut self, repository: &dyn TaskRepository, limit: u32) -> bool {
        let changes = match block_on(repository.changes(&self.owner, self.position, limit)) {
            Ok(changes) => changes,
            Err(RepositoryError::ResyncRequired) => {
                assert_ne!(self.position, FeedPosition::Start);
                *self = Self { resyncs: self.resyncs + 1, ..Self::new(self.owner.clone()) };
                return true;
            }
            Err(error) => panic!("{error:?}"),
        };
        assert!(changes.changes.len() <= limit as usize);
        assert!(!changes.more || changes.changes.len() == limit as usize);
        for object in changes.changes {
            self.apply(object);
        }
        self.position = changes.next;
        changes.more
    }

    /// Takes over one change, the next one after its position.
    fn apply(&mut self, object: ChangedObject) {
        match &mut self.position {
            FeedPosition::At(seen) => {
                assert!(object.revision() > seen.revision, "{object:?} after {seen:?}");
                seen.revision = object.revision();
            }
            FeedPosition::InSnapshot { after, .. } => {
                assert!(object.id() > *after, "{object:?} after {after:?}");
                *after = object.id();
            }
            FeedPosition::Start => {
                let last = self.objects.last_key_value();
                assert!(last.is_none_or(|(last, _)| object.id() > *last), "{object:?} after {last:?}");
            }
        }
        let known = self.objects.get(&object.id());
        // A snapshot may have the change of a later revision already.
        let is_later = |known: &ChangedObject| known.revision() < object.revision() || *known == object;
        assert!(known.is_none_or(is_later), "{known:?} then {object:?}");
        match object {
            ChangedObject::Deleted(id, _) => {
                assert!(matches!(self.position, FeedPosition::At(_)), "{id:?} in a snapshot");
                let _ = self.objects.remove(&id);
            }
            ChangedObject::Task(_) | ChangedObject::List(_) => {
                let _ = self.objects.insert(object.id(), object);
            }
        }
    }

    /// Reads until nothing follows: to the end of the snapshot, and what was written since it began.
    pub fn catch_up(&mut self, repository: &dyn TaskRepository, limit: u32) {
        while self.read(repository, limit) {}
        while self.read(repository, limit) {}
    }

    /// Whether it has exactly the live tasks and the lists that a repository lists, where nothing is written meanwhile.
    #[must_use]
    pub fn has_what_is_listed(&self, repository: &dyn TaskRepository) -> bool {
        let mut listed: BTreeMap<ObjectId, ChangedObject> = BTreeMap::new();
        let lists = block_on(repository.lists(&self.owner, false)).unwrap().read;
        let lists = lists.into_iter().map(|counted| ChangedObject::List(counted.list));
        listed.extend(lists.map(|list| (list.id(), list)));
        let mut query = ListQuery { limit: CHANGES_MAX, ..ListQuery::default() };
        loop {
            let page = block_on(repository.list(&self.owner, query.clone())).unwrap();
            query.after = page.next(query.sort.key);
            listed.extend(page.tasks.into_iter().map(ChangedObject::of).map(|task| (task.id(), task)));
            if query.after.is_none() {
                return listed == self.objects;
            }
        }
    }
}
